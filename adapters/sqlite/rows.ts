import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { OutgoingEvent } from "../../core/ports/events.ts";
import type { SessionRecord } from "../../core/ports/registry.ts";
import { detailOfText } from "../../core/ports/registry-text.ts";

type Row = Readonly<Record<string, SQLOutputValue>>;

// The tables are STRICT: SQLite itself refuses a text where a number belongs, so a column has the type it was made with.
const text = (row: Row, column: string): string => String(row[column]);
const number = (row: Row, column: string): number => Number(row[column]);
const orNull = <T>(row: Row, column: string, read: (row: Row, column: string) => T): T | null =>
  row[column] === null ? null : read(row, column);

export const sessionOf = (row: Row): SessionRecord => ({
  interpreter: interpreterId(text(row, "interpreter")),
  session: sessionId(text(row, "session")),
  name: orNull(row, "name", text),
  createdAt: instant(number(row, "created_at")),
  timeoutSeconds: orNull(row, "timeout_seconds", number),
  firstSeenAt: instant(number(row, "first_seen_at")),
  lastSeenAt: instant(number(row, "last_seen_at")),
  goneAt: orNull(row, "gone_at", (it, column) => instant(number(it, column))),
  lowUsd: orNull(row, "low_usd", text),
  highUsd: orNull(row, "high_usd", text),
  costAsOf: instant(number(row, "cost_as_of")),
});

/** In the order of the columns after account and Region. */
export const sessionValues = (record: SessionRecord): readonly SQLInputValue[] => [
  record.interpreter,
  record.session,
  record.name,
  record.createdAt,
  record.timeoutSeconds,
  record.firstSeenAt,
  record.lastSeenAt,
  record.goneAt,
  record.lowUsd,
  record.highUsd,
  record.costAsOf,
];

export const eventOf = (row: Row): OutgoingEvent => ({
  id: text(row, "id"),
  at: instant(number(row, "at")),
  detailType: text(row, "detail_type"),
  detail: detailOfText(text(row, "detail")),
});
