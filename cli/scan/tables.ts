import { expiresAtOf } from "../../core/inventory/session.ts";
import type { ScannedSession, ScanOutcome } from "../../core/jobs/scan-outcome.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import type { QuotaState, QuotaUse } from "../../core/quota/use.ts";
import { secondsBetween } from "../../core/reporting/scan-report.ts";
import { formatSeconds } from "../render/duration.ts";
import type { Paint, Style } from "../render/style.ts";
import { type Cell, type Column, renderTable } from "../render/table.ts";
import { range } from "./money-range.ts";

const sessionColumns: readonly Column[] = [
  { title: "REGION" },
  { title: "SESSION", shrinkTo: 10 },
  { title: "INTERPRETER", shrinkTo: 8 },
  { title: "NAME", shrinkTo: 6 },
  { title: "AGE", align: "right" },
  { title: "LEFT", align: "right" },
  { title: "COST SO FAR", align: "right" },
  { title: "BASIS" },
  { title: "ACTIVITY" },
];

/** One row for each live session, oldest first within its Region; empty where none was read. */
export function sessionsTable(outcome: ScanOutcome, maxWidth: number | null, paint: Paint): string {
  const rows = outcome.targets.flatMap((target) =>
    target.sessions.toSorted((a, b) => a.createdAt - b.createdAt).map((session) => sessionRow(session, outcome.asOf)),
  );
  return rows.length === 0 ? "" : renderTable(sessionColumns, rows, maxWidth, paint);
}

function sessionRow(session: ScannedSession, asOf: Instant): readonly Cell[] {
  const expiresAt = expiresAtOf(session);
  const low = session.cost.low === null ? null : formatUsd(session.cost.low);
  const high = session.cost.high === null ? null : formatUsd(session.cost.high);
  return [
    { text: session.target.region },
    { text: session.id },
    { text: session.interpreter },
    { text: session.name ?? "-", ...(session.name === null ? { style: "dim" as const } : {}) },
    { text: formatSeconds(secondsBetween(session.createdAt, asOf)) },
    { text: expiresAt === null ? "unknown" : formatSeconds(secondsBetween(asOf, expiresAt)) },
    { text: range(low, high) },
    { text: session.cost.basis },
    // No evidence of activity is read in this release.
    { text: "unknown", style: "dim" },
  ];
}

const interpreterColumns: readonly Column[] = [
  { title: "REGION" },
  { title: "INTERPRETER", shrinkTo: 16 },
  { title: "NAME", shrinkTo: 8 },
  { title: "KIND" },
  { title: "NETWORK" },
  { title: "STATUS" },
  { title: "AGE", align: "right" },
  { title: "LIVE SESSIONS", align: "right" },
];

/** One row for each interpreter, or for the one asked for. */
export function interpretersTable(
  outcome: ScanOutcome,
  only: string | null,
  maxWidth: number | null,
  paint: Paint,
): string {
  const rows = outcome.targets.flatMap((target) =>
    (target.interpreters ?? [])
      .filter((it) => only === null || it.id === only)
      .map((interpreter) => [
        { text: target.target.region },
        { text: interpreter.id },
        { text: interpreter.name ?? "-" },
        { text: interpreter.kind },
        { text: interpreter.detail?.networkMode ?? "unknown" },
        { text: interpreter.status },
        {
          text:
            interpreter.createdAt === null
              ? "unknown"
              : formatSeconds(secondsBetween(interpreter.createdAt, outcome.asOf)),
        },
        { text: interpreter.readySessions === null ? "unknown" : String(interpreter.readySessions) },
      ]),
  );
  return rows.length === 0 ? "" : renderTable(interpreterColumns, rows, maxWidth, paint);
}

const quotaColumns: readonly Column[] = [
  { title: "REGION" },
  { title: "QUOTA", shrinkTo: 14 },
  { title: "USED", align: "right" },
  { title: "LIMIT", align: "right" },
  { title: "FROM" },
  { title: "USE", align: "right" },
  { title: "STATE" },
];

const styleOf: Readonly<Record<QuotaState, Style>> = {
  ok: "green",
  warning: "yellow",
  critical: "red",
  exhausted: "red",
  "not-enabled": "dim",
  unknown: "yellow",
};

export function quotasTable(outcome: ScanOutcome, maxWidth: number | null, paint: Paint): string {
  const rows = outcome.targets.flatMap((target) =>
    target.quotas.map((quota): readonly Cell[] => [
      { text: target.target.region },
      { text: quota.definition.name },
      { text: usedText(quota) },
      { text: quota.limit === null ? "unknown" : String(quota.limit) },
      { text: quota.limitSource ?? "unknown" },
      { text: quota.utilizationPct === null ? "unknown" : `${quota.utilizationPct.toFixed(1)} %` },
      { text: quota.state, style: styleOf[quota.state] },
    ]),
  );
  return rows.length === 0 ? "" : renderTable(quotaColumns, rows, maxWidth, paint);
}

const usedText = (quota: QuotaUse): string => {
  if (quota.used !== null) return String(quota.used);
  return quota.usedAtLeast > 0 ? `at least ${quota.usedAtLeast}` : "unknown";
};
