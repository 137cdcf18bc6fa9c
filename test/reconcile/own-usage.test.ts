import { describe, expect, it } from "vitest";
import { region } from "../../core/kernel/ids.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { formatUsd, zeroUsd } from "../../core/kernel/money.ts";
import { daySides } from "../../core/reconcile/day-sides.ts";
import { prices } from "../history/fixture.ts";
import { day, gbHour, hourMs, ownOf, size, used, vcpuHour } from "./own.ts";

const at = (days: number, hours: number) => plusMs(day(days), hours * hourMs);
const gib = 2 ** 30;
const dayOf = (own: ReturnType<typeof ownOf>, count: number) => {
  const found = own?.days.get(day(count));
  if (found === undefined) throw new Error(`there is no day ${count}`);
  return found;
};

describe("what the ledger has of a place", () => {
  it("adds sessions up by day and price, and knows its first hour", () => {
    const own = ownOf([used(at(2, 5), 1000, 2000), used(at(2, 3), 500, 0), used(at(3, 0), 1, 1)]);
    expect(own?.firstChargeAt).toBe(at(2, 3));
    expect(own?.sessions).toEqual({ rated: 3, allocated: 0, bounded: 0 });
    const { vCPU, Memory } = dayOf(own, 2).uses;
    const none = { gb: "binary", allocated: 0n };
    expect(vCPU).toEqual([
      { unitPrice: 89_500_000_000n, rated: (3n * vcpuHour) / 2n, logged: (3n * vcpuHour) / 2n, ...none },
    ]);
    expect(Memory).toEqual([{ unitPrice: 9_450_000_000n, rated: 2n * gbHour, logged: 2n * gbHour, ...none }]);
  });

  it("keeps apart what was shared out, and what has no price", () => {
    const own = ownOf([
      { basis: "allocated", used: [{ at: at(2, 5), vcpu: 1000, gb: 0 }] },
      { used: [{ at: at(2, 5), vcpu: 2000, gb: 0, priced: false }] },
    ]);
    expect(dayOf(own, 2).uses.vCPU).toEqual([
      { unitPrice: 89_500_000_000n, gb: "binary", rated: 0n, logged: 0n, allocated: vcpuHour },
      { unitPrice: null, gb: "binary", rated: 2n * vcpuHour, logged: 2n * vcpuHour, allocated: 0n },
    ]);
    expect(own?.sessions).toEqual({ rated: 1, allocated: 1, bounded: 0 });
  });

  it("adds up hours of the GB that each was charged by", () => {
    const own = ownOf([used(at(2, 5), 0, 2000), { used: [{ at: at(2, 6), vcpu: 0, gb: 2000, unit: "decimal" }] }]);
    const pricing = { prices, gb: "binary" as const, region: region("us-east-1"), decimals: 6 };
    const { hours, usd } = daySides(day(2), dayOf(own, 2), [], pricing).meters.Memory;
    // Two GB-hours of 2^30 bytes are 2.147483648 of 10^9.
    expect(formatUsd(hours.rated ?? zeroUsd, 6)).toBe("4.147484");
    expect(formatUsd(usd.rated ?? zeroUsd, 6)).toBe("0.039194");
  });

  it("counts a session that crosses midnight once, and its gap too", () => {
    const facts = { id: "over", crosses: true, gapMs: 1000, lateUnverifiable: 2 };
    const own = ownOf([
      { ...facts, used: [{ at: at(2, 23), vcpu: 1, gb: 1 }] },
      { ...facts, used: [{ at: at(3, 0), vcpu: 1, gb: 1 }] },
    ]);
    expect(own).toMatchObject({ sessions: { rated: 1 }, lateRecords: 2 });
    expect([dayOf(own, 2).gaps.vCPU, dayOf(own, 3).gaps.vCPU]).toEqual([BigInt(1000 * size.vcpu * 1e6), 0n]);
  });

  it.each([
    ["below the floor", gib / 8 - 1, gib / 8],
    ["at the floor", gib / 8, gib / 8],
    ["above the floor", gib / 8 + 1, gib / 8 + 1],
    ["not known", null, size.memoryGb * gib],
  ])("bounds a stretch without records by the peak: one that is %s", (_, peakBytes, level) => {
    const own = ownOf([{ ...used(at(2, 5), 1, 1), gapMs: 7, peakBytes }]);
    expect(dayOf(own, 2).gaps.Memory).toBe(7n * BigInt(level));
  });

  it.each([
    ["ends at midnight", at(3, 0), [2], 1],
    ["goes on for a millisecond after it", plusMs(at(3, 0), 1), [2, 3], 1],
    ["goes on to the end of the window and beyond", at(12, 0), [2, 3, 4, 5, 6, 7, 8, 9], 1],
  ])("bounds a life without a figure on each of its days: one that %s", (_, until, days, sessions) => {
    const own = ownOf([{ lived: [at(2, 23), until] }]);
    expect([...(own?.days.keys() ?? [])]).toEqual(days.map(day));
    const ms = Math.min(until, day(10)) - at(2, 23);
    const all = [...(own?.days.values() ?? [])];
    expect(all.reduce((sum, { bounded }) => sum + bounded.vCPU, 0n)).toBe(BigInt(ms * size.vcpu * 1e6));
    expect(all.reduce((sum, { bounded }) => sum + bounded.Memory, 0n)).toBe(BigInt(ms) * BigInt(size.memoryGb * gib));
    expect(own?.sessions.bounded).toBe(sessions);
    expect([...(own?.unread ?? [])]).toEqual([["tool-VbMl9Hi8I4", 1]]);
    expect(own?.firstChargeAt).toBeNull();
  });

  it("takes a settled session alone for a sign of how far it is read", () => {
    const provisional = { ...used(at(2, 5), 1, 1), final: false, asOf: at(9, 0) };
    expect(ownOf([provisional])).toMatchObject({ lastSettledAt: null, provisional: 1 });
    expect(ownOf([provisional, { ...used(at(2, 5), 1, 1), asOf: at(3, 0) }])?.lastSettledAt).toBe(at(3, 0));
  });

  it("knows nothing of a place of which nothing is told", () => {
    expect(ownOf([])).toBeUndefined();
  });
});
