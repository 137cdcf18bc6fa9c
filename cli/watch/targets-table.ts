import type { PassOutcome, TargetPass } from "../../core/jobs/observe-outcome.ts";
import type { QuotaState, QuotaUse } from "../../core/quota/use.ts";
import type { MetricName } from "../../core/reporting/metric-catalogue.ts";
import { scanTotals } from "../../core/reporting/scan-totals.ts";
import { formatSeconds } from "../render/duration.ts";
import type { Paint, Style } from "../render/style.ts";
import { type Cell, type Column, renderTable } from "../render/table.ts";
import { builtInPricing } from "../scan/compose.ts";
import { range } from "../scan/money-range.ts";

const columns: readonly Column[] = [
  { title: "REGION" },
  { title: "SESSIONS", align: "right" },
  { title: "NEW", align: "right" },
  { title: "GONE", align: "right" },
  { title: "SESSION QUOTA" },
  { title: "INTERPRETERS", align: "right" },
  { title: "OLDEST", align: "right" },
  { title: "USD AN HOUR", align: "right" },
  { title: "SCAN" },
];

/** One row for each target of a pass. */
export const targetsTable = (outcome: PassOutcome, maxWidth: number | null, paint: Paint): string =>
  renderTable(
    columns,
    outcome.targets.map((pass) => rowOf(pass, outcome)),
    maxWidth,
    paint,
  );

function rowOf(pass: TargetPass, outcome: PassOutcome): readonly Cell[] {
  const { scan } = pass;
  const sessions = scan?.quotas.find((use) => use.definition.subject === "ready-sessions");
  const oldest = figureOf(pass, "OldestSessionAge");
  const custom = scan?.quotas.find((use) => use.definition.subject === "custom-interpreters");
  return [
    { text: pass.target.region },
    { text: countText(scan?.readySessions ?? null) },
    { text: pass.state === "committed" ? String(pass.started) : "-" },
    { text: pass.state === "committed" ? String(pass.ended.length) : "-" },
    { text: sessions === undefined ? "unknown" : quotaBar(sessions), style: styleOf(sessions?.state ?? "unknown") },
    { text: countText(custom?.used ?? null) },
    { text: oldest === null ? "-" : formatSeconds(oldest) },
    { text: hourly(pass, outcome) },
    statusCell(pass),
  ];
}

const countText = (count: number | null): string => (count === null ? "unknown" : String(count));

const figureOf = (pass: TargetPass, name: MetricName): number | null =>
  pass.metrics.find((datum) => datum.name === name)?.value ?? null;

function hourly({ scan }: TargetPass, { asOf }: PassOutcome): string {
  if (scan === null) return "unknown";
  const totals = scanTotals({ asOf, complete: true, targets: [scan], notes: [] }, builtInPricing);
  return range(totals.hourlyLowUsd, totals.hourlyHighUsd);
}

const barWidth = 10;

/** `#####.....  48 of 60  80 %`; the state is said as a word where it is not ok. */
function quotaBar(use: QuotaUse): string {
  if (use.state === "not-enabled") return "not enabled here (limit 0)";
  const { limit, used, utilizationPct } = use;
  if (limit === null || used === null || utilizationPct === null) {
    return use.usedAtLeast > 0 && limit !== null ? `at least ${use.usedAtLeast} of ${limit}` : "unknown";
  }
  const filled = Math.min(barWidth, Math.ceil((utilizationPct / 100) * barWidth));
  const bar = "#".repeat(filled).padEnd(barWidth, ".");
  const state = use.state === "ok" ? "" : ` ${use.state}`;
  return `${bar} ${used} of ${limit} ${Math.floor(utilizationPct)} %${state}`;
}

const styles: Readonly<Record<QuotaState, Style>> = {
  ok: "green",
  warning: "yellow",
  critical: "red",
  exhausted: "red",
  "not-enabled": "dim",
  unknown: "yellow",
};
const styleOf = (state: QuotaState): Style => styles[state];

function statusCell({ scan, state }: TargetPass): Cell {
  if (state === "failed" || scan === null) return { text: "no state", style: "red" };
  switch (scan.status) {
    case "ok":
      return { text: state === "stale" ? "ok (another run)" : "ok", style: "green" };
    case "skipped":
      return { text: "not enabled", style: "dim" };
    case "partial":
      return { text: "partial", style: "yellow" };
    case "failed":
      return { text: "failed", style: "red" };
    default:
      return scan.status satisfies never;
  }
}
