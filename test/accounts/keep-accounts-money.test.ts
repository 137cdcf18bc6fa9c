import { describe, expect, it } from "vitest";
import { everyRegion } from "../../core/billing/price-row.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import { addUsd, formatUsd, sumUsd, type Usd, usd } from "../../core/kernel/money.ts";
import { ratedOf } from "../../core/ledger/charge-lines.ts";
import { charge } from "../ledger-store/bills.ts";
import { worldOf } from "./keep-fixture.ts";
import { begin, minutes, prices, seen } from "./settle-fixture.ts";

const periods = prices.get(everyRegion) ?? [];
const always = [instant(0), instant(Date.UTC(2030, 0))] as const;

/** Two records of a minute: vCPU-seconds in the first of them, and gigabytes in both. */
const minuteRecords = (vcpuSeconds: number, gigabytes: number, count = 2): readonly UsageFigures[] =>
  Array.from({ length: count }, (_, i) => ({
    at: plusMs(begin, i * 60_000),
    elapsedSeconds: 60,
    vcpuHours: i === 0 ? vcpuSeconds / 3600 : 0,
    gbHours: (gigabytes * 60) / 3600,
  }));

/** Dollars of `count` sessions alike, from their logs to the rows of history. */
async function billed(count: number, records: readonly UsageFigures[]): Promise<Usd> {
  const names = Array.from({ length: count }, (_, i) => `s${i}`);
  const world = worldOf(
    {
      deliveries: names.map((session) => ({ session, at: minutes(20), records })),
      sessions: names.map((session) => seen(session, { goneAt: minutes(10) })),
      hours: new Map(),
    },
    { backfillMs: 24 * 3_600_000 },
  );
  const { targets } = await world.passAt(minutes(200));
  expect(targets).toMatchObject([{ closed: count, open: 0, problems: [] }]);
  const dollars: Usd[] = [];
  for await (const bill of world.ports.history.bills(...always)) {
    expect(bill.basis).toBe("rated");
    dollars.push(ratedOf(bill.charges, periods, "binary")?.rated ?? usd(0n, 1n));
  }
  expect(dollars).toHaveLength(count);
  return sumUsd(dollars);
}

describe("examples of the price page, through ledger and history", () => {
  it("30 000 sessions of 48 s with 2 vCPU and 120 s with 4 GB are $109.40", async () => {
    expect(formatUsd(await billed(30_000, minuteRecords(96, 4)))).toBe("109.400000000000");
  });

  it.each([
    // 120 s with 2 vCPU and 600 s with 4 GB: a hundredth of 100 000 sessions.
    [1000, minuteRecords(120, 4, 10).map((it, i) => ({ ...it, vcpuHours: i < 2 ? 120 / 3600 : 0 })), "12.266666666667"],
    [1, minuteRecords(18, 0.125, 1), "0.000467187500"],
  ])("%d sessions come to what the page says", async (count, records, expected) => {
    expect(formatUsd(await billed(count, records))).toBe(expected);
  });
});

it("keeps the money of 10^6 sessions with zero error", () => {
  const count = 1_000_000;
  let total: Usd = usd(0n, 1n);
  let batch: Usd[] = [];
  for (let i = 0; i < count; i += 1) {
    // No two alike, and none a round number of anything.
    const own = charge({ hourAt: begin, vcpuNs: BigInt(i) * 7n + 3n, byteMs: BigInt(i) * 11_000_000_007n + 1n });
    const cost = ratedOf([own], periods, "binary");
    batch.push(cost?.rated ?? usd(0n, 1n));
    if (batch.length < 10_000) continue;
    total = addUsd(total, sumUsd(batch));
    batch = [];
  }
  const n = BigInt(count);
  const triangle = (n * (n - 1n)) / 2n;
  const vcpuNs = 7n * triangle + 3n * n;
  const byteMs = 11_000_000_007n * triangle + n;
  const closed = addUsd(
    usd(vcpuNs * 895n, 10_000n * 3_600_000_000_000n),
    usd(byteMs * 945n, 100_000n * 3_600_000n * 1_073_741_824n),
  );
  expect(total.numerator * closed.denominator).toBe(closed.numerator * total.denominator);
  expect(formatUsd(total)).toBe(formatUsd(closed));
});
