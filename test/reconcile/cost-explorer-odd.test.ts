import { describe, expect, it } from "vitest";
import { instant } from "../../core/kernel/instant.ts";
import { toldExplorer } from "./explorers.ts";
import { linesOf, member, never, october, payer } from "./fixture.ts";

const window = { ...october, now: instant(Date.UTC(2026, 9, 3, 12)), accounts: null };
const vcpu = "USE1-CodeInterpreter:Consumption-based:vCPU";
interface Group {
  readonly Keys: readonly string[];
  readonly Metrics: object;
}
const group = (
  usageType: string,
  region: string,
  quantity: string,
  cost: string,
  unit = "vCPU-Hours",
  currency = "USD",
): Group => ({
  Keys: [usageType, region],
  Metrics: { UsageQuantity: { Amount: quantity, Unit: unit }, UnblendedCost: { Amount: cost, Unit: currency } },
});
const period = (day: number, groups: readonly object[], estimated = true) => ({
  TimePeriod: { Start: `2026-10-0${day}`, End: `2026-10-0${day + 1}` },
  Estimated: estimated,
  Groups: groups,
});
const accounts = (...names: readonly string[]) => ({
  body: {
    ResultsByTime: [
      period(
        1,
        names.map((name) => ({ Keys: [name], Metrics: {} })),
      ),
    ],
  },
});
const accountOf = (asked: { readonly Filter?: object | undefined }): string =>
  /(\d{12})/.exec(JSON.stringify(asked.Filter))?.[1] ?? "";

/** The bill where one account is answered these periods. */
const billOf = async (periods: readonly object[], rest: object = {}) => {
  const read = await toldExplorer((_, number) =>
    number === 1 ? accounts(payer) : { body: { ResultsByTime: periods, ...rest } },
  );
  return read(window, never);
};

