import type { BoundedCost } from "../billing/bounded-cost.ts";
import { expiresAtOf } from "../inventory/session.ts";
import type { Target } from "../inventory/target.ts";
import type { ScannedSession, TargetScan } from "../jobs/scan/outcome.ts";
import type { Instant } from "../kernel/instant.ts";
import { sumUsd, type Usd, usd, usdToNumber } from "../kernel/money.ts";
import type { MetricDatum } from "../ports/metrics.ts";
import type { QuotaSubject } from "../quota/definition.ts";
import { type MetricName, metricCatalogue } from "./metric-catalogue.ts";

export interface TargetFigures {
  readonly now: Instant;
  readonly scan: TargetScan;
  /** What one sandbox of the target costs in an hour. */
  readonly hourly: BoundedCost;
  /** Null on the first pass, when every session is new to us and none to the world. */
  readonly started: number | null;
  readonly ended: number;
  readonly durationMs: number;
  readonly apiAttempts: number | null;
}

/** The data of one pass over one target. A Region that is not enabled has none: its silence is not a fault. */
export function metricsOf(figures: TargetFigures): readonly MetricDatum[] {
  const { scan, now } = figures;
  if (scan.status === "skipped") return [];
  return dataOf(scan.target, now, valuesOf(figures));
}

/** The data of a pass that could not read or write what it remembers: a heartbeat of 0, and nothing else is claimed. */
export const blindMetricsOf = (target: Target, now: Instant): readonly MetricDatum[] =>
  dataOf(target, now, { ScanComplete: 0 });

const soonMs = 5 * 60_000;

type Values = Partial<Readonly<Record<MetricName, number | null>>>;

function valuesOf({ now, scan, hourly, started, ended, durationMs, apiAttempts }: TargetFigures): Required<Values> {
  const { sessions, readySessions: live } = scan;
  const listed = live === null ? null : sessions;
  const quota = (subject: QuotaSubject) => scan.quotas.find((use) => use.definition.subject === subject);
  return {
    ReadySessions: live,
    SessionsStarted: listed === null ? null : started,
    SessionsEnded: listed === null ? null : ended,
    SessionsExpiringSoon: listed === null ? null : expiringSoon(listed, now),
    OldestSessionAge: listed === null ? null : oldestAgeSeconds(listed, now),
    CustomInterpreters: quota("custom-interpreters")?.used ?? null,
    SessionQuotaLimit: quota("ready-sessions")?.limit ?? null,
    SessionQuotaUtilization: quota("ready-sessions")?.utilizationPct ?? null,
    InterpreterQuotaUtilization: quota("custom-interpreters")?.utilizationPct ?? null,
    HourlyCostLow: live === null ? null : times(hourly.low, live),
    HourlyCostHigh: live === null ? null : times(hourly.high, live),
    CostSoFarLow: listed === null ? null : total(listed.map((session) => session.cost.low)),
    CostSoFarHigh: listed === null ? null : total(listed.map((session) => session.cost.high)),
    ScanComplete: scan.status === "ok" ? 1 : 0,
    ScanProblems: scan.problems.length,
    ScanDuration: durationMs,
    ApiAttempts: apiAttempts,
  };
}

const dataOf = (target: Target, at: Instant, values: Values): readonly MetricDatum[] =>
  (Object.entries(values) as [MetricName, number | null][]).flatMap(([name, value]) =>
    value === null
      ? []
      : [
          {
            name,
            unit: metricCatalogue[name].unit,
            dimensions: [
              ["Account", target.account],
              ["Region", target.region],
            ],
            at,
            value,
          },
        ],
  );

/** Null where the timeout of a session is unknown: it may be among them. */
function expiringSoon(sessions: readonly ScannedSession[], now: Instant): number | null {
  const ends = sessions.map(expiresAtOf);
  return ends.includes(null) ? null : ends.filter((end) => end !== null && end - now <= soonMs).length;
}

const oldestAgeSeconds = (sessions: readonly ScannedSession[], now: Instant): number | null =>
  sessions.length === 0
    ? null
    : sessions.reduce((oldest, session) => Math.max(oldest, Math.floor((now - session.createdAt) / 1000)), 0);

const times = (price: Usd | null, count: number): number | null =>
  price === null ? null : usdToNumber(usd(price.numerator * BigInt(count), price.denominator));

/** Null where one of them has no price: a sum without it would be too low. */
function total(costs: readonly (Usd | null)[]): number | null {
  const known = costs.filter((cost) => cost !== null);
  return known.length < costs.length ? null : usdToNumber(sumUsd(known));
}
