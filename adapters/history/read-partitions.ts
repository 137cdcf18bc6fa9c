import type { Instant } from "../../core/kernel/instant.ts";
import type { TableColumns, TableSchema } from "./column-kinds.ts";
import type { FileStore } from "./file-store.ts";
import { readTable } from "./parquet-reader.ts";
import { type HistoryTable, isPartitionPath, partitionRange } from "./partition.ts";

/** Rows of the files whose day begins in [from, until), one row group after another. Other days are not even listed. */
export async function* readPartitions<Column extends string>(
  store: FileStore,
  { table, schema }: { readonly table: HistoryTable; readonly schema: TableSchema<Column> },
  from: Instant,
  until: Instant,
  names: readonly NoInfer<Column>[],
): AsyncGenerator<TableColumns> {
  for await (const path of store.list(...partitionRange(table, from, until))) {
    if (!isPartitionPath(path)) continue;
    const file = await store.open(path);
    if (file === null) continue;
    try {
      yield* readTable(file, `${path} in ${store.place}`, schema, names);
    } finally {
      await file.close();
    }
  }
}
