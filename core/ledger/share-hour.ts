import type { PricePeriod } from "../billing/price-book.ts";
import { type Instant, instant, plusMs } from "../kernel/instant.ts";
import { type AllocationClaim, allocate } from "./allocation.ts";
import type { Charge } from "./charge.ts";

/** What all sessions of one interpreter used in one hour of UTC, as AWS measured it. */
export interface MeasuredHour {
  readonly hourAt: Instant;
  readonly vcpuNs: bigint;
  readonly byteMs: bigint;
}

/** What one of the interpreter's sessions used in the hour by its own records: what they say, with no rule applied. */
export interface RecordedUse {
  readonly vcpuNs: bigint;
  readonly byteMs: bigint;
}

/** When one of the interpreter's sessions was alive, as far as that is known. */
export interface AliveSpan {
  /** Names the session among all of its interpreter. */
  readonly name: string;
  readonly from: Instant;
  /** Exclusive; null while it lives. */
  readonly until: Instant | null;
}

const hourMs = 3_600_000;

/**
 * Shares a measured hour out over all sessions that were alive in it, by the time that each was. The shares of all of them
 * add up to what was measured exactly, and do not depend on whose turn it is: each session gets the same share whenever it
 * is asked for. Where prices change within the hour, so does the share: in proportion to the time alive at each price.
 * A session that was not alive in the hour has no charge.
 *
 * What was measured holds what sessions with records used: that is theirs already, and taken off before the rest is shared out
 * among the others. What they used and all shares then add up to what was measured; where records say more than that, nothing is
 * left to share.
 */
export function shareHour(
  { hourAt, vcpuNs, byteMs }: MeasuredHour,
  alive: readonly AliveSpan[],
  periods: readonly PricePeriod[],
  recorded: ReadonlyMap<string, RecordedUse> = noneRecorded,
): ReadonlyMap<string, readonly Charge[]> {
  const claims = alive.flatMap((span) => (recorded.has(span.name) ? [] : claimsOf(span, hourAt, periods)));
  const rest = (total: bigint, used: (use: RecordedUse) => bigint): bigint => {
    const left = recorded.values().reduce((sum, use) => sum - used(use), total);
    return left > 0n ? left : 0n;
  };
  const vcpuShares =
    allocate(
      rest(vcpuNs, (use) => use.vcpuNs),
      claims,
    ) ?? [];
  const byteShares =
    allocate(
      rest(byteMs, (use) => use.byteMs),
      claims,
    ) ?? [];
  const charges = claims.map(({ session, aliveMs, priceStartsAt }, index) => ({
    session,
    charge: {
      hourAt,
      priceStartsAt,
      records: 0,
      meteredMs: aliveMs,
      vcpuNs: vcpuShares[index] ?? 0n,
      byteMs: byteShares[index] ?? 0n,
      // The metrics do not say what of it was idle, logged otherwise, or due to a peak.
      idleByteMs: 0n,
      loggedByteMs: 0n,
      peakTaxByteMs: 0n,
    },
  }));
  return new Map(
    [...Map.groupBy(charges, ({ session }) => session)].map(([session, own]) => [
      session,
      own.map(({ charge }) => charge),
    ]),
  );
}

const noneRecorded: ReadonlyMap<string, RecordedUse> = new Map();

/** The hours of UTC in which a session was alive, one after the other. */
export function hoursAlive({ from, until }: { readonly from: Instant; readonly until: Instant }): readonly Instant[] {
  if (until <= from) return [];
  const first = Math.floor(from / hourMs) * hourMs;
  return Array.from({ length: Math.ceil((until - first) / hourMs) }, (_, hour) => instant(first + hour * hourMs));
}

interface Claim extends AllocationClaim {
  readonly session: string;
  readonly priceStartsAt: Instant | null;
}

/** One claim for each price that was in force while the session was alive within the hour. */
function claimsOf(
  { name, from, until }: AliveSpan,
  hourAt: Instant,
  periods: readonly PricePeriod[],
): readonly Claim[] {
  const begin = Math.max(from, hourAt);
  const end = Math.min(until ?? Number.POSITIVE_INFINITY, plusMs(hourAt, hourMs));
  const pricedSince = periods[0]?.startsAt ?? Number.POSITIVE_INFINITY;
  const stretches = [
    { priceStartsAt: null, startsAt: 0, endsAt: pricedSince },
    ...periods.map(({ startsAt, endsAt }) => ({
      priceStartsAt: startsAt,
      startsAt,
      endsAt: endsAt ?? Number.POSITIVE_INFINITY,
    })),
  ];
  return stretches.flatMap(({ priceStartsAt, startsAt, endsAt }) => {
    const aliveMs = Math.min(end, endsAt) - Math.max(begin, startsAt);
    return aliveMs > 0 ? [{ name: `${name}\n${priceStartsAt}`, session: name, aliveMs, priceStartsAt }] : [];
  });
}
