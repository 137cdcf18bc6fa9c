import { parquetMetadataAsync, parquetScan } from "hyparquet";
import { kindOf, type TableColumns, type TableSchema, withoutConvertedDecimals } from "./column-kinds.ts";
import { columnParsers, decodeColumn } from "./decode-column.ts";
import type { StoredFile } from "./file-store.ts";
import { HistoryError } from "./history-error.ts";

/** The named columns of a file, one row group after another. Throws `HistoryError` where the file is none that we wrote. */
export async function* readTable<Column extends string>(
  file: StoredFile,
  where: string,
  schema: TableSchema<Column>,
  names: readonly NoInfer<Column>[],
): AsyncGenerator<TableColumns> {
  const metadata = await orCorrupt(where, () => parquetMetadataAsync(file));
  withoutConvertedDecimals(metadata.schema);
  const { ranges, readColumn } = await orCorrupt(where, () =>
    parquetScan({ file, metadata, columns: [...names], parsers: columnParsers, useOffsetIndex: false }),
  );
  for (const { rowStart, rowEnd } of ranges) {
    const read = await orCorrupt(where, () =>
      Promise.all(names.map((column) => readColumn({ column, rowStart, rowEnd }))),
    );
    const columns = names.map((name, index) => [name, decodeColumn(kindOf(schema[name]), read[index] ?? [])] as const);
    yield { rows: rowEnd - rowStart, columns: Object.fromEntries(columns) };
  }
}

async function orCorrupt<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HistoryError || !(error instanceof Error) || "$metadata" in error) throw error;
    throw new HistoryError(
      "corrupt",
      `${where} is no file of history (${error.message}): move it away. What it held has to be rated from its source again.`,
      { cause: error },
    );
  }
}
