import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { type UsageColumns, usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { BacktestSettings, PastCall, PastSession } from "../../core/cleanup/backtest/backtest-types.ts";
import type { Policy, PolicySet } from "../../core/cleanup/policy/policy.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";

export const minuteMs = 60_000;
const begin = instant(Date.UTC(2026, 10, 20, 12));
/** Minutes from the beginning. */
export const m = (minutes: number): Instant => plusMs(begin, minutes * minuteMs);

export interface Stretch {
  readonly from: number;
  readonly until: number;
}

export const policy = (change: Partial<Policy> = {}): Policy => ({
  id: "p",
  hash: "p",
  match: { account: null, region: null, interpreter: null, session: null, name: null },
  mode: "observe",
  idleAfterMs: 15 * minuteMs,
  minAgeMs: 5 * minuteMs,
  maxAgeMs: null,
  maxAgeStopsBusy: false,
  skipIfExpiresWithinMs: 10 * minuteMs,
  evidence: "strict",
  maxStopsPerPass: 10,
  breaker: { maxStops: 100, maxStopsPct: 50, windowMs: 60 * minuteMs },
  ...change,
});

export const setOf = (change: Partial<Policy> = {}): PolicySet => ({
  policies: [policy(change)],
  protections: [],
  invocationStamp: "start",
});

export const settings = (change: Partial<BacktestSettings> = {}): BacktestSettings => ({
  idleVcpu: 0.02,
  gb: "binary",
  prices: priceBookOf(codeInterpreterPrices),
  memoryGb: 8,
  lag: { atTeardown: "none", leastMs: 20 * minuteMs, mostMs: 20 * minuteMs },
  sweepEveryMs: 5 * minuteMs,
  window: { from: m(0), until: m(600) },
  ...change,
});

const recordMs = 10_000;

/** A record each ten seconds from `from` to `until`, but in gaps; busy where any of `busy` meets it. Minutes. */
export function usageOf(
  from: number,
  until: number,
  busy: readonly Stretch[],
  gaps: readonly Stretch[] = [],
): UsageColumns {
  const rows = [];
  const meets = (all: readonly Stretch[], at: number): boolean =>
    all.some((stretch) => m(stretch.from) < at + recordMs && m(stretch.until) > at);
  for (let at = m(from); at + recordMs <= m(until); at = plusMs(at, recordMs)) {
    if (meets(gaps, at)) continue;
    const vcpu = meets(busy, at) ? 0.5 : 0.0001;
    rows.push({
      at,
      elapsedSeconds: recordMs / 1000,
      vcpuHours: (vcpu * recordMs) / 3.6e6,
      gbHours: (1.5 * recordMs) / 3.6e6,
    });
  }
  return usageColumnsOf(rows);
}

export const callOf = ({ from, until }: Stretch): PastCall => ({
  from: m(from),
  until: m(until),
  surelyFrom: m(from),
  at: m(until),
});

/** Lives from minute 0, is known whole, and its calls are its own. */
export function pastSession(
  change: Partial<Omit<PastSession, "session">> & { readonly session?: Partial<PastSession["session"]> } = {},
): PastSession {
  const { session, ...rest } = change;
  return {
    session: {
      target: { account: accountId("111122223333"), region: region("us-east-1") },
      interpreter: interpreterId("tool-1234567890"),
      interpreterKind: "CUSTOM",
      id: sessionId("01BACKTEST"),
      name: null,
      status: "READY",
      createdAt: m(0),
      lastUpdatedAt: null,
      timeoutSeconds: 8 * 3600,
      ...session,
    },
    end: { earliest: m(480), latest: m(480) },
    usage: usageOf(0, 480, [{ from: 0, until: 2 }]),
    isWhole: true,
    calls: { kind: "session", window: { from: m(-30), until: m(700) }, calls: [callOf({ from: 0, until: 2 })] },
    ...rest,
  };
}
