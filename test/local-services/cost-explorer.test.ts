import type { GetCostAndUsageCommandInput, ResultByTime } from "@aws-sdk/client-cost-explorer";
import { describe, expect, it } from "vitest";
import { truthOf } from "../../local/truth.ts";
import { costsFrom, dimension, groupBy, sums, usage } from "./bill.ts";
import { ledgerAws } from "./ledger-clients.ts";
import { refusalOf } from "./local-aws.ts";

const DAY = 86_400_000;
const aws = await ledgerAws("ledger");
// All sessions have ended by then, and have come onto the bill.
aws.advance(3 * DAY);
const costs = aws.costs();

const ask = (input: Partial<GetCostAndUsageCommandInput> = {}, client = costs) => costsFrom(client, input);

describe("GetCostAndUsage", () => {
  it("bills the truth of every session, whether its records were delivered or not", async () => {
    const truth = truthOf(aws.world).sessions.filter(({ region }) => region === "us-east-1");
    const { ResultsByTime } = await ask({ Filter: usage, GroupBy: groupBy("LINKED_ACCOUNT", "USAGE_TYPE") });
    const quantity = sums(ResultsByTime, "UsageQuantity");
    const cost = sums(ResultsByTime, "UnblendedCost");
    for (const account of ["111122223333", "444455556666"]) {
      const own = truth.filter((each) => each.account === account);
      const type = `${account} USE1-CodeInterpreter:Consumption-based`;
      const vcpuHours = own.reduce((sum, { vcpuNs }) => sum + Number(vcpuNs) / 3600e9, 0);
      const gbHours = own.reduce((sum, { byteMs }) => sum + Number(byteMs) / (3600e3 * 2 ** 30), 0);
      expect(quantity[`${type}:vCPU`]).toBeCloseTo(vcpuHours, 8);
      expect(quantity[`${type}:Memory`]).toBeCloseTo(gbHours, 8);
      const rated = own.reduce((sum, { ratedUsd }) => sum + Number(ratedUsd), 0);
      expect((cost[`${type}:vCPU`] ?? 0) + (cost[`${type}:Memory`] ?? 0)).toBeCloseTo(rated, 8);
    }
  });

  it("has credits and other tools in it, for who does not leave them out", async () => {
    const { ResultsByTime } = await ask({
      GroupBy: groupBy("RECORD_TYPE", "USAGE_TYPE"),
      Filter: dimension("REGION", "us-east-1"),
    });
    const cost = sums(ResultsByTime, "UnblendedCost");
    expect(cost["Usage USE1-Runtime:Consumption-based:vCPU"]).toBeGreaterThan(0);
    expect(cost["Credit USE1-CodeInterpreter:Consumption-based:vCPU"]).toBeLessThan(0);
  });

  it("bills a Region whose price nobody published", async () => {
    const { ResultsByTime } = await ask({
      Filter: { And: [usage, dimension("REGION", "sa-east-1")] },
      GroupBy: groupBy("USAGE_TYPE"),
    });
    expect(sums(ResultsByTime, "UnblendedCost")["SAE1-CodeInterpreter:Consumption-based:Memory"]).toBeGreaterThan(0);
  });

  it("shows the payer all accounts, and any other its own", async () => {
    const seen = async (client = costs) =>
      Object.keys(sums((await ask({ GroupBy: groupBy("LINKED_ACCOUNT") }, client)).ResultsByTime, "UnblendedCost"));
    expect(await seen()).toEqual(["111122223333", "444455556666"]);
    expect(await seen(aws.costs("444455556666"))).toEqual(["444455556666"]);
  });

  it("gives each period, empty ones too, with whole months clipped and figures estimated until the month is closed", async () => {
    const { ResultsByTime: days = [] } = await ask();
    expect(days.map(({ TimePeriod }) => TimePeriod?.Start?.slice(-2))).toEqual(["18", "19", "20", "21", "22", "23"]);
    expect(days.every(({ Estimated }) => Estimated === true)).toBe(true);
    expect(days[0]?.Total).toEqual({
      UnblendedCost: { Amount: "0", Unit: "USD" },
      UsageQuantity: { Amount: "0", Unit: "N/A" },
    });
    const { ResultsByTime: months = [] } = await ask({
      TimePeriod: { Start: "2026-09-15", End: "2026-11-24" },
      Granularity: "MONTHLY",
    });
    expect(months.map(({ TimePeriod, Estimated }) => [TimePeriod?.Start, TimePeriod?.End, Estimated])).toEqual([
      ["2026-09-15", "2026-10-01", false],
      ["2026-10-01", "2026-11-01", false],
      ["2026-11-01", "2026-11-24", true],
    ]);
    const { ResultsByTime: hours = [] } = await ask({
      TimePeriod: { Start: "2026-11-20T06:00:00Z", End: "2026-11-20T09:00:00Z" },
      Granularity: "HOURLY",
    });
    expect(hours.map(({ TimePeriod }) => TimePeriod?.Start)).toEqual(
      [6, 7, 8].map((hour) => `2026-11-20T0${hour}:00:00Z`),
    );
  });

  it("goes over pages of whole periods, and knows its own tokens", async () => {
    const paged = await ledgerAws("ledger", { limits: { billRowsPerPage: 3 } });
    paged.advance(3 * DAY);
    const client = paged.costs();
    const found: ResultByTime[] = [];
    let NextPageToken: string | undefined;
    do {
      const page = await ask({ GroupBy: groupBy("USAGE_TYPE", "REGION"), NextPageToken }, client);
      found.push(...(page.ResultsByTime ?? []));
      if (page.NextPageToken !== undefined) {
        const changed = ask({ GroupBy: groupBy("REGION"), NextPageToken: page.NextPageToken }, client);
        expect(await refusalOf(changed)).toMatchObject({ name: "RequestChangedException", status: 400 });
      }
      NextPageToken = page.NextPageToken;
    } while (NextPageToken !== undefined);
    expect(found).toEqual((await ask({ GroupBy: groupBy("USAGE_TYPE", "REGION") })).ResultsByTime);
    expect(await refusalOf(ask({ NextPageToken: "nonsense" }, client))).toMatchObject({
      name: "InvalidNextTokenException",
    });
  });

  it.each<[string, Partial<GetCostAndUsageCommandInput>]>([
    ["a period without length", { TimePeriod: { Start: "2026-11-20", End: "2026-11-20" } }],
    ["an end past the next month", { TimePeriod: { Start: "2026-11-20", End: "2026-12-02" } }],
    ["a day that does not exist", { TimePeriod: { Start: "2026-02-30", End: "2026-11-20" } }],
    ["hours of days", { TimePeriod: { Start: "2026-11-20T00:00:00Z", End: "2026-11-21T00:00:00Z" } }],
    [
      "hours of three weeks ago",
      { TimePeriod: { Start: "2026-11-02T00:00:00Z", End: "2026-11-03T00:00:00Z" }, Granularity: "HOURLY" },
    ],
    ["the middle of a month two years ago", { TimePeriod: { Start: "2024-11-15", End: "2024-12-01" } }],
    ["years before any history", { TimePeriod: { Start: "2022-01-01", End: "2022-02-01" } }],
    ["three groupings", { GroupBy: groupBy("REGION", "SERVICE", "USAGE_TYPE") }],
    ["a grouping by nothing known", { GroupBy: groupBy("COLOUR") }],
    ["no metric", { Metrics: [] }],
    ["an unknown metric", { Metrics: ["Cost"] }],
    [
      "a filter of two roots",
      { Filter: { ...dimension("REGION", "us-east-1"), Not: dimension("REGION", "us-east-1") } },
    ],
    ["a filter of no root", { Filter: {} }],
    ["a filter of one part", { Filter: { And: [dimension("REGION", "us-east-1")] } }],
    ["a filter without values", { Filter: dimension("REGION") }],
  ])("refuses %s", async (_, input) => {
    expect(await refusalOf(ask(input))).toMatchObject({ name: "ValidationException", status: 400 });
  });

  it("takes the first of the next month as an end, and the first day of a month two years ago", async () => {
    expect(
      (await ask({ TimePeriod: { Start: "2026-11-30", End: "2026-12-01" } }).catch(
        (error: Error) => error.name,
      )) as unknown,
    ).toBe("ValidationException");
    expect((await ask({ TimePeriod: { Start: "2026-11-23", End: "2026-12-01" } })).ResultsByTime).toHaveLength(8);
    expect((await ask({ TimePeriod: { Start: "2024-11-01", End: "2024-11-02" } })).ResultsByTime).toHaveLength(1);
  });
});
