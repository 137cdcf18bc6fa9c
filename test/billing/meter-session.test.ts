import { describe, expect, it } from "vitest";
import { type MeterSettings, meterSession } from "../../core/billing/meter-session.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import type { BillingRule, PriceRow } from "../../core/billing/price-row.ts";
import { rateSession } from "../../core/billing/rate-session.ts";
import type { SessionUsage } from "../../core/billing/session-usage.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import { region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";

const here = region("us-east-1");
const start = Date.parse("2026-01-01T00:00:00Z");
const gib = 1_073_741_824;
const floor = gib / 8;
const settings: MeterSettings = { gb: "binary", idleVcpu: 0.02, unpricedRule: "2026-09" };

/** A record that starts `at` ms into the test, with vCPU and GB as levels over its seconds. */
const record = (at: number, seconds: number, gb: number, vcpu = 0) => ({
  at: instant(start + at),
  elapsedSeconds: seconds,
  vcpuHours: (vcpu * seconds) / 3600,
  gbHours: (gb * seconds) / 3600,
});

const row = (at: number, rates: readonly [string, string], rule: BillingRule): PriceRow => ({
  region: here,
  startsAt: instant(start + at),
  usdPerVcpuHour: rates[0],
  usdPerGbHour: rates[1],
  rule,
});

function meter(
  records: readonly ReturnType<typeof record>[],
  rows: readonly PriceRow[] = [row(-1000, ["0.0895", "0.00945"], "2026-09")],
  changes: Partial<MeterSettings> = {},
): SessionUsage {
  return meterSession(usageColumnsOf(records), priceBookOf(rows).get(here) ?? [], { ...settings, ...changes });
}

const memory = (usage: SessionUsage): readonly bigint[] => usage.parts.map((part) => part.byteMs);
const rule = (name: BillingRule): readonly PriceRow[] => [row(-1000, ["0.0895", "0.00945"], name)];

describe("memory by the two rules", () => {
  const falling = [record(0, 1, 1), record(1000, 1, 4), record(2000, 1, 2)];

  it("charges each record at its own level by 2025-10, and at the peak so far by 2026-09", () => {
    expect(memory(meter(falling, rule("2025-10")))).toEqual([1000n * BigInt(7 * gib)]);
    expect(memory(meter(falling, rule("2026-09")))).toEqual([1000n * BigInt(9 * gib)]);
  });

  it("reports the difference as peak tax, whichever rule charges", () => {
    for (const name of ["2025-10", "2026-09"] as const) {
      expect(meter(falling, rule(name)).parts[0]?.peakTaxByteMs).toBe(1000n * BigInt(2 * gib));
    }
  });

  it("takes the peak of an instant from all its records, also from those sorted behind", () => {
    const together = [record(0, 1, 1), record(0, 2, 4)];
    expect(memory(meter(together, rule("2026-09")))).toEqual([3000n * BigInt(4 * gib)]);
  });

  it("never charges less than the floor", () => {
    expect(memory(meter([record(0, 1, 0.01)], rule("2026-09")))).toEqual([1000n * BigInt(floor)]);
    expect(memory(meter([record(0, 1, 0)], rule("2025-10"), { gb: "decimal" }))).toEqual([1000n * 128_000_000n]);
    expect(meter([record(0, 1, 0.01)]).peakBytes).toBe(Math.round(0.01 * gib));
  });

  it.each([
    [0.249, null, floor],
    [0.25, 4 * gib, 4 * gib],
    [0.251, 4 * gib, 4 * gib],
  ])("a record of %f s has the level %s", (seconds, peakBytes, charged) => {
    const usage = meter([record(0, seconds, 4), record(10_000, 1, 0)]);
    expect(usage.peakBytes).toBe(peakBytes ?? 0);
    expect(memory(usage)).toEqual([BigInt(Math.round(seconds * 1000) + 1000) * BigInt(charged)]);
  });

  it("has no peak where no record is long enough for a level", () => {
    expect(meter([record(0, 0.2, 4)]).peakBytes).toBeNull();
  });

  it("keeps what a record of no length used", () => {
    const usage = meter([{ ...record(0, 0, 0), vcpuHours: 1 / 3600, gbHours: 1 / 3600 }]);
    expect(usage.parts[0]).toMatchObject({ vcpuNs: 1_000_000_000n, loggedByteMs: 1000n * BigInt(gib) });
  });
});

