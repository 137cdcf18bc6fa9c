import type { InterpreterKind } from "../inventory/interpreter.ts";
import { expiresAtOf } from "../inventory/session.ts";
import type { ScannedSession, ScanOutcome, TargetScan } from "../jobs/scan/outcome.ts";
import { type Instant, isoOf } from "../kernel/instant.ts";
import { formatUsd } from "../kernel/money.ts";
import type { Problem } from "../kernel/problem.ts";
import { type Pricing, type ScanTotals, scanTotals } from "./scan-totals.ts";

/** A pass as `scan --json` writes it (docs/schemas/scan.schema.json). Unknown figures are null. */
export interface ScanReport {
  readonly asOf: string;
  readonly complete: boolean;
  readonly targets: readonly ReturnType<typeof targetReport>[];
  readonly sessions: readonly ReturnType<typeof sessionReport>[];
  readonly totals: ScanTotals;
  readonly notes: readonly Problem[];
}

/** The same, asked for interpreters instead of sessions. */
export interface InterpreterReport extends Omit<ScanReport, "sessions" | "totals"> {
  readonly interpreters: readonly ReturnType<typeof interpreterReport>[];
}

export function scanReport(outcome: ScanOutcome, pricing: Pricing): ScanReport {
  return {
    asOf: isoOf(outcome.asOf),
    complete: outcome.complete,
    targets: outcome.targets.map(targetReport),
    sessions: outcome.targets.flatMap((target) =>
      target.sessions.map((session) => sessionReport(session, outcome.asOf)),
    ),
    totals: scanTotals(outcome, pricing),
    notes: outcome.notes,
  };
}

/** `only`: the one interpreter to show; null: all. What the targets count stays the count of all. */
export function interpretersReport(outcome: ScanOutcome, only: string | null): InterpreterReport {
  return {
    asOf: isoOf(outcome.asOf),
    complete: outcome.complete,
    targets: outcome.targets.map(targetReport),
    interpreters: outcome.targets.flatMap((target) =>
      (target.interpreters ?? [])
        .filter((interpreter) => only === null || interpreter.id === only)
        .map((interpreter) => interpreterReport(target, interpreter, outcome.asOf)),
    ),
    notes: outcome.notes,
  };
}

/** Whole seconds from one instant to a later one; a service's clock that is ahead by a moment makes no negative age. */
export const secondsBetween = (from: Instant, to: Instant): number => Math.max(0, Math.floor((to - from) / 1000));

function targetReport(scan: TargetScan) {
  return {
    account: scan.target.account,
    region: scan.target.region,
    status: scan.status,
    problems: scan.problems,
    interpreters: { system: countOf(scan, "SYSTEM"), custom: countOf(scan, "CUSTOM") },
    readySessions: scan.readySessions,
    quotas: scan.quotas.map((quota) => ({
      code: quota.definition.code,
      name: quota.definition.name,
      limit: quota.limit,
      limitSource: quota.limitSource,
      used: quota.used,
      utilizationPct: quota.utilizationPct,
      state: quota.state,
    })),
  };
}

const countOf = (scan: TargetScan, kind: InterpreterKind): number | null =>
  scan.interpreters === null || !scan.interpretersComplete
    ? null
    : scan.interpreters.filter((interpreter) => interpreter.kind === kind).length;

function sessionReport(session: ScannedSession, asOf: Instant) {
  const expiresAt = expiresAtOf(session);
  const { cost } = session;
  return {
    account: session.target.account,
    region: session.target.region,
    interpreter: session.interpreter,
    interpreterKind: session.interpreterKind,
    session: session.id,
    name: session.name,
    status: session.status,
    createdAt: isoOf(session.createdAt),
    timeoutSeconds: session.timeoutSeconds,
    expiresAt: expiresAt === null ? null : isoOf(expiresAt),
    ageSeconds: secondsBetween(session.createdAt, asOf),
    cost: {
      // A bounded cost is no figure: it lies somewhere between the two.
      usd: cost.basis === "bounded" ? null : formatUsd(cost.low),
      lowUsd: cost.low === null ? null : formatUsd(cost.low),
      highUsd: cost.high === null ? null : formatUsd(cost.high),
      basis: cost.basis,
      final: cost.final,
      asOf: isoOf(cost.asOf),
    },
    // No evidence of activity is read in this release, so none is claimed.
    activity: { lastActiveAt: null, evidence: [] },
  };
}

function interpreterReport(
  scan: TargetScan,
  interpreter: NonNullable<TargetScan["interpreters"]>[number],
  asOf: Instant,
) {
  return {
    account: scan.target.account,
    region: scan.target.region,
    interpreter: interpreter.id,
    kind: interpreter.kind,
    name: interpreter.name,
    networkMode: interpreter.detail?.networkMode ?? null,
    status: interpreter.status,
    createdAt: interpreter.createdAt === null ? null : isoOf(interpreter.createdAt),
    ageSeconds: interpreter.createdAt === null ? null : secondsBetween(interpreter.createdAt, asOf),
    readySessions: interpreter.readySessions,
  };
}
