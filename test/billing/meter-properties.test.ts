import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addTo, exactSum, totalOf } from "../../core/billing/exact-sum.ts";
import { meterSession } from "../../core/billing/meter-session.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { rateSession } from "../../core/billing/rate-session.ts";
import type { SessionUsage } from "../../core/billing/session-usage.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { addUsd, compareUsd, subtractUsd, zeroUsd } from "../../core/kernel/money.ts";

const start = Date.parse("2026-01-01T00:00:00Z");
const here = region("us-east-1");
const rows = [
  { region: here, startsAt: instant(start), usdPerVcpuHour: "0.0895", usdPerGbHour: "0.00945", rule: "2025-10" },
  { region: here, startsAt: instant(start + 40_000), usdPerVcpuHour: "0.1", usdPerGbHour: "0.01", rule: "2026-09" },
] as const;
const periods = priceBookOf(rows).get(here) ?? [];

const records = fc.array(
  fc.record({
    // Few instants, so that many records share one.
    at: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 80_000 })).map((ms) => instant(start + ms)),
    elapsedSeconds: fc.constantFrom(0, 0.001, 0.249, 0.25, 0.32, 0.99, 1, 60),
    vcpuHours: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.0006, noNaN: true })),
    gbHours: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.002, noNaN: true })),
  }),
  { minLength: 1, maxLength: 40 },
);

const meter = (list: readonly UsageFigures[]): SessionUsage =>
  meterSession(usageColumnsOf(list), periods, { gb: "binary", idleVcpu: 0.02, unpricedRule: "2026-09" });

/** The rule once more, record by record in bigints, the way it is written down. */
function plainMemory(list: readonly UsageFigures[]): { readonly old: bigint; readonly now: bigint } {
  const level = ({ elapsedSeconds: e, gbHours }: UsageFigures): number =>
    e >= 0.25 ? Math.round((gbHours * 2 ** 30 * 3600) / e) : 0;
  const ms = (record: UsageFigures): bigint => BigInt(Math.round(1000 * record.elapsedSeconds));
  const charge = (bytes: number): bigint => BigInt(Math.max(2 ** 27, bytes));
  const peak = (at: number): number => Math.max(...list.filter((record) => record.at <= at).map(level));
  return {
    old: list.reduce((sum, record) => sum + ms(record) * charge(level(record)), 0n),
    now: list.reduce((sum, record) => sum + ms(record) * charge(peak(record.at)), 0n),
  };
}

const unique = (list: readonly UsageFigures[]): readonly UsageFigures[] => [
  ...new Map(
    list.map((record) => [[record.at, record.elapsedSeconds, record.vcpuHours, record.gbHours].join(), record]),
  ).values(),
];

describe("the exact rules, by properties: the meter", () => {
  it("gives the same digits for any order and any repetition of the records", () => {
    fc.assert(
      fc.property(records, fc.infiniteStream(fc.nat()), (list, stream) => {
        const expected = { ...meter(unique(list)), duplicates: 0 };
        const shuffled = list
          .flatMap((record) => [record, record])
          .map((record) => ({ record, place: stream.next().value ?? 0 }))
          .toSorted((a, b) => a.place - b.place)
          .map(({ record }) => record);
        const metered = meter(shuffled);
        expect(metered.duplicates).toBe(2 * list.length - expected.records);
        expect({ ...metered, duplicates: 0 }).toEqual(expected);
      }),
    );
  });

  it("agrees with the rule computed record by record", () => {
    fc.assert(
      fc.property(records, (list) => {
        const distinct = unique(list);
        const { parts, meteredMs } = meter(list);
        fc.pre(meteredMs >= 1000);
        const plain = plainMemory(distinct);
        expect(parts.reduce((sum, part) => sum + part.peakTaxByteMs, 0n)).toBe(plain.now - plain.old);
        const all = meterSession(usageColumnsOf(list), priceBookOf([rows[1]]).get(here) ?? [], {
          gb: "binary",
          idleVcpu: 0.02,
          unpricedRule: "2026-09",
        });
        expect(all.parts.reduce((sum, part) => sum + part.byteMs, 0n)).toBe(plain.now);
      }),
    );
  });

  it("keeps idle cost between nothing and all of the memory, so that idle and active add up", () => {
    fc.assert(
      fc.property(records, (list) => {
        const usage = meter(list);
        for (const part of usage.parts) {
          expect(part.idleByteMs >= 0n && part.idleByteMs <= part.byteMs).toBe(true);
          expect(part.peakTaxByteMs >= 0n).toBe(true);
        }
        const cost = rateSession(usage, "binary");
        if (cost === null) throw new Error("the whole span has a price");
        const active = subtractUsd(cost.rated, cost.idle);
        expect(compareUsd(active, zeroUsd)).toBeGreaterThanOrEqual(0);
        expect(compareUsd(addUsd(active, cost.idle), cost.rated)).toBe(0);
      }),
    );
  });

  it("adds exactly what no double could hold", () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { maxLength: 50, size: "max" }), (values) => {
        const sum = exactSum();
        for (const value of [...values, Number.MAX_SAFE_INTEGER, 2]) addTo(sum, value);
        expect(totalOf(sum)).toBe(values.reduce((total, value) => total + BigInt(value), 2n ** 53n + 1n));
      }),
    );
  });

  it("orders records also where the instants lie too far apart to be packed", () => {
    const list = Array.from({ length: 3000 }, (_, i) => ({
      at: instant(i % 2 === 0 ? start + i : Number.MAX_SAFE_INTEGER - i),
      elapsedSeconds: 1,
      vcpuHours: 0,
      gbHours: 0.001,
    }));
    expect(meter(list)).toMatchObject({ records: 3000, duplicates: 0, lastAt: Number.MAX_SAFE_INTEGER - 1 });
    expect(meter(list.toReversed())).toEqual(meter(list));
  });
});
