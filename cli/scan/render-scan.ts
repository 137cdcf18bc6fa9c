import type { ScanOutcome } from "../../core/jobs/scan/outcome.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import { type Pricing, scanTotals } from "../../core/reporting/scan-totals.ts";
import { safeText } from "../render/safe-text.ts";
import { type Paint, painter } from "../render/style.ts";
import type { Terminal } from "../terminal.ts";
import { range } from "./money-range.ts";
import type { ScanFlags } from "./scan-flags.ts";
import { sessionsTable } from "./sessions-table.ts";
import { sessionsInOrder } from "./shown-sessions.ts";
import { interpretersTable, quotasTable } from "./tables.ts";

/** What is shown of a pass. */
export interface ScanView extends Pick<ScanFlags, "interpreter" | "interpreters" | "order" | "olderThan"> {
  /** No row for the quotas of Regions without sessions, as long as they are all right. */
  readonly foldQuotas: boolean;
}

/** Every session, in the usual order, and every quota. */
export const wholeView: ScanView = {
  interpreter: null,
  interpreters: false,
  order: null,
  olderThan: null,
  foldQuotas: false,
};

/** The whole pass as text: what lives, what it costs, how near the quotas are, and what could not be read. */
export function renderScan(
  outcome: ScanOutcome,
  pricing: Pricing,
  flags: ScanView,
  terminal: Pick<Terminal, "color" | "interactive" | "columns">,
): string {
  const paint = painter(terminal.color);
  // What goes to a file or another program is not cut.
  const maxWidth = terminal.color || terminal.interactive ? terminal.columns : null;
  const sections = flags.interpreters
    ? [interpretersTable(outcome, flags.interpreter, maxWidth, paint)]
    : [
        sessionsTable(sessionsInOrder(outcome, flags.order), outcome.asOf, maxWidth, paint),
        summary(outcome, flags, pricing),
      ];
  const quotas = quotasTable(outcome, flags.foldQuotas, maxWidth, paint);
  if (quotas !== "") sections.push(`${paint("Quotas", "bold")}\n${quotas}`);
  const skipped = outcome.targets.filter((target) => target.status === "skipped");
  if (skipped.length > 0) {
    sections.push(`Skipped, not enabled for the account: ${skipped.map((scan) => scan.target.region).join(", ")}\n`);
  }
  const unread = unreadSection(outcome, paint);
  if (unread !== "") sections.push(unread);
  sections.push(...outcome.notes.map((note) => `Note: ${safeText(note.message)}\n`));
  return sections.filter((section) => section !== "").join("\n");
}

function summary(outcome: ScanOutcome, flags: ScanView, pricing: Pricing): string {
  const totals = scanTotals(outcome, pricing);
  const read = outcome.targets.flatMap((target) => target.sessions).length;
  const number = totals.sessions === null ? `At least ${sessionsText(read)}` : sessionsText(totals.sessions);
  const count = flags.olderThan === null ? number : `${number} older than ${flags.olderThan.text}`;
  const cost = `cost so far ${range(totals.lowUsd, totals.highUsd)}`;
  const hourly = `an hour at this size ${range(totals.hourlyLowUsd, totals.hourlyHighUsd)}`;
  return `${count} as of ${isoOf(outcome.asOf)}; ${cost}; ${hourly}.\n`;
}

function unreadSection(outcome: ScanOutcome, paint: Paint): string {
  const lines = outcome.targets
    .filter((target) => target.status !== "skipped")
    .flatMap((target) =>
      target.problems.map((problem) => {
        const style = target.status === "failed" ? "red" : "yellow";
        return `  ${paint(`${target.target.region} ${target.status}`, style)}  ${safeText(problem.code)}: ${safeText(problem.message)}\n`;
      }),
    );
  return lines.length === 0 ? "" : `${paint("Not read, or worth knowing", "bold")}\n${lines.join("")}`;
}

const sessionsText = (count: number): string => (count === 1 ? "1 live session" : `${count} live sessions`);
