import { describe, expect, it } from "vitest";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { periodAt, priceBookOf } from "../../core/billing/price-book.ts";
import type { PriceRow } from "../../core/billing/price-row.ts";
import { region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";

const book = priceBookOf(codeInterpreterPrices);
const at = (name: string, iso: string): string => {
  const row = periodAt(book, region(name), instant(Date.parse(iso)))?.row;
  return row === undefined ? "no price" : `${row.usdPerVcpuHour} ${row.usdPerGbHour} ${row.rule}`;
};

describe("the built-in price book", () => {
  it.each([
    ["us-east-1", "2025-07-15T23:59:59.999Z", "no price"],
    ["us-east-1", "2025-07-16T00:00:00.000Z", "0 0 2026-09"],
    ["us-east-1", "2025-10-06T23:59:59.999Z", "0 0 2026-09"],
    ["us-east-1", "2025-10-07T00:00:00.000Z", "0.0895 0.00945 2026-09"],
    ["ap-southeast-2", "2026-11-01T00:00:00.000Z", "0.0895 0.00945 2026-09"],
    ["us-gov-west-1", "2025-10-06T23:59:59.999Z", "0 0 2026-09"],
    ["us-gov-west-1", "2025-10-07T00:00:00.000Z", "0.1074 0.01134 2026-09"],
    ["eu-south-1", "2026-11-01T00:00:00.000Z", "no price"],
  ])("in %s at %s says %s", (name, iso, expected) => expect(at(name, iso)).toBe(expected));

  it("has the fourteen commercial Regions and GovCloud", () => expect(book.size).toBe(15));
});

describe("a price book", () => {
  const row: PriceRow = {
    region: region("x"),
    startsAt: instant(5000),
    usdPerVcpuHour: "1",
    usdPerGbHour: "1",
    rule: "2025-10",
  };

  it("takes rows in any order, and one rule for all where it is told", () => {
    const periods = priceBookOf([{ ...row, startsAt: instant(9000) }, row], "2026-09").get(region("x"));
    expect(periods?.map(({ startsAt, endsAt, rule }) => [startsAt, endsAt, rule])).toEqual([
      [5000, 9000, "2026-09"],
      [9000, null, "2026-09"],
    ]);
  });

  it.each([
    ["two rows that start together", [row, row], /same instant/],
    ["a row that starts within a second", [{ ...row, startsAt: instant(5001) }], /within a second/],
    ["a rate that is no decimal", [{ ...row, usdPerGbHour: "1e3" }], /not a decimal/],
  ])("refuses %s", (_, rows, message) => expect(() => priceBookOf(rows)).toThrow(message));
});
