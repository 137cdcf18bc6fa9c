import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pseudoRecordsOf } from "../../adapters/aws/usage-minute.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { metered, sumsOf } from "./metered.ts";

const apart = (a: bigint, b: bigint): number => Number(a > b ? a - b : b - a);

describe("records made of minutes", () => {
  it("are as busy as their minute, all of them", () => {
    const records = pseudoRecordsOf({
      at: instant(Date.UTC(2026, 10, 20, 12)),
      elapsedSeconds: 60,
      vcpuHours: 60 / 3600,
      gbHours: 30 / 3600,
      peakGb: 1,
    });
    for (const { vcpuHours, elapsedSeconds } of records) expect(vcpuHours * 3600).toBeCloseTo(elapsedSeconds, 9);
  });

  it("cost never less than record by record, and never more than at the peak from the minute's start", () => {
    const record = fc.record({
      second: fc.nat(599),
      elapsedSeconds: fc.constantFrom(1, 0.99, 0.32, 0),
      vcpuHours: fc.integer({ min: 0, max: 5_000 }).map((it) => it / 1e7),
      gbPerSecond: fc.integer({ min: 0, max: 8_000 }).map((it) => it / 1e3),
    });
    const begin = instant(Date.UTC(2026, 10, 20, 12));
    fc.assert(
      fc.property(fc.uniqueArray(record, { selector: (it) => it.second, minLength: 1, maxLength: 40 }), (drawn) => {
        const records = drawn.map(
          (it): UsageFigures => ({
            at: plusMs(begin, it.second * 1000),
            elapsedSeconds: it.elapsedSeconds,
            vcpuHours: it.vcpuHours,
            gbHours: (it.gbPerSecond * Math.max(it.elapsedSeconds, 0.01)) / 3600,
          }),
        );
        const minutes = Map.groupBy(records, (it) => Math.floor((it.at - begin) / 60_000));
        const summed = [...minutes].flatMap(([minute, own]) => minuteOf(plusMs(begin, minute * 60_000), own));
        const exact = sumsOf(metered(records));
        const approximate = sumsOf(metered(summed));
        // Each rounds to whole integers once a record.
        expect(apart(approximate.vcpuNs, exact.vcpuNs)).toBeLessThanOrEqual(records.length + summed.length);
        expect(apart(approximate.loggedByteMs, exact.loggedByteMs)).toBeLessThanOrEqual(
          1000 * (records.length + summed.length),
        );
        const slack = BigInt(2000 * (records.length + summed.length));
        expect(approximate.byteMs + slack >= exact.byteMs).toBe(true);
        expect(approximate.byteMs <= fromMinuteStart(records, begin) + slack).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function minuteOf(at: Instant, records: readonly UsageFigures[]): readonly UsageFigures[] {
  const sum = (name: "elapsedSeconds" | "vcpuHours" | "gbHours") => records.reduce((total, it) => total + it[name], 0);
  return pseudoRecordsOf({
    at,
    elapsedSeconds: sum("elapsedSeconds"),
    vcpuHours: sum("vcpuHours"),
    gbHours: sum("gbHours"),
    peakGb: Math.max(...records.map((it) => (it.gbHours * 3600) / Math.max(it.elapsedSeconds, 0.25))),
  });
}

/** The same records as if all of a minute's were stamped at its start, with a level for the short ones as well. */
function fromMinuteStart(records: readonly UsageFigures[], begin: Instant): bigint {
  const floor = 134_217_728;
  const ms = records.reduce((total, it) => total + Math.round(it.elapsedSeconds * 1000), 0);
  const charged = records.reduce((total, it) => {
    const end = Math.floor((it.at - begin) / 60_000) * 60_000 + 60_000;
    const peak = Math.max(
      floor,
      ...records
        .filter((other) => other.at - begin < end)
        .map((other) => Math.round((other.gbHours * 2 ** 30 * 3600) / Math.max(other.elapsedSeconds, 0.25))),
    );
    return total + BigInt(Math.round(it.elapsedSeconds * 1000)) * BigInt(peak);
  }, 0n);
  const highest = Math.max(
    floor,
    ...records.map((it) => Math.round((it.gbHours * 2 ** 30 * 3600) / Math.max(it.elapsedSeconds, 0.25))),
  );
  // The one-second minimum.
  return ms < 1000 ? 1000n * BigInt(highest) : charged;
}
