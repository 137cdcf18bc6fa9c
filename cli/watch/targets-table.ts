import type { PassOutcome, TargetPass } from "../../core/jobs/observe/outcome.ts";
import type { QuotaState, QuotaUse } from "../../core/quota/use.ts";
import type { MetricName } from "../../core/reporting/metric-catalogue.ts";
import { type Pricing, scanTotals } from "../../core/reporting/scan-totals.ts";
import { formatSeconds } from "../render/duration.ts";
import type { Paint, Style } from "../render/style.ts";
import { type Cell, type Column, renderTable } from "../render/table.ts";
import { range } from "../scan/money-range.ts";

interface Shown extends Column {
  /** Left out where the terminal has fewer columns than this. */
  readonly from?: number;
  readonly cell: (pass: TargetPass, outcome: PassOutcome, width: number, pricing: Pricing) => Cell;
}

const wideFrom = 132;
const middleFrom = 108;

const shown: readonly Shown[] = [
  { title: "REGION", shrinkTo: 9, cell: (pass) => ({ text: pass.target.region }) },
  { title: "SESSIONS", align: "right", cell: ({ scan }) => ({ text: countText(scan?.readySessions ?? null) }) },
  { title: "NEW", align: "right", from: middleFrom, cell: (pass) => ({ text: changeText(pass, pass.started) }) },
  { title: "GONE", align: "right", from: middleFrom, cell: (pass) => ({ text: changeText(pass, pass.ended.length) }) },
  { title: "SESSION QUOTA", shrinkTo: 12, cell: (pass, _outcome, width) => quotaCell(pass, width) },
  { title: "INTERPRETERS", align: "right", from: wideFrom, cell: (pass) => ({ text: interpretersText(pass) }) },
  { title: "OLDEST", align: "right", from: wideFrom, cell: (pass) => ({ text: oldestText(pass) }) },
  {
    title: "USD AN HOUR",
    align: "right",
    cell: (pass, outcome, _, pricing) => ({ text: hourly(pass, outcome, pricing) }),
  },
  { title: "SCAN", cell: statusCell },
];

/** One row for each target of a pass, as much of it as `width` has room for. */
export function targetsTable(outcome: PassOutcome, pricing: Pricing, width: number, paint: Paint): string {
  const columns = shown.filter((column) => width >= (column.from ?? 0));
  const rows = outcome.targets.map((pass) => columns.map((column) => column.cell(pass, outcome, width, pricing)));
  return renderTable(columns, rows, width, paint);
}

const changeText = (pass: TargetPass, count: number): string => (pass.state === "committed" ? String(count) : "-");

const useOf = ({ scan }: TargetPass, subject: QuotaUse["definition"]["subject"]): QuotaUse | undefined =>
  scan?.quotas.find((use) => use.definition.subject === subject);

const interpretersText = (pass: TargetPass): string => countText(useOf(pass, "custom-interpreters")?.used ?? null);

function oldestText(pass: TargetPass): string {
  const oldest = figureOf(pass, "OldestSessionAge");
  return oldest === null ? "-" : formatSeconds(oldest);
}

function quotaCell(pass: TargetPass, width: number): Cell {
  const use = useOf(pass, "ready-sessions");
  return use === undefined
    ? { text: "unknown", style: styles.unknown }
    : { text: quotaText(use, width >= middleFrom), style: styles[use.state] };
}

const countText = (count: number | null): string => (count === null ? "unknown" : String(count));

const figureOf = (pass: TargetPass, name: MetricName): number | null =>
  pass.metrics.find((datum) => datum.name === name)?.value ?? null;

function hourly({ scan }: TargetPass, { asOf }: PassOutcome, pricing: Pricing): string {
  if (scan === null) return "unknown";
  const totals = scanTotals({ asOf, complete: true, targets: [scan], notes: [] }, pricing);
  return range(totals.hourlyLowUsd, totals.hourlyHighUsd);
}

const barWidth = 10;

/** `#####.....  48 of 60  80 %`; the state is said as a word where it is not ok. */
function quotaText(use: QuotaUse, withBar: boolean): string {
  if (use.state === "not-enabled") return "not enabled here (limit 0)";
  const { limit, used, utilizationPct } = use;
  if (limit === null || used === null || utilizationPct === null) {
    return use.usedAtLeast > 0 && limit !== null ? `at least ${use.usedAtLeast} of ${limit}` : "unknown";
  }
  const filled = Math.min(barWidth, Math.ceil((utilizationPct / 100) * barWidth));
  const bar = withBar ? `${"#".repeat(filled).padEnd(barWidth, ".")} ` : "";
  const state = use.state === "ok" ? "" : ` ${use.state}`;
  return `${bar}${used} of ${limit} ${Math.floor(utilizationPct)} %${state}`;
}

const styles: Readonly<Record<QuotaState, Style>> = {
  ok: "green",
  warning: "yellow",
  critical: "red",
  exhausted: "red",
  "not-enabled": "dim",
  unknown: "yellow",
};

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
