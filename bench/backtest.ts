import { codeInterpreterPrices } from "../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../core/billing/price-book.ts";
import type { UsageColumns } from "../core/billing/usage-columns.ts";
import { backtest } from "../core/cleanup/backtest/backtest.ts";
import { withMember } from "../core/cleanup/backtest/backtest-sweep.ts";
import type { PastSession } from "../core/cleanup/backtest/backtest-types.ts";
import type { PolicySet } from "../core/cleanup/policy/policy.ts";
import { accountId, interpreterId, region, sessionId } from "../core/kernel/ids.ts";
import { instant, plusMs } from "../core/kernel/instant.ts";
import type { Bench, Figure } from "./bench.ts";

const sessions = 1000;
const lifeMs = 8 * 3_600_000;
const minuteMs = 60_000;
const begin = instant(Date.UTC(2026, 10, 20));
const window = { from: begin, until: plusMs(begin, 12 * 3_600_000) };

/** Records of one second: 28.8 million of them, made as they are gone through, since their reading is another bench's. */
export const backtestBench: Bench = {
  name: "backtest",
  about: `a replay of ${sessions} sessions of 8 hours, a record a second, a sweep every 5 minutes`,
  run: benchBacktest,
};

async function benchBacktest(tell: (line: string) => void): Promise<readonly Figure[]> {
  const one = timed([set]);
  tell(`${one.stops} would-be stops, ${one.falseStops} of them false`);
  if (one.stops < sessions / 4 || one.falseStops === 0) throw new Error("the sessions are not as they should be");
  const four = timed([5, 10, 30, 60].map((minutes) => withMember(set, "idleAfter", minutes * minuteMs)));
  return [
    { what: "time of one policy", value: one.seconds, unit: "s", atMost: 30 },
    { what: "time of four values of idleAfter at once", value: four.seconds, unit: "s" },
    { what: "sessions that would have been stopped", value: one.stops, unit: "" },
  ];
}

const set: PolicySet = {
  policies: [
    {
      id: "bench",
      hash: "bench",
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
    },
  ],
  protections: [],
  invocationStamp: "unknown",
};

function timed(sets: readonly PolicySet[]) {
  const startedAt = performance.now();
  const [first] = backtest(made(), sets, {
    idleVcpu: 0.02,
    gb: "binary",
    prices: priceBookOf(codeInterpreterPrices),
    memoryGb: 8,
    lag: { atTeardown: "none", leastMs: 20 * minuteMs, mostMs: 60 * minuteMs },
    sweepEveryMs: 5 * minuteMs,
    window,
  });
  const proved = first?.figures.byBasis.proved;
  return {
    seconds: (performance.now() - startedAt) / 1000,
    stops: proved?.stops ?? 0,
    falseStops: proved?.falseStops ?? 0,
  };
}

function* made(): Generator<PastSession> {
  for (let n = 0; n < sessions; n += 1) {
    const createdAt = plusMs(begin, n * 10_000);
    const endsAt = plusMs(createdAt, lifeMs);
    yield {
      session: {
        target: { account: accountId("111122223333"), region: region("us-east-1") },
        interpreter: interpreterId("bench-abcdefghij"),
        interpreterKind: "CUSTOM",
        id: sessionId(`S${n}`),
        name: null,
        status: "READY",
        createdAt,
        lastUpdatedAt: null,
        timeoutSeconds: lifeMs / 1000,
      },
      end: { earliest: endsAt, latest: endsAt },
      usage: usageOf(n, createdAt),
      isWhole: true,
      calls: { kind: "session", window: { from: plusMs(begin, -lifeMs), until: plusMs(begin, 3 * lifeMs) }, calls: [] },
    };
  }
}

/** Every third is a leak, every third works each few minutes, every third comes back after hours. */
function usageOf(n: number, createdAt: number): UsageColumns {
  const length = lifeMs / 1000;
  const isBusy = (second: number): boolean =>
    second < 300 || (n % 3 === 1 && second % 600 < 120) || (n % 3 === 2 && second > 18_000 && second < 18_600);
  const usage = {
    length,
    at: new Float64Array(length),
    elapsedSeconds: new Float64Array(length).fill(1),
    vcpuHours: new Float64Array(length),
    gbHours: new Float64Array(length).fill(1.2 / 3600),
  };
  for (let second = 0; second < length; second += 1) {
    usage.at[second] = createdAt + 1000 * second;
    usage.vcpuHours[second] = (isBusy(second) ? 0.4 : 0.002) / 3600;
  }
  return usage;
}
