import type { ScanOutcome, TargetScan } from "../../core/jobs/scan/outcome.ts";
import type { QuotaState, QuotaUse } from "../../core/quota/use.ts";
import { secondsBetween } from "../../core/reporting/scan-report.ts";
import { formatSeconds } from "../render/duration.ts";
import { renderFitting, type YieldingColumn } from "../render/fit-columns.ts";
import type { Paint, Style } from "../render/style.ts";
import { type Cell, type Column, renderTable } from "../render/table.ts";

const interpreterColumns: readonly YieldingColumn[] = [
  { title: "REGION" },
  { title: "INTERPRETER" },
  { title: "NAME", shrinkTo: 8, yields: 3 },
  { title: "KIND", yields: 1 },
  { title: "NETWORK", yields: 2 },
  { title: "STATUS", yields: 5 },
  { title: "AGE", align: "right", yields: 4 },
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
  return rows.length === 0 ? "" : renderFitting(interpreterColumns, rows, maxWidth, paint);
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

/** One row for each quota; with `fold`, none for Regions without sessions whose quotas are all right, but a count of them. */
export function quotasTable(outcome: ScanOutcome, fold: boolean, maxWidth: number | null, paint: Paint): string {
  const targets = outcome.targets.filter((target) => !fold || !isQuiet(target));
  const rows = targets.flatMap((target) =>
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
  const table = rows.length === 0 ? "" : renderTable(quotaColumns, rows, maxWidth, paint);
  const quiet = outcome.targets.length - targets.length;
  if (quiet === 0) return table;
  const regions = quiet === 1 ? "Region" : "Regions";
  const before = rows.length === 0 ? `${quiet} ${regions}` : `… and ${quiet} more ${regions}`;
  return `${table}${before} without sessions, all quotas ok\n`;
}

const isQuiet = ({ readySessions, quotas }: TargetScan): boolean =>
  readySessions === 0 && quotas.length > 0 && quotas.every((quota) => quota.state === "ok");

const usedText = (quota: QuotaUse): string => {
  if (quota.used !== null) return String(quota.used);
  return quota.usedAtLeast > 0 ? `at least ${quota.usedAtLeast}` : "unknown";
};
