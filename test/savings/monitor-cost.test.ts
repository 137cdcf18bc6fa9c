import fc from "fast-check";
import { expect, it } from "vitest";
import { monitorCost } from "../../core/cleanup/savings/monitor-cost.ts";
import { instantOfIso } from "../../core/kernel/calendar.ts";
import { instant } from "../../core/kernel/instant.ts";
import { addUsd, compareUsd, formatUsd, parseUsd } from "../../core/kernel/money.ts";

const at = (text: string) => instantOfIso(text) ?? instant(0);

it.each([
  ["a month of 30 days", "2026-11-01", "2026-12-01", "30.000000000000"],
  ["a month of 28 days", "2027-02-01", "2027-03-01", "30.000000000000"],
  ["a day of November", "2026-11-20", "2026-11-21", "1.000000000000"],
  ["a day of each of two months", "2026-10-31", "2026-11-02", "1.967741935484"],
  ["a year", "2026-01-01", "2027-01-01", "360.000000000000"],
  ["no time", "2026-11-20", "2026-11-20", "0.000000000000"],
  ["a time that has not begun", "2026-11-20", "2026-11-19", "0.000000000000"],
])("the monitor costs in %s what its part of the month is", (_, from, until, expected) => {
  expect(formatUsd(monitorCost(parseUsd("30"), { from: at(from), until: at(until) }))).toBe(expected);
});

it("the monitor costs in two times that follow each other what it costs in both, exactly", () => {
  const any = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) });
  fc.assert(
    fc.property(fc.tuple(any, any, any), (times) => {
      const [a = 0, b = 0, c = 0] = times.toSorted((x, y) => x - y);
      const cost = (from: number, until: number) =>
        monitorCost(parseUsd("4.57"), { from: instant(from), until: instant(until) });
      expect(compareUsd(addUsd(cost(a, b), cost(b, c)), cost(a, c))).toBe(0);
    }),
  );
});
