import type { Backtest, ReplayedSession, StopFigures } from "../../core/cleanup/backtest/backtest.ts";
import type { TelemetryLag } from "../../core/cleanup/backtest/backtest-types.ts";
import type { Span } from "../../core/cleanup/evidence/evidence.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { SweptValue } from "./backtest-options.ts";

export interface BacktestRow {
  /** Null: the policies as they are written. */
  readonly change: SweptValue | null;
  readonly backtest: Backtest;
}

export interface BacktestContent {
  readonly policyFile: string;
  readonly window: Span;
  readonly sweepEveryMs: number;
  readonly lag: TelemetryLag;
  readonly records: number;
  readonly rows: readonly BacktestRow[];
  readonly problems: readonly Problem[];
}

/** As JSON has it: docs/schemas/backtest.schema.json. */
export function backtestReport({ policyFile, window, sweepEveryMs, lag, records, rows, problems }: BacktestContent) {
  const figures = rows[0]?.backtest.figures;
  return {
    version: 1,
    asOf: isoOf(window.until),
    policyFile,
    from: isoOf(window.from),
    to: isoOf(window.until),
    complete: problems.length === 0,
    sweepEverySeconds: sweepEveryMs / 1000,
    lag: { atTeardown: teardownJson(lag), leastSeconds: lag.leastMs / 1000, mostSeconds: lag.mostMs / 1000 },
    records,
    sessions: figures?.sessions ?? 0,
    sessionsWithoutTimeLimit: figures?.withoutTimeLimit ?? 0,
    sessionsWithoutCalls: figures?.withoutCalls ?? 0,
    rows: rows.map(({ change, backtest: { figures: own, sessions } }) => ({
      change: change === null ? null : { member: change.member, value: change.text, seconds: change.valueMs / 1000 },
      proved: figuresJson(own.byBasis.proved),
      cpuAlone: figuresJson(own.byBasis["cpu-alone"]),
      busyByChoice: figuresJson(own.byBasis["busy-by-choice"]),
      unprovable: own.kept.get("unprovable") ?? 0,
      kept: Object.fromEntries([...own.kept].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      stops: sessions.flatMap((each) => stopJson(each)),
    })),
    problems,
  };
}

const teardownJson = ({ atTeardown }: TelemetryLag) => (typeof atTeardown === "string" ? atTeardown : [...atTeardown]);

function figuresJson({ stops, falseStops, unverified, races, falseRate, freedUsd, freedMs }: StopFigures) {
  return {
    stops,
    falseStops,
    unverified,
    races,
    falseRate: falseRate === null ? null : { low: shareOf(falseRate.low), high: shareOf(falseRate.high) },
    freedUsd: freedUsd === null ? null : { low: formatUsd(freedUsd.low), high: formatUsd(freedUsd.high) },
    freedSlotHours: { low: hoursOf(freedMs.low), high: hoursOf(freedMs.high) },
  };
}

function stopJson({ past: { session }, replayed }: ReplayedSession) {
  if (replayed.kind === "kept") return [];
  const { at, horizon, usd, freedMs, isRace, basis, reason, policy, verdict } = replayed;
  return [
    {
      account: session.target.account,
      region: session.target.region,
      interpreter: session.interpreter,
      session: session.id,
      name: session.name,
      policy,
      at: isoOf(at),
      horizon: horizon === null ? null : isoOf(horizon),
      basis,
      reason,
      verdict,
      race: isRace,
      freedUsd: usd === null ? null : { low: formatUsd(usd.low), high: formatUsd(usd.high) },
      freedSlotHours: { low: hoursOf(freedMs.low), high: hoursOf(freedMs.high) },
    },
  ];
}

const shareOf = (share: number): number => Math.round(share * 1e6) / 1e6;
const hoursOf = (ms: number): number => Math.round(ms / 3.6) / 1e6;
