import type { Instant } from "../kernel/instant.ts";
import { sumUsd, type Usd } from "../kernel/money.ts";
import type { GbUnit } from "./gigabyte.ts";
import { type RatedCost, rateSession } from "./rate-session.ts";
import type { SessionUsage } from "./session-usage.ts";
import type { SessionKey } from "./usage-record.ts";

/** One metered and rated session, small enough for a list of all. */
export interface RatedSession extends SessionKey {
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly records: number;
  readonly meteredMs: number;
  readonly gapMs: number;
  readonly vcpuNs: bigint;
  readonly byteMs: bigint;
  readonly peakBytes: number | null;
  /** Null where a part of it has no price. */
  readonly cost: RatedCost | null;
}

export interface RatedTotals {
  readonly sessions: number;
  readonly unpricedSessions: number;
  readonly vcpuNs: bigint;
  readonly byteMs: bigint;
  /** Of the priced sessions; null where there are sessions and none has a price. */
  readonly cost: RatedCost | null;
}

export function ratedSession(key: SessionKey, usage: SessionUsage, gb: GbUnit): RatedSession {
  const { firstAt, lastAt, records, meteredMs, gapMs, peakBytes, parts } = usage;
  return {
    ...key,
    firstAt,
    lastAt,
    records,
    meteredMs,
    gapMs,
    vcpuNs: parts.reduce((sum, part) => sum + part.vcpuNs, 0n),
    byteMs: parts.reduce((sum, part) => sum + part.byteMs, 0n),
    peakBytes,
    cost: rateSession(usage, gb),
  };
}

/** Exact: made of the parts before any rounding. */
export function ratedTotals(sessions: readonly RatedSession[]): RatedTotals {
  const costs = sessions.flatMap((session) => session.cost ?? []);
  const sum = (costOf: (cost: RatedCost) => Usd): Usd => sumUsd(costs.map(costOf));
  return {
    sessions: sessions.length,
    unpricedSessions: sessions.length - costs.length,
    vcpuNs: sessions.reduce((total, session) => total + session.vcpuNs, 0n),
    byteMs: sessions.reduce((total, session) => total + session.byteMs, 0n),
    cost:
      costs.length === 0 && sessions.length > 0
        ? null
        : {
            rated: sum((cost) => cost.rated),
            logged: sum((cost) => cost.logged),
            idle: sum((cost) => cost.idle),
            peakTax: sum((cost) => cost.peakTax),
          },
  };
}

/** By account, Region, interpreter, session, as texts compare. */
export const compareSessions = (a: SessionKey, b: SessionKey): number =>
  compareTexts(a.account, b.account) ||
  compareTexts(a.region, b.region) ||
  compareTexts(a.interpreter, b.interpreter) ||
  compareTexts(a.session, b.session);

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
