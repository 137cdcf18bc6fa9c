import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundedCost } from "../../core/billing/bounded-cost.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import type { PriceRow } from "../../core/billing/price-row.ts";
import { region } from "../../core/kernel/ids.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import { formatUsd, parseUsd } from "../../core/kernel/money.ts";
import { longestLife } from "../../core/reconcile/longest-life.ts";
import { day, hourMs, size } from "./own.ts";

const row = (startsAt: Instant, usdPerVcpuHour: string, usdPerGbHour: string): PriceRow => ({
  region: region("us-east-1"),
  startsAt,
  usdPerVcpuHour,
  usdPerGbHour,
  rule: "2026-09",
});
const listed = [row(day(-100), "0.0895", "0.00945")];

/** What is known of a life of so many milliseconds once its bill is closed: what it cost at most, to twelve places. */
function lived(ms: number, rows: readonly PriceRow[] = listed) {
  const between = (createdAt: Instant, endedAt: Instant) =>
    boundedCost({
      region: region("us-east-1"),
      createdAt,
      endedAt,
      asOf: endedAt,
      size,
      prices: priceBookOf(rows),
      gb: "binary",
    });
  const from = day(1);
  const exact = between(from, plusMs(from, ms)).high;
  const high = exact === null ? null : parseUsd(formatUsd(exact));
  return { kind: "bounded" as const, from, until: plusMs(from, 8 * hourMs), low: null, high, between };
}
const lifeOf = (...given: Parameters<typeof lived>): number => longestLife(lived(...given)) - day(1);

describe("the longest life of a session without a figure", () => {
  it("is that of which the most it can have cost was made, to the millisecond above", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 8 * hourMs - 2 }), (ms) => {
        const found = lifeOf(ms);
        expect(found).toBeGreaterThanOrEqual(ms);
        expect(found).toBeLessThanOrEqual(ms + 1);
      }),
    );
  });

  it("is that also where the price changed within it", () => {
    const rows = [...listed, row(plusMs(day(1), hourMs), "0.5", "0.001")];
    for (const ms of [hourMs - 1, hourMs, hourMs + 1, 3 * hourMs]) {
      expect([ms, ms + 1]).toContain(lifeOf(ms, rows));
    }
  });

  it.each<[string, readonly PriceRow[]]>([
    ["there is no price", []],
    ["nothing is charged", [row(day(-100), "0", "0")]],
  ])("is as long as any can be where %s", (_, rows) => {
    expect(lifeOf(hourMs, rows)).toBe(8 * hourMs);
  });
});
