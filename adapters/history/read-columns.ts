import type { Instant } from "../../core/kernel/instant.ts";
import type { HistoryColumn, HistoryColumns } from "../../core/ports/history-row.ts";
import { pickedRows, type TableColumns } from "./column-kinds.ts";
import type { FileStore } from "./file-store.ts";
import { historyColumnsOf, historyTable } from "./history-schema.ts";
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
  for await (const table of readPartitions(store, historyTable, dayOf(from), end, read)) {
    const inside = whole ? table : rowsWithin(table, from, until);
    if (inside.rows > 0) yield historyColumnsOf<C>(inside);
  }
}

function rowsWithin(table: TableColumns, from: Instant, until: Instant): TableColumns {
  const { ChargePeriodStart } = historyColumnsOf<"ChargePeriodStart">(table).columns;
  return pickedRows(table, (row) => {
    const at = ChargePeriodStart[row] ?? -1;
    return at >= from && at < until;
  });
}
