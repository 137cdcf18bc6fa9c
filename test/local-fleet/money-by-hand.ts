import type { UsageRecord } from "../../local/fleet/usage-records.ts";

/** Dollars per hour in ten-millionths. */
export interface Rates {
  readonly vcpu: bigint;
  readonly gb: bigint;
}

export const virginiaRates: Rates = { vcpu: 895_000n, gb: 94_500n };

/**
 * The metering rules once more, written down as plainly as they read, from the logged doubles: record by record, the peak
 * looked up anew for each, and all sums in `bigint`.
 */
export function moneyByHand(
  delivered: readonly UsageRecord[],
  rates: Rates,
  earlier: readonly UsageRecord[] = [],
): { ratedUsd: string; loggedUsd: string } {
  const records = delivered.filter((each) => !each.isRedelivery);
  const levels = [...earlier, ...records]
    .filter((each) => each.elapsedSeconds >= 0.25)
    .map((each) => ({
      at: each.stampAt,
      bytes: BigInt(Math.round((each.gbHours * 2 ** 30 * 3600) / each.elapsedSeconds)),
    }));
  const floor = 1n << 27n;
  const peakAt = (at: number): bigint =>
    levels.reduce((peak, level) => (level.at <= at && level.bytes > peak ? level.bytes : peak), floor);
  const elapsed = (each: UsageRecord): bigint => BigInt(Math.round(each.elapsedSeconds * 1000));
  const sum = (parts: readonly bigint[]): bigint => parts.reduce((total, part) => total + part, 0n);
  const vcpuNs = sum(records.map((each) => BigInt(Math.round(each.vcpuHours * 3600 * 1e9))));
  const loggedByteMs = sum(records.map((each) => BigInt(Math.round(each.gbHours * 2 ** 30 * 3600 * 1000))));
  const elapsedMs = sum([...earlier, ...records].filter((each) => !each.isRedelivery).map(elapsed));
  const isMinimum = records.length > 0 && elapsedMs < 1000n;
  const ratedByteMs = isMinimum
    ? 1000n * peakAt(Number.MAX_SAFE_INTEGER)
    : sum(records.map((each) => elapsed(each) * peakAt(each.stampAt)));
  return { ratedUsd: usd(vcpuNs, ratedByteMs, rates), loggedUsd: usd(vcpuNs, loggedByteMs, rates) };
}

/** `vcpuNs × rate / (3600 × 10^9) + byteMs × rate / (3600 × 1000 × 2^30)`, rounded once, half to even, at 12 decimals. */
export function usd(vcpuNs: bigint, byteMs: bigint, rates: Rates): string {
  const perVcpuHour = 3600n * 10n ** 9n;
  const perGbHour = 3600n * 1000n * 2n ** 30n;
  const numerator = (vcpuNs * rates.vcpu * perGbHour + byteMs * rates.gb * perVcpuHour) * 10n ** 12n;
  const denominator = perVcpuHour * perGbHour * 10n ** 7n;
  let units = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  if (twice > denominator || (twice === denominator && units % 2n === 1n)) units += 1n;
  return `${units / 10n ** 12n}.${(units % 10n ** 12n).toString().padStart(12, "0")}`;
}
