import type { Instant } from "../../core/kernel/instant.ts";
import type { HistoryColumn, HistoryRow, SupersededColumns, SupersededRow } from "../../core/ports/history-row.ts";
import { pickedRows, type TableColumns } from "./column-kinds.ts";
import type { FileStore } from "./file-store.ts";
import {
  historyColumnsOf,
  rowsOfTable,
  supersededColumnNames,
  supersededColumnsOf,
  supersededSchema,
  supersededTable,
} from "./history-schema.ts";
import { dayOf, daysLater, partitionPath } from "./partition.ts";
import { readPartitions } from "./read-partitions.ts";
import { replaceFile } from "./replace-file.ts";

/**
 * Keeps rows that a later version replaces `at` this instant, as they were, in the audit file of that day. It comes before the
 * replacement: a writer that is killed in between leaves them in both places, and its rerun says when they were replaced in
 * truth.
 */
export async function keepSuperseded(store: FileStore, dropped: readonly TableColumns[], at: Instant): Promise<void> {
  const files = new Map<string, HistoryRow[]>();
  for (const table of dropped) {
    for (const row of rowsOfTable(historyColumnsOf<HistoryColumn>(table))) {
      const path = partitionPath(supersededTable.table, dayOf(at), row.SubAccountId, row.RegionId);
      const rows = files.get(path) ?? [];
      rows.push(row);
      files.set(path, rows);
    }
  }
  for (const [path, rows] of files) await addOnce(store, path, rows, at);
}

/** Rows that were replaced in [from, until). */
export async function* readSuperseded(
  store: FileStore,
  from: Instant,
  until: Instant,
): AsyncGenerator<SupersededColumns> {
  for await (const table of readPartitions(
    store,
    supersededTable,
    dayOf(from),
    daysLater(dayOf(until), dayOf(until) === until ? 0 : 1),
    supersededColumnNames,
  )) {
    const { x_SupersededAt } = supersededColumnsOf(table).columns;
    const inside = pickedRows(table, (row) => {
      const at = x_SupersededAt[row] ?? null;
      return at === null || (at >= from && at < until);
    });
    if (inside.rows > 0) yield supersededColumnsOf(inside);
  }
}

const addOnce = (store: FileStore, path: string, rows: readonly HistoryRow[], at: Instant): Promise<void> =>
  replaceFile(store, path, supersededSchema, {
    looksAt: supersededColumnNames,
    decide: async (stored) => {
      const names = new Set(rows.map(identityOf));
      let known = 0;
      for await (const table of stored) {
        const { x_SupersededAt } = supersededColumnsOf(table).columns;
        for (const [index, name] of identitiesIn(table).entries()) {
          if (names.has(name) && x_SupersededAt[index] === at) known += 1;
        }
      }
      if (known === names.size) return null;
      return {
        keeps: (table) => {
          const own = identitiesIn(table);
          return (row) => !names.has(own[row] ?? "");
        },
        adds: [tableOf(rows, at)],
      };
    },
  });

function tableOf(rows: readonly HistoryRow[], at: Instant): TableColumns {
  const superseded = rows.map((row): SupersededRow => ({ ...row, x_SupersededAt: at }));
  const columns = supersededColumnNames.map((name) => [name, superseded.map((row) => row[name])] as const);
  return { rows: rows.length, columns: Object.fromEntries(columns) };
}

const identitiesIn = (table: TableColumns): readonly string[] =>
  Array.from(rowsOfTable(historyColumnsOf<HistoryColumn>(table)), identityOf);

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
