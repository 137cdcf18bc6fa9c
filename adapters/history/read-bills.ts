import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { HistoryColumn, HistoryRow } from "../../core/ports/history-row.ts";
import { billOfRows, rowsOfWhole } from "./bills-of-rows.ts";
import type { FileStore } from "./file-store.ts";
import { historyColumnNames, historyColumnsOf, historyTable, rowsOfTable } from "./history-schema.ts";
import { dayOf, daysLater } from "./partition.ts";
import { readPartitions } from "./read-partitions.ts";

const hourMs = 3_600_000;

/**
 * Bills whose charges or life overlap [from, until). The rows of a bill stand together, so each is handed on as soon as its
 * last row is read; only those that cross midnight wait for the next day. What is left in the end lacks rows that were never
 * written, because a writer was killed.
 */
export async function* readBills(store: FileStore, from: Instant, until: Instant): AsyncGenerator<SessionBill> {
  const pending = new Map<string, [HistoryRow, ...HistoryRow[]]>();
  // A life begins or goes on at most a day away from its charges: 8 hours is the longest.
  const days = [daysLater(dayOf(from), -1), daysLater(dayOf(until), 2)] as const;
  for await (const table of readPartitions(store, historyTable, ...days, historyColumnNames)) {
    for (const row of rowsOfTable(historyColumnsOf<HistoryColumn>(table))) {
      const name = JSON.stringify([row.SubAccountId, row.RegionId, row.x_Interpreter, row.ResourceId, row.x_Version]);
      const before = pending.get(name);
      const rows: [HistoryRow, ...HistoryRow[]] = before === undefined ? [row] : before;
      if (before !== undefined) before.push(row);
      if (rows.length < rowsOfWhole(row)) {
        pending.set(name, rows);
        continue;
      }
      pending.delete(name);
      const bill = billOfRows(rows);
      if (overlaps(bill, row, from, until)) yield bill;
    }
  }
}

function overlaps(bill: SessionBill, row: HistoryRow, from: Instant, until: Instant): boolean {
  const hours = bill.charges.length === 0 ? [row.ChargePeriodStart] : bill.charges.map((charge) => charge.hourAt);
  if (hours.some((hourAt) => hourAt < until && hourAt + hourMs > from)) return true;
  const startsAt = bill.createdAt;
  return startsAt !== null && startsAt < until && (bill.endedAt ?? instant(startsAt + 1)) > from;
}
