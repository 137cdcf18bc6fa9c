import type { Instant } from "../../core/kernel/instant.ts";
import type { HistoryColumn, HistoryColumns } from "../../core/ports/history-row.ts";
import type { TableColumns } from "./column-kinds.ts";
import type { FileStore } from "./file-store.ts";
import { historyColumnsOf } from "./history-schema.ts";
import { dayOf, daysLater } from "./partition.ts";
import { readPartitions } from "./read-partitions.ts";

/** Some columns of the rows whose charge period starts in [from, until). */
export async function* readColumns<C extends HistoryColumn>(
  store: FileStore,
  from: Instant,
  until: Instant,
  names: readonly C[],
): AsyncGenerator<HistoryColumns<C>> {
  // Whole days need no look at the hours of their rows.
  const whole = dayOf(from) === from && dayOf(until) === until;
  const read: readonly HistoryColumn[] = whole ? names : [...new Set<HistoryColumn>([...names, "ChargePeriodStart"])];
  const end = dayOf(until) === until ? until : daysLater(dayOf(until), 1);
  for await (const table of readPartitions(store, "history", dayOf(from), end, read)) {
    const inside = whole ? table : rowsWithin(table, from, until);
    if (inside.rows > 0) yield historyColumnsOf<C>(inside);
  }
}

function rowsWithin(table: TableColumns, from: Instant, until: Instant): TableColumns {
  const { ChargePeriodStart } = historyColumnsOf<"ChargePeriodStart">(table).columns;
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row += 1) {
    const at = ChargePeriodStart[row] ?? -1;
    if (at >= from && at < until) rows.push(row);
  }
  if (rows.length === table.rows) return table;
  const columns = Object.entries(table.columns).map(
    ([name, values]) => [name, rows.map((row) => values[row])] as const,
  );
  return { rows: rows.length, columns: Object.fromEntries(columns) };
}
