import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { periodAt, periodsOf, priceBookOf } from "../../core/billing/price-book.ts";
import { layerPrices } from "../../core/billing/price-layers.ts";
import { everyRegion, type PriceRow } from "../../core/billing/price-row.ts";
import { instantOfIso } from "../../core/kernel/calendar.ts";
import { region } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";

const at = (iso: string): Instant => instantOfIso(iso) ?? instant(Number.NaN);
const row = (name: string, start: string, vcpu: string): PriceRow => ({
  region: region(name),
  startsAt: at(start),
  usdPerVcpuHour: vcpu,
  usdPerGbHour: "0.01",
  rule: "2026-09",
});

describe("a row for every Region", () => {
  const book = priceBookOf([
    row("*", "2026-01-01", "1"),
    row("*", "2026-07-01", "2"),
    row("eu-south-1", "2026-06-01", "3"),
    row("us-east-1", "2025-10-07", "4"),
  ]);
  it.each([
    ["eu-south-1", "2025-12-31T23:59:59Z", null],
    ["eu-south-1", "2026-01-01T00:00:00Z", "1"],
    ["eu-south-1", "2026-05-31T23:59:59Z", "1"],
    ["eu-south-1", "2026-06-01T00:00:00Z", "3"],
    ["eu-south-1", "2026-07-01T00:00:00Z", "3"],
    ["eu-south-1", "2030-01-01T00:00:00Z", "3"],
    ["sa-east-1", "2025-12-31T23:59:59Z", null],
    ["sa-east-1", "2026-06-30T23:59:59Z", "1"],
    ["sa-east-1", "2026-07-01T00:00:00Z", "2"],
    ["us-east-1", "2025-10-06T23:59:59Z", null],
    ["us-east-1", "2026-08-01T00:00:00Z", "4"],
  ])("in %s at %s: %s", (name, iso, rate) => {
    expect(periodAt(book, region(name), at(iso))?.row.usdPerVcpuHour ?? null).toBe(rate);
  });

  it("ends where the Region's own rows begin, and both may start together", () => {
    const ends = periodsOf(book, region("eu-south-1")).map((period) => period.endsAt);
    expect(ends).toEqual([at("2026-06-01"), null]);
    const together = priceBookOf([row("*", "2026-01-01", "1"), row("x", "2026-01-01", "2")]);
    expect(periodsOf(together, region("x")).map((period) => period.row.usdPerVcpuHour)).toEqual(["2"]);
  });

  it("leaves each Region with periods that follow one another, whatever the rows", () => {
    const rows = fc.uniqueArray(
      fc.record({ name: fc.constantFrom("*", "a", "b"), day: fc.integer({ min: 1, max: 28 }) }),
      { selector: ({ name, day }) => `${name} ${day}`, maxLength: 20 },
    );
    fc.assert(
      fc.property(rows, (list) => {
        const made = priceBookOf(
          list.map(({ name, day }) => row(name, `2026-01-${String(day).padStart(2, "0")}`, "1")),
        );
        for (const name of ["a", "b", "c"]) {
          const periods = periodsOf(made, region(name));
          for (const [index, period] of periods.entries()) {
            expect(period.endsAt).toBe(periods[index + 1]?.startsAt ?? null);
            expect((period.endsAt ?? Number.POSITIVE_INFINITY) > period.startsAt).toBe(true);
          }
          const firstOwn = list.filter((it) => it.name === name).map((it) => it.day);
          const ownOnly = periods.filter(
            (period) => period.startsAt >= at("2026-01-01") + (Math.min(...firstOwn) - 1) * 86_400_000,
          );
          expect(ownOnly.every((period) => period.row.region !== everyRegion)).toBe(true);
        }
      }),
    );
  });
});

describe("layers of prices", () => {
  const rates = (layers: Parameters<typeof layerPrices>[0], name: string, iso: string) => {
    const found = periodAt(priceBookOf(layerPrices(layers)), region(name), at(iso))?.row;
    return found?.usdPerVcpuHour ?? null;
  };
  const builtIn = { origin: "built-in", rows: codeInterpreterPrices };
  it.each([
    ["replaces a row of the same Region and start", "2025-10-07", "2025-10-07T00:00:00Z", "0.05"],
    ["adds a row that starts later: before it", "2026-10-01", "2026-09-30T23:59:59Z", "0.0895"],
    ["adds a row that starts later: from it on", "2026-10-01", "2026-10-01T00:00:00Z", "0.05"],
    ["adds a row that starts earlier: a later built-in row takes over", "2025-09-01", "2025-10-07T00:00:00Z", "0.0895"],
    ["adds a row that starts earlier: until then it holds", "2025-09-01", "2025-10-06T23:59:59Z", "0.05"],
  ])("a stronger one %s", (_, start, iso, rate) => {
    const own = { origin: "mine", rows: [row("us-east-1", start, "0.05")] };
    expect(rates([builtIn, own], "us-east-1", iso)).toBe(rate);
    expect(rates([builtIn, own], "us-east-2", iso)).toBe(rates([builtIn], "us-east-2", iso));
  });

  it("the last of three wins, and each row says where it comes from", () => {
    const layers = ["a", "b", "c"].map((origin, index) => ({ origin, rows: [row("x-y-1", "2026-01-01", `${index}`)] }));
    expect(layerPrices(layers)).toEqual([{ ...row("x-y-1", "2026-01-01", "2"), origin: "c" }]);
  });

  it("for every Region do not touch a Region that is built in", () => {
    const own = { origin: "mine", rows: [row("*", "2026-01-01", "0.05")] };
    expect(rates([builtIn, own], "us-east-1", "2026-11-01")).toBe("0.0895");
    expect(rates([builtIn, own], "eu-south-1", "2026-11-01")).toBe("0.05");
  });
});