describe("an answer of Cost Explorer", () => {
  it("asks for usage alone, in dollars as charged and in quantities, day by day, for one account at a time", async () => {
    const asked: object[] = [];
    const read = await toldExplorer((input, number) => {
      asked.push(input);
      return number === 1 ? accounts(payer, member) : { body: { ResultsByTime: [] } };
    });
    await read(window, never);
    const dimension = (Key: string, Value: string) => ({ Dimensions: { Key, Values: [Value] } });
    const base = [dimension("SERVICE", "Amazon Bedrock AgentCore"), dimension("RECORD_TYPE", "Usage")];
    const metrics = {
      Metrics: ["UnblendedCost", "UsageQuantity"],
      TimePeriod: { Start: "2026-10-01", End: "2026-11-01" },
    };
    const by = (...keys: string[]) => keys.map((Key) => ({ Type: "DIMENSION", Key }));
    expect(asked).toEqual([
      { ...metrics, Granularity: "MONTHLY", Filter: { And: base }, GroupBy: by("LINKED_ACCOUNT") },
      ...[payer, member].map((account) => ({
        ...metrics,
        Granularity: "DAILY",
        Filter: { And: [...base, dimension("LINKED_ACCOUNT", account)] },
        GroupBy: by("USAGE_TYPE", "REGION"),
      })),
    ]);
  });

  it("that skips a day leaves it unknown", async () => {
    const bill = await billOf([period(1, [group(vcpu, "us-east-1", "1", "0.0895")])]);
    expect(new Date(bill.knownUntil).toISOString().slice(0, 10)).toBe("2026-10-02");
    const later = await toldExplorer((_, number) =>
      number === 1 ? accounts(payer) : { body: { ResultsByTime: [period(1, []), period(3, [])] } },
    );
    const { missingDays } = await later({ ...window, now: instant(Date.UTC(2026, 9, 5)) }, never);
    expect(missingDays).toEqual([Date.UTC(2026, 9, 2)]);
  });

  it("that has a day for one account alone leaves it unknown", async () => {
    const read = await toldExplorer((asked, number) =>
      number === 1
        ? accounts(payer, member)
        : { body: { ResultsByTime: accountOf(asked) === payer ? [period(1, [])] : [] } },
    );
    expect((await read(window, never)).missingDays).toEqual([Date.UTC(2026, 9, 1)]);
  });

  it.each([
    [[true, false], true],
    [[false, false], false],
  ])("whose days are estimated as %j makes a bill that is: %s", async (days, estimated) => {
    const bill = await billOf(days.map((each, index) => period(index + 1, [], each)));
    expect(bill.estimated).toBe(estimated);
  });

  it.each([
    ["another currency", group(vcpu, "us-east-1", "1", "0.6", "vCPU-Hours", "CNY"), "0.6 CNY"],
    ["no amount", group(vcpu, "us-east-1", "1", ""), "no amount"],
    ["no quantity", group(vcpu, "us-east-1", "NaN", "1"), 'the quantity "NaN"'],
    [
      "another unit",
      group(vcpu, "us-east-1", "1", "1", "Seconds"),
      'unit of USE1-CodeInterpreter:Consumption-based:vCPU is "Seconds"',
    ],
    ["an unknown usage type", group("USE1-CodeInterpreter:Reserved:vCPU", "us-east-1", "1", "1"), "is not known"],
    [
      "no Region",
      group("XYZ9-CodeInterpreter:Consumption-based:vCPU", "NoRegion", "1", "1"),
      "nothing says in which Region",
    ],
  ])("with %s has that in no sum, and says so", async (_, wrong, said) => {
    const bill = await billOf([period(1, [wrong, group(vcpu, "us-east-1", "2", "0.179")])]);
    expect(linesOf(bill)).toEqual([`${payer} us-east-1 2026-10-01 vCPU 2.000000000 0.179000000`]);
    expect(bill.problems.map(({ message }) => message)).toEqual([expect.stringContaining(said)]);
    const where = said.includes("in which Region") ? null : "us-east-1";
    expect(bill.unusable).toEqual([{ account: payer, region: where, dayAt: Date.UTC(2026, 9, 1) }]);
  });

  it.each([
    ["", "us-east-1"],
    ["NoRegion", "us-east-1"],
    ["global", "us-east-1"],
    ["eu-west-1", "eu-west-1"],
  ])("that names the Region %j is of %s", async (named, found) => {
    const { lines } = await billOf([period(1, [group(vcpu, named, "2.5E-3", "-1e-2")])]);
    expect(lines.map((line) => line.region)).toEqual([found]);
  });

  it("that is estimated for one account makes the whole bill an estimate", async () => {
    const read = await toldExplorer((asked, number) =>
      number === 1 ? accounts(payer, member) : { body: { ResultsByTime: [period(1, [], accountOf(asked) === payer)] } },
    );
    expect((await read(window, never)).estimated).toBe(true);
  });

  it("that goes on with a day on a second page adds it up", async () => {
    const read = await toldExplorer((asked, number) => {
      if (number === 1) return accounts(payer);
      const more = asked.NextPageToken === undefined ? { NextPageToken: "more" } : {};
      return { body: { ResultsByTime: [period(1, [group(vcpu, "us-east-1", "0.1", "0.2")])], ...more } };
    });
    expect(linesOf(await read(window, never))).toEqual([`${payer} us-east-1 2026-10-01 vCPU 0.200000000 0.400000000`]);
  });

  it("that repeats its page token is no bill of that account: some of it may be missing", async () => {
    const bill = await billOf([period(1, [group(vcpu, "us-east-1", "1", "1")])], { NextPageToken: "again" });
    expect([...bill.accounts]).toEqual([]);
    expect(bill.lines).toEqual([]);
    expect(bill.problems.map(({ code }) => code)).toEqual(["BadAnswer"]);
  });

  it("that fails for one account leaves that out with a problem, and counts what was tried", async () => {
    const read = await toldExplorer((asked, number) => {
      if (number === 1) return accounts(payer, member);
      if (accountOf(asked) === payer)
        return { status: 500, body: { __type: "InternalServerException", message: "no" } };
      return { body: { ResultsByTime: [period(1, [])] } };
    });
    const bill = await read(window, never);
    expect([...bill.accounts]).toEqual([member]);
    expect(bill.problems.map(({ message }) => message)).toEqual([expect.stringContaining(`account ${payer}`)]);
    expect(bill.requests?.count).toBe(4);
  });

  it("that it was never turned on says where to do so", async () => {
    const read = await toldExplorer(() => ({
      status: 400,
      body: { __type: "AccessDeniedException", message: "User not enabled for cost explorer access" },
    }));
    await expect(read(window, never)).rejects.toThrow(/Cost Explorer is not turned on.*Billing and Cost Management/);
  });

  it("that knows no account that used the service is a bill of nobody", async () => {
    const read = await toldExplorer(() => accounts());
    const { accounts: found, lines, requests } = await read(window, never);
    expect([[...found], lines, requests?.count]).toEqual([[], [], 1]);
  });
});
