import type { PassOutcome, TargetPass } from "../jobs/observe/outcome.ts";
import type { ScanOutcome, TargetScan } from "../jobs/scan/outcome.ts";
import { isoOf } from "../kernel/instant.ts";
import { scanReport } from "./scan-report.ts";
import type { Pricing, ScanTotals } from "./scan-totals.ts";

/** A pass as `watch --json` writes it, one line each (docs/schemas/watch-pass.schema.json). Unknown figures are null. */
export interface PassReport {
  readonly asOf: string;
  readonly complete: boolean;
  readonly targets: readonly TargetPassReport[];
  readonly totals: ScanTotals;
  readonly problems: PassOutcome["problems"];
}

type TargetPassReport = ReturnType<typeof targetPassReport>;

export function passReport(outcome: PassOutcome, pricing: Pricing): PassReport {
  const scanned = scanReport(scanOf(outcome), pricing);
  return {
    asOf: scanned.asOf,
    complete: outcome.complete,
    targets: outcome.targets.flatMap((pass, index) => {
      const target = scanned.targets[index];
      return target === undefined ? [] : [targetPassReport(pass, target)];
    }),
    totals: scanned.totals,
    problems: outcome.problems,
  };
}

/** What a pass scanned; a target whose registry could not be read was not read at all. */
export const scanOf = (outcome: PassOutcome): ScanOutcome => ({
  asOf: outcome.asOf,
  complete: outcome.complete,
  targets: outcome.targets.map((pass) => pass.scan ?? unscanned(pass)),
  notes: [],
});

const unscanned = ({ target }: TargetPass): TargetScan => ({
  target,
  status: "failed",
  problems: [],
  interpreters: null,
  interpretersComplete: false,
  sessions: [],
  readySessions: null,
  quotas: [],
});

function targetPassReport(pass: TargetPass, scanned: ReturnType<typeof scanReport>["targets"][number]) {
  const levels = new Map<string, string>(pass.alerts.map((alert) => [alert.quotaCode, alert.level]));
  return {
    ...scanned,
    problems: [...scanned.problems, ...pass.problems],
    quotas: scanned.quotas.map((quota) => ({ ...quota, alert: levels.get(quota.code) ?? null })),
    state: pass.state,
    health: pass.health?.level ?? null,
    started: pass.state === "failed" ? null : pass.started,
    ended: pass.ended.map((record) => ({
      interpreter: record.interpreter,
      session: record.session,
      name: record.name,
      createdAt: isoOf(record.createdAt),
      firstSeenAt: isoOf(record.firstSeenAt),
      lastSeenAt: isoOf(record.lastSeenAt),
      goneAt: record.goneAt === null ? null : isoOf(record.goneAt),
      lowUsd: record.lowUsd,
      highUsd: record.highUsd,
    })),
    metrics: pass.metrics.length,
    events: pass.events.map(({ event, result, reason }) => ({
      result,
      reason,
      detailType: event.detailType,
      detail: event.detail,
    })),
  };
}