describe("the one-second minimum", () => {
  it.each([
    [999, 1000],
    [1000, 1000],
    [1001, 1001],
  ])("a session of %i ms is charged for %i ms of memory", (ms, charged) => {
    const usage = meter([record(0, 0.5, 2), record(500, ms / 1000 - 0.5, 1)], rule("2026-09"));
    expect(usage.meteredMs).toBe(ms);
    expect(memory(usage)).toEqual([BigInt(charged) * BigInt(2 * gib)]);
  });

  it.each([
    [999, 2_000_000n],
    [1000, 1_500_000n],
    [1001, 1_501_000n],
  ])("and by rule 2025-10 a session of %i ms, half of it at half the peak, for %i GiB µs", (ms, gibUs) => {
    const usage = meter([record(0, 0.5, 2), record(500, ms / 1000 - 0.5, 1)], rule("2025-10"));
    expect(memory(usage)).toEqual([(gibUs * BigInt(gib)) / 1000n]);
  });

  it("takes the largest level by either rule, so that there is no peak tax", () => {
    const usage = meter([record(0, 0.3, 2), record(300, 0.3, 1)], rule("2025-10"));
    expect(usage.parts[0]).toMatchObject({ byteMs: 1000n * BigInt(2 * gib), peakTaxByteMs: 0n });
  });

  it("charges at the price of the last record, and leaves vCPU where it was used", () => {
    const rows = [row(-1000, ["1", "1"], "2026-09"), row(1000, ["2", "2"], "2026-09")];
    const usage = meter([record(0, 0.3, 2, 1), record(1300, 0.3, 1, 1)], rows);
    expect(memory(usage)).toEqual([0n, 1000n * BigInt(2 * gib)]);
    expect(usage.parts.map((part) => part.vcpuNs)).toEqual([300_000_000n, 300_000_000n]);
  });

  it.each([
    [0, true],
    [1, false],
  ])("such a session with %f vCPU is idle as one: %s", (vcpu, idle) => {
    const part = meter([record(0, 0.3, 2, vcpu), record(300, 0.3, 1, vcpu)]).parts[0];
    expect(part?.idleByteMs).toBe(idle ? part?.byteMs : 0n);
  });
});

describe("gaps", () => {
  it.each([
    [1500, 0],
    [1501, 501],
    [1502, 502],
  ])("%i ms between two records of a second leave a gap of %i ms", (delta, gapMs) => {
    expect(meter([record(0, 1, 1), record(delta, 1, 1)]).gapMs).toBe(gapMs);
  });

  it("measures against the longer of the two neighbours", () => {
    expect(meter([record(0, 3, 1), record(3500, 1, 1)]).gapMs).toBe(0);
    expect(meter([record(0, 3, 1), record(3501, 1, 1)]).gapMs).toBe(2501);
    expect(meter([record(0, 1, 1), record(3501, 3, 1)]).gapMs).toBe(501);
  });

  it("charges nothing for them", () => {
    expect(memory(meter([record(0, 1, 1), record(60_000, 1, 1)]))).toEqual([2000n * BigInt(gib)]);
  });
});

