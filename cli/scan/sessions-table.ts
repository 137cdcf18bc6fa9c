import { expiresAtOf } from "../../core/inventory/session.ts";
import type { ScannedSession } from "../../core/jobs/scan/outcome.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import { secondsBetween } from "../../core/reporting/scan-report.ts";
import { formatSeconds } from "../render/duration.ts";
import { safeText } from "../render/safe-text.ts";
import type { Paint } from "../render/style.ts";
import { type Cell, type Column, cutTo, leastWidths, renderTable, widthOf } from "../render/table.ts";
import { range } from "./money-range.ts";

interface SessionColumn extends Column {
  readonly cell: (session: ScannedSession, asOf: Instant) => Cell;
  /** Where it says the same of every session, it is said once, below: always, or where the room is needed. */
  readonly folds?: "always" | "narrow";
  /** Where ids would be cut otherwise, columns are left out in this order. */
  readonly yields?: number;
}

const all: readonly SessionColumn[] = [
  { title: "REGION", folds: "narrow", cell: ({ target }) => ({ text: target.region }) },
  { title: "SESSION", shrinkTo: 10, cell: ({ id }) => ({ text: id }) },
  { title: "INTERPRETER", shrinkTo: 8, yields: 3, cell: ({ interpreter }) => ({ text: interpreter }) },
  { title: "NAME", shrinkTo: 6, yields: 2, cell: ({ name }) => (name === null ? none : { text: name }) },
  {
    title: "AGE",
    align: "right",
    cell: ({ createdAt }, asOf) => ({ text: formatSeconds(secondsBetween(createdAt, asOf)) }),
  },
  { title: "LEFT", align: "right", yields: 1, cell: (session, asOf) => ({ text: leftText(session, asOf) }) },
  { title: "COST SO FAR", align: "right", cell: ({ cost }) => ({ text: range(text(cost.low), text(cost.high)) }) },
  { title: "BASIS", folds: "always", cell: ({ cost }) => ({ text: cost.basis }) },
  // No evidence of activity is read in this release.
  { title: "ACTIVITY", folds: "always", cell: () => ({ text: "unknown", style: "dim" }) },
];

const none: Cell = { text: "-", style: "dim" };

/** One row for each session; empty where there is none. The ids are whole as long as the terminal has room for little else. */
export function sessionsTable(
  sessions: readonly ScannedSession[],
  asOf: Instant,
  maxWidth: number | null,
  paint: Paint,
): string {
  if (sessions.length === 0) return "";
  const { columns, folded, left } = fitting(sessions, asOf, maxWidth);
  const rows = sessions.map((session) => columns.map((column) => column.cell(session, asOf)));
  const [first] = sessions;
  const said = folded.map(
    (column) => `${column.title.toLowerCase()} ${first === undefined ? "" : column.cell(first, asOf).text}`,
  );
  const lines = [
    ...(said.length === 0 ? [] : [`Of all of these: ${said.map(safeText).join(", ")}.`]),
    ...(left.length === 0 ? [] : [`Left out for lack of room: ${left.map(({ title }) => title).join(", ")}.`]),
  ];
  const width = maxWidth ?? Number.POSITIVE_INFINITY;
  return `${renderTable(columns, rows, maxWidth, paint)}${lines.map((line) => `${cutTo(line, width)}\n`).join("")}`;
}

/** The columns for which there is room, those that are said once, and those that are left out. */
function fitting(sessions: readonly ScannedSession[], asOf: Instant, maxWidth: number | null) {
  const constant = (column: SessionColumn): boolean =>
    new Set(sessions.map((session) => column.cell(session, asOf).text)).size === 1;
  const tooWide = (columns: readonly SessionColumn[]): boolean =>
    maxWidth !== null && widthOf(leastWidths(columns.map(uncut), rowsOf(columns))) > maxWidth;
  const rowsOf = (columns: readonly SessionColumn[]): readonly (readonly Cell[])[] =>
    sessions.map((session) => columns.map((column) => column.cell(session, asOf)));
  const folded = all.filter((column) => column.folds === "always" && constant(column));
  let columns = all.filter((column) => !folded.includes(column));
  const left: SessionColumn[] = [];
  const giveWay = [
    ...all.filter((column) => column.folds === "narrow" && constant(column)),
    ...all.filter(({ yields }) => yields !== undefined).toSorted((a, b) => (a.yields ?? 0) - (b.yields ?? 0)),
  ];
  for (const column of giveWay) {
    if (!tooWide(columns)) break;
    columns = columns.filter((other) => other !== column);
    if (column.folds === undefined) left.push(column);
    else folded.unshift(column);
  }
  return { columns, folded, left };
}

/** The id of a session is what everything else is looked up by. */
const uncut = (column: SessionColumn): Column => (column.title === "SESSION" ? { title: column.title } : column);

function leftText(session: ScannedSession, asOf: Instant): string {
  const expiresAt = expiresAtOf(session);
  return expiresAt === null ? "unknown" : formatSeconds(secondsBetween(asOf, expiresAt));
}

const text = (amount: ScannedSession["cost"]["low"]): string | null => (amount === null ? null : formatUsd(amount));
