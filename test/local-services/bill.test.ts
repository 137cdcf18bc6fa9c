import { describe, expect, it } from "vitest";
import { costsFrom, groupBy, sums, usage } from "./bill.ts";
import { ledgerAws } from "./ledger-clients.ts";
import { refusalOf } from "./local-aws.ts";

const DAY = 86_400_000;
const aws = await ledgerAws("ledger");
aws.advance(3 * DAY);

/** The cells of a line, of which some are in quotes for their commas. */
const cellsOf = (line: string): string[] =>
  [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) => match[1] ?? match[2] ?? "");

describe("the bill", () => {
  it("runs a day behind", async () => {
    const fresh = await ledgerAws("ledger");
    const total = async () => {
      const { ResultsByTime = [] } = await costsFrom(fresh.costs(), {
        Filter: usage,
        TimePeriod: { Start: "2026-11-18", End: "2026-11-21" },
      });
      return ResultsByTime.reduce((sum, { Total }) => sum + Number(Total?.["UnblendedCost"]?.Amount), 0);
    };
    const before = await total();
    fresh.advance(DAY + 3_600_000);
    expect(await total()).toBeGreaterThan(before * 2);
  });

  it("departs from the records, and is refused, as it is told to", async () => {
    const own = await ledgerAws("ledger");
    own.advance(3 * DAY);
    const billed = async () =>
      sums(
        (await costsFrom(own.costs(), { Filter: usage, GroupBy: groupBy("REGION", "USAGE_TYPE") })).ResultsByTime,
        "UsageQuantity",
      );
    const post = async (body: object) =>
      (await fetch(`${own.url}/_local/bill`, { method: "POST", body: JSON.stringify(body) })).status;
    const before = await billed();
    expect(await post({ drift: { "us-east-1": 1.25 } })).toBe(200);
    const after = await billed();
    const key = "us-east-1 USE1-CodeInterpreter:Consumption-based:vCPU";
    expect((after[key] ?? 0) / (before[key] ?? 1)).toBeCloseTo(1.25, 6);
    const other = "sa-east-1 SAE1-CodeInterpreter:Consumption-based:vCPU";
    expect(after[other]).toBe(before[other]);
    for (const refusal of ["DataUnavailableException", "BillExpirationException", "LimitExceededException"]) {
      expect(await post({ refusal })).toBe(200);
      expect(await refusalOf(costsFrom(own.costs()))).toMatchObject({ name: refusal, status: 400 });
    }
    expect(await post({ refusal: null })).toBe(200);
    expect(await post({ refusal: "Nonsense" })).toBe(400);
    expect(await post({ drift: { "us-east-1": -1 } })).toBe(400);
    await costsFrom(own.costs());
  });

  it.each([
    ["focus", "BilledCost", "ChargeCategory", "x_UsageType"],
    ["cur2", "line_item_unblended_cost", "line_item_line_item_type", "line_item_usage_type"],
  ])("comes as a file in the columns of %s, with the sums of Cost Explorer", async (format, cost, category, type) => {
    const text = await (await fetch(`${aws.url}/_local/bill?month=2026-11&format=${format}`)).text();
    const [head = "", ...lines] = text.trim().split("\n");
    const names = head.split(",");
    const rows = lines.map((line) => Object.fromEntries(cellsOf(line).map((cell, index) => [names[index], cell])));
    const found: Record<string, number> = {};
    for (const row of rows) {
      if (row[category] !== "Usage") continue;
      found[row[type] ?? ""] = (found[row[type] ?? ""] ?? 0) + Number(row[cost]);
    }
    const { ResultsByTime } = await costsFrom(aws.costs(), {
      TimePeriod: { Start: "2026-11-01", End: "2026-12-01" },
      Granularity: "MONTHLY",
      Filter: usage,
      GroupBy: groupBy("USAGE_TYPE"),
    });
    const billed = sums(ResultsByTime, "UnblendedCost");
    expect(Object.keys(found).toSorted()).toEqual(Object.keys(billed).toSorted());
    for (const [key, amount] of Object.entries(billed)) expect(found[key]).toBeCloseTo(amount, 9);
  });

  it("refuses a month or a format that is none, and gives an empty month its columns", async () => {
    const status = async (query: string) => (await fetch(`${aws.url}/_local/bill?${query}`)).status;
    expect([await status("month=2026-13"), await status("month=2026-11&format=pdf")]).toEqual([400, 400]);
    const empty = await (await fetch(`${aws.url}/_local/bill?month=2026-01`)).text();
    expect(empty.trim().split("\n")).toHaveLength(1);
  });
});
