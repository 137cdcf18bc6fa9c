import type { Instant } from "../../core/kernel/instant.ts";
import type { HistoryColumn } from "../../core/ports/history-row.ts";
import type { TableColumns } from "./column-kinds.ts";
import type { FileStore } from "./file-store.ts";
import { historySchema } from "./history-schema.ts";
import { readTable } from "./parquet-reader.ts";
import { type HistoryTable, partitionRange } from "./partition.ts";

/** Rows of the files whose day begins in [from, until), one row group after another. Other days are not even listed. */
export async function* readPartitions(
  store: FileStore,
  table: Exclude<HistoryTable, "audit/restatements">,
  from: Instant,
  until: Instant,
  names: readonly HistoryColumn[],
): AsyncGenerator<TableColumns> {
  for await (const path of store.list(...partitionRange(table, from, until))) {
    if (!path.endsWith(".parquet")) continue;
    const file = await store.open(path);
    if (file === null) continue;
    try {
      yield* readTable(file, `${path} in ${store.place}`, historySchema, names);
    } finally {
      await file.close();
    }
  }
}
