import type { PriceListHead } from "../../adapters/files/price-list-line.ts";
import type { ImportedRow } from "../../core/billing/price-import.ts";
import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { safeText } from "../render/safe-text.ts";
import { painter } from "../render/style.ts";
import { renderTable } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface ImportReport {
  readonly head: PriceListHead;
  readonly rows: readonly ImportedRow[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  readonly out: string | null;
  readonly written: boolean;
}

/** docs/schemas/prices-import.schema.json */
export const importJson = ({ head, rows, problems, notes, out, written }: ImportReport): unknown => ({
  offer: head,
  complete: problems.length === 0,
  rows: rows.map(({ row, change, ruleFrom, before, overtakenAt }) => ({
    region: row.region,
    startsAt: isoOf(row.startsAt),
    usdPerVcpuHour: row.usdPerVcpuHour,
    usdPerGbHour: row.usdPerGbHour,
    rule: row.rule,
    ruleFrom,
    change,
    before:
      before === null
        ? null
        : {
            startsAt: isoOf(before.startsAt),
            usdPerVcpuHour: before.usdPerVcpuHour,
            usdPerGbHour: before.usdPerGbHour,
            rule: before.rule,
          },
    overtakenAt: overtakenAt === null ? null : isoOf(overtakenAt),
  })),
  problems,
  notes,
  out,
  written,
});

export function importText(report: ImportReport, terminal: Terminal): string {
  const { head, rows, problems, notes } = report;
  const paint = painter(terminal.color);
  const changed = rows.filter((row) => row.change !== "unchanged");
  const listed = (title: string, lines: readonly string[]): string =>
    lines.length === 0 ? "" : `${paint(title, "bold")}\n${lines.map((line) => `  ${safeText(line)}\n`).join("")}`;
  const table = renderTable(columns, changed.map(cellsOf), terminal.color ? terminal.columns : null, paint);
  return [
    `${safeText(head.offerCode)}, version ${safeText(head.version)}, published ${safeText(head.publicationDate)}\n`,
    changed.length === 0 ? "" : table,
    `${changed.length} new or changed, ${rows.length - changed.length} already in force as they are${closing(report)}\n`,
    listed("Look at these", [...changed.flatMap(doubts), ...notes]),
    listed("Left out", problems),
  ].join("");
}

const columns = [
  { title: "REGION" },
  { title: "FROM" },
  { title: "USD A VCPU-HOUR", align: "right" as const },
  { title: "USD A GB-HOUR", align: "right" as const },
  { title: "RULE" },
  { title: "CHANGE" },
  { title: "BEFORE" },
];

const cellsOf = ({ row, change, ruleFrom, before }: ImportedRow) =>
  [
    row.region,
    isoOf(row.startsAt),
    row.usdPerVcpuHour,
    row.usdPerGbHour,
    `${row.rule} (${ruleFrom === "asked" ? "--rule" : "as the row before"})`,
    change,
    before === null ? "no price" : `${before.usdPerVcpuHour} and ${before.usdPerGbHour}, ${before.rule}`,
  ].map((text) => ({ text }));

const doubts = ({ row, overtakenAt }: ImportedRow): readonly string[] =>
  overtakenAt === null
    ? []
    : [
        `${row.region}: ${spanOf(row.startsAt, overtakenAt)} was charged otherwise until now: a later row is known already`,
      ];

const spanOf = (from: Instant, until: Instant): string => `the time from ${isoOf(from)} to ${isoOf(until)}`;

function closing({ out, written, rows }: ImportReport): string {
  if (written) return `; written to ${safeText(out ?? "")}`;
  if (out !== null) return `; ${safeText(out)} is left as it is`;
  return rows.some((row) => row.change !== "unchanged") ? "; name a file with --out to write them" : "";
}
