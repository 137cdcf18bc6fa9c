import { describe, expect, it } from "vitest";
import { explanationLines } from "../../cli/reconcile/explanation-lines.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import type { UsageLogs } from "../../core/reconcile/reconciliation.ts";
import { text } from "./amounts.ts";
import { type Cell, csvOf, formats, namedRows, readBill, rowOf } from "./bills.ts";
import { october, payer } from "./fixture.ts";
import { billedOn, day, hourMs, placeOf, used } from "./own.ts";

const october20 = { account: payer, region: "us-east-1", dayAt: Date.UTC(2026, 9, 20) };
const nextMonth = { start: "2026-10-30T00:00:00Z", end: "2026-11-02T00:00:00Z" };
const sinceBefore = { start: "2026-09-29T00:00:00Z", end: "2026-10-02T00:00:00Z" };
const onDay = (count: number) => ({ ...october20, dayAt: Date.UTC(2026, 9, count) });

describe.each(formats)("a row of usage on a bill of %s that cannot be used", (format) => {
  it.each<[string, Partial<Record<Cell, string>>, readonly object[]]>([
    ["of another currency", { currency: "EUR" }, [october20]],
    ["of another unit", { unit: "Hrs" }, [october20]],
    ["without a cost", { cost: "" }, [october20]],
    ["without a quantity", { quantity: "" }, [october20]],
    ["of an unknown usage type", { usageType: "USE1-CodeInterpreter:Committed:vCPU" }, [october20]],
    ["without an account", { account: "payer" }, [{ ...october20, account: null }]],
    [
      "without a Region",
      { region: "", usageType: "CodeInterpreter:Consumption-based:vCPU" },
      [{ ...october20, region: null }],
    ],
    ["without a start", { start: "yesterday" }, [{ ...october20, dayAt: null }]],
    ["of more than a day, beyond the window", nextMonth, [onDay(30), onDay(31)]],
    ["of more than a day, from before the window", sinceBefore, [onDay(1)]],
    ["of an account that is not wanted", { account: "999999999999", currency: "EUR" }, []],
    ["of another tool", { usageType: "USE1-Runtime:Consumption-based:vCPU", currency: "EUR" }, []],
    ["which is a credit", { category: "Credit", currency: "EUR" }, []],
    ["of another month", { start: "2026-09-20T05:00:00Z", end: "2026-09-20T06:00:00Z", currency: "EUR" }, []],
  ])("%s tells where and when usage is unknown", async (_, cells, found) => {
    const rows = namedRows([rowOf(), rowOf(cells), rowOf(cells)], format);
    const bill = await readBill([csvOf(rows)], { ...october, accounts: [payer as never] });
    expect(bill.unusable).toEqual(found);
    if (found.length > 0) expect(bill.problems).toHaveLength(1);
  });
});

const both = [used(day(1), 1000, 1000), used(day(2), 1000, 1000)];
const billed = [...billedOn(day(1), 1000, 1000), ...billedOn(day(2), 10, 10)];

describe("a day on which the bill has usage that could not be read", () => {
  it("is compared with nothing, while the others are", () => {
    expect(placeOf(both, billed).state).toBe("outside");
    const place = placeOf(both, billed, { doubts: [day(2)] });
    expect(place).toMatchObject({ state: "inside", comparedDays: 1, doubtfulDays: 1, explanations: [] });
    expect(place.days.map(({ state }) => state)).toEqual(["inside", "in-doubt"]);
    expect(text(place.doubtfulBilled.vcpuHours)).toBe("0.010000");
  });

  it("leaves what was metered known where there is no other day", () => {
    const place = placeOf([used(day(2), 1000, 1000)], [], { doubts: [day(2)] });
    expect(place).toMatchObject({ state: "in-doubt", comparedDays: 0, isMetered: true, doubtfulDays: 1 });
    expect(text(place.vcpuHours.rated)).toBe("1.000000");
    expect(text(place.rest.vcpuHours)).toBe("0.000000");
  });

  it("is told where neither side has anything else of the place", () => {
    const place = placeOf([], [], { doubts: [day(2)] });
    expect(place).toMatchObject({ state: "in-doubt", isMetered: false, days: [{ dayAt: day(2), state: "in-doubt" }] });
  });

  it("may be any of them where no day is told", () => {
    expect(placeOf(both, billed, { doubts: [null] })).toMatchObject({
      state: "in-doubt",
      comparedDays: 0,
      doubtfulDays: 10,
      days: [{ state: "in-doubt" }, { state: "in-doubt" }],
    });
  });
});

describe("sessions without a figure", () => {
  const lived = [day(2), plusMs(day(2), hourMs)] as const;
  it.each<[UsageLogs | null, string, string]>([
    ["not-enabled", "usage logs are not turned on", "Turn usage logs on where they are not."],
    ["missing", "what its usage logs go to is gone", "See what `sandmeter watch` says of the usage logs."],
    ["unreadable", "its usage logs cannot be read", "See what `sandmeter watch` says of the usage logs."],
    ["unknown", "its usage logs could not be looked up", "See what `sandmeter watch` says of the usage logs."],
    ["found", "its usage logs are read now", "No records of them were found."],
    [null, "nothing is remembered of its usage logs", "No records of them were found."],
  ])("of an interpreter whose usage logs are %s are said to be so", (usageLogs, found, remedy) => {
    const interpreter = interpreterId("dark-VbMl9Hi8I4");
    const known = new Map(usageLogs === null ? [] : [[interpreter, usageLogs]]);
    const sessions = [used(day(1), 1000, 1000), { interpreter, lived }];
    const lines = [...billedOn(day(1), 1000, 1000), ...billedOn(day(2), 1000, 1000)];
    const place = placeOf(sessions, lines, { usageLogs: known });
    expect(place.unreadInterpreters).toEqual([{ interpreter, sessions: 1, usageLogs }]);
    const told = explanationLines(place).find((line) => line.startsWith("1 session without a figure"));
    expect(told).toContain(`(of ${interpreter}: ${found})`);
    expect(told?.endsWith(remedy)).toBe(true);
  });
});
