import { describe, expect, it } from "vitest";
import { boundedCost, codeInterpreterSize } from "../../core/billing/bounded-cost.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { meterSession } from "../../core/billing/meter-session.ts";
import { periodsOf, priceBookOf } from "../../core/billing/price-book.ts";
import { layerPrices } from "../../core/billing/price-layers.ts";
import type { BillingRule, PriceRow } from "../../core/billing/price-row.ts";
import { rateSession } from "../../core/billing/rate-session.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import { region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";

const here = region("us-east-1");
const change = Date.parse("2026-10-01T00:00:00Z");
const gib = 2 ** 30;

/** One second of 1 vCPU at so many GB, stamped so many ms from the change. */
const record = (ms: number, gb: number) => ({
  at: instant(change + ms),
  elapsedSeconds: 1,
  vcpuHours: 1 / 3600,
  gbHours: gb / 3600,
});
const bookWith = (usdPerVcpuHour: string, usdPerGbHour: string, rule: BillingRule) => {
  const own: PriceRow = { region: here, startsAt: instant(change), usdPerVcpuHour, usdPerGbHour, rule };
  return priceBookOf(
    layerPrices([
      { origin: "built-in", rows: codeInterpreterPrices },
      { origin: "mine", rows: [own] },
    ]),
  );
};
const meter = (book: ReturnType<typeof priceBookOf>, records: readonly ReturnType<typeof record>[]) =>
  meterSession(usageColumnsOf(records), periodsOf(book, here), {
    gb: "binary",
    idleVcpu: 0.02,
    unpricedRule: "2026-09",
  });
const gibSeconds = (parts: readonly { readonly byteMs: bigint }[]) =>
  parts.map((part) => Number(part.byteMs) / (1000 * gib));

describe("a price that changes within a session", () => {
  const records = [record(-2000, 4), record(-1, 1), record(0, 1), record(1000, 1)];

  it("charges each record at the row in force at its stamp, to the millisecond", () => {
    const usage = meter(bookWith("0.179", "0.0189", "2026-09"), records);
    expect(usage.parts.map((part) => part.vcpuNs)).toEqual([2_000_000_000n, 2_000_000_000n]);
    // The peak of 4 GB carries over from row to row.
    expect(gibSeconds(usage.parts)).toEqual([8, 8]);
    // Two seconds of 1 vCPU and 4 GB at the listed rates, and two at twice as much: six at the listed ones.
    const cost = rateSession(usage, "binary");
    expect(cost === null ? null : formatUsd(cost.rated)).toBe(
      formatUsd({ numerator: 6n * 1273n, denominator: 36_000_000n }),
    );
  });

  it("changes the rule with the row: memory at the record's own level from there on", () => {
    expect(gibSeconds(meter(bookWith("0.0895", "0.00945", "2025-10"), records).parts)).toEqual([8, 2]);
  });

  it("splits a life of which only the bounds are known in the same place", () => {
    const bounds = (book: ReturnType<typeof priceBookOf>, fromMs: number, untilMs: number) => {
      const [createdAt, endedAt] = [instant(change + fromMs), instant(change + untilMs)];
      const cost = boundedCost({
        region: here,
        createdAt,
        endedAt,
        asOf: endedAt,
        size: codeInterpreterSize,
        prices: book,
        gb: "binary",
      });
      return cost.high === null ? null : formatUsd(cost.high);
    };
    const book = bookWith("0.179", "0.0189", "2026-09");
    const hour = 3_600_000;
    expect(bounds(book, -hour, 0)).toBe("0.254600000000");
    expect(bounds(book, -hour, hour)).toBe("0.763800000000");
    expect(bounds(book, 0, hour)).toBe("0.509200000000");
  });
});

describe("a Region that has only a price for every Region", () => {
  const elsewhere = region("eu-south-1");
  const star: PriceRow = {
    region: region("*"),
    startsAt: instant(change),
    usdPerVcpuHour: "1",
    usdPerGbHour: "1",
    rule: "2026-09",
  };
  it("is unpriced before it, and priced from it on", () => {
    const periods = periodsOf(priceBookOf([...codeInterpreterPrices, star]), elsewhere);
    const settings = { gb: "binary", idleVcpu: 0.02, unpricedRule: "2026-09" } as const;
    const cost = (ms: number) =>
      rateSession(meterSession(usageColumnsOf([record(ms, 1)]), periods, settings), "binary");
    expect(cost(-1)).toBeNull();
    expect(cost(0)).not.toBeNull();
  });
});
