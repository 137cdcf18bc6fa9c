import type { HistoryColumn, HistoryRow } from "../../core/ports/history-row.ts";
import type { TableColumns } from "./column-kinds.ts";
import type { FileStore } from "./file-store.ts";
import { historyColumnNames, historyColumnsOf, historySchema, rowsOfTable, tableOfRows } from "./history-schema.ts";
import { dayOf, partitionPath } from "./partition.ts";
import { replaceFile } from "./replace-file.ts";
import type { Share } from "./shares.ts";

/**
 * Keeps rows that a later version replaces, as they were, in the audit file of the day on which that version was made. It
 * comes before the replacement: a writer that is killed in between finds both, and its rerun adds nothing twice.
 */
export async function keepSuperseded(
  store: FileStore,
  dropped: readonly TableColumns[],
  replacedBy: (table: TableColumns) => (row: number) => Share | null,
): Promise<void> {
  const files = new Map<string, HistoryRow[]>();
  for (const table of dropped) {
    const find = replacedBy(table);
    for (const [index, row] of [...rowsOfTable(historyColumnsOf<HistoryColumn>(table))].entries()) {
      const day = dayOf(find(index)?.bill.asOf ?? row.x_AsOf);
      const path = partitionPath("audit/superseded", day, row.SubAccountId, row.RegionId);
      const rows = files.get(path) ?? [];
      rows.push(row);
      files.set(path, rows);
    }
  }
  for (const [path, rows] of files) await addOnce(store, path, rows);
}

const addOnce = (store: FileStore, path: string, rows: readonly HistoryRow[]): Promise<void> =>
  replaceFile(store, path, historySchema, {
    looksAt: historyColumnNames,
    decide: async (stored) => {
      const known = new Set<string>();
      for await (const table of stored) {
        for (const row of rowsOfTable(historyColumnsOf<HistoryColumn>(table))) known.add(identityOf(row));
      }
      const fresh = rows.filter((row) => !known.has(identityOf(row)));
      return fresh.length === 0 ? null : { keeps: () => () => true, adds: [tableOfRows(fresh)] };
    },
  });

const identityOf = (row: HistoryRow): string =>
  JSON.stringify([
    row.SubAccountId,
    row.RegionId,
    row.x_Interpreter,
    row.ResourceId,
    row.x_Version,
    row.ChargePeriodStart,
    row.x_PriceStartsAt,
    row.SkuMeter,
  ]);