describe("records delivered twice", () => {
  const one = record(0, 1, 1, 1);
  it.each([
    ["equal in all figures", one, 1],
    ["of another instant", record(1, 1, 1, 1), 0],
    ["of another length", { ...one, elapsedSeconds: 1.001 }, 0],
    ["with other vCPU-hours", { ...one, vcpuHours: one.vcpuHours + 1e-15 }, 0],
    ["with other GB-hours", { ...one, gbHours: one.gbHours + 1e-15 }, 0],
  ])("one %s counts %#: %j", (_, other, duplicates) => {
    const usage = meter([one, record(500, 1, 1), other]);
    expect(usage).toMatchObject({ duplicates, records: 3 - duplicates });
  });
});

describe("idle records", () => {
  it.each([
    [0.019_999, true],
    [0.02, false],
    [0.020_001, false],
  ])("%f vCPU is below the level of 0.02: %s", (vcpu, idle) => {
    const part = meter([record(0, 1, 1, vcpu)]).parts[0];
    expect(part?.idleByteMs).toBe(idle ? 1000n * BigInt(gib) : 0n);
  });

  it("takes another level where the setting says so", () => {
    expect(meter([record(0, 1, 1, 0.05)], undefined, { idleVcpu: 0.1 }).parts[0]?.idleByteMs).toBe(1000n * BigInt(gib));
  });
});

describe("a price that changes in mid-session", () => {
  const records = [record(0, 1, 4), record(1000, 1, 1), record(2000, 1, 1)];

  it.each([
    [1999, [[1, 0]]],
    [2000, [[0, 1]]],
    [2001, [[0, 1]]],
  ])("at 2000 ms has a record stamped %i ms on its own side", (at, [sides]) => {
    const rows = [row(-1000, ["0", "0"], "2026-09"), row(2000, ["1", "1"], "2026-09")];
    const usage = meter([record(0, 1, 1), record(at, 1, 1), record(4000, 1, 1)], rows);
    expect(usage.parts.map((part) => part.byteMs / (1000n * BigInt(gib)) - 1n)).toEqual(sides?.map(BigInt));
  });

  it("carries the peak over, also into another rule and back", () => {
    const rows = [
      row(-1000, ["1", "1"], "2026-09"),
      row(1000, ["1", "1"], "2025-10"),
      row(2000, ["1", "1"], "2026-09"),
    ];
    expect(memory(meter(records, rows))).toEqual([4, 1, 4].map((gb) => 1000n * BigInt(gb * gib)));
  });

  it("adds the money of each row exactly", () => {
    const rows = [row(-1000, ["0", "0"], "2026-09"), row(2000, ["3600", "3600"], "2026-09")];
    const cost = rateSession(meter([record(0, 1, 4, 1), record(2000, 1, 1, 1)], rows), "binary");
    expect(cost === null ? null : formatUsd(cost.rated)).toBe("5.000000000000");
    expect(cost === null ? null : formatUsd(cost.logged)).toBe("2.000000000000");
  });

  it("is unknown where part of the session has no price", () => {
    const usage = meter(records, [row(1000, ["1", "1"], "2026-09")]);
    expect(usage.parts.map((part) => part.period === null)).toEqual([true, false]);
    expect(rateSession(usage, "binary")).toBeNull();
  });
});

describe("figures of the price page", () => {
  const rateOf = (vcpuHours: number, gbHours: number): string => {
    const at = instant(start);
    const usage = meter([{ at, elapsedSeconds: 60, vcpuHours, gbHours }]);
    const cost = rateSession(usage, "binary");
    return cost === null ? "unknown" : formatUsd(cost.logged, 11);
  };
  it.each([
    [0.011301, 0.858831, "0.00912739245"],
    [0.0125, 0.5, "0.00584375000"],
    [(18 * 1) / 3600, 0, "0.00044750000"],
    [0, (60 * 2) / 3600, "0.00031500000"],
    [(120 * 2) / 3600, (600 * 4) / 3600, "0.01226666667"],
  ])("%f vCPU-hours and %f GB-hours are $%s", (vcpuHours, gbHours, usd) => {
    expect(rateOf(vcpuHours, gbHours)).toBe(usd);
  });
});
