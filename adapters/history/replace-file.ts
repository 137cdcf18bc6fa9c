import type { TableColumns, TableSchema } from "./column-kinds.ts";
import type { FileStore, StoredFile } from "./file-store.ts";
import { HistoryError } from "./history-error.ts";
import { readTable } from "./parquet-reader.ts";
import { tableWriter } from "./parquet-writer.ts";

/** What a change makes of the rows of a file. */
export interface FileChange<Column extends string> {
  /** Read first, to know what to do. */
  readonly looksAt: readonly Column[];
  /** Null where the file is right as it is. `stored` yields nothing where there is no file. */
  readonly decide: (stored: AsyncIterable<TableColumns>) => Promise<Replacement | null>;
}

export interface Replacement {
  readonly keeps: (table: TableColumns) => (row: number) => boolean;
  readonly adds: Iterable<TableColumns>;
  /** Is given the rows that are not kept, and done before the file is replaced. */
  readonly before?: (dropped: readonly TableColumns[]) => Promise<void>;
}

const mostAttempts = 20;

/**
 * Replaces a file by one with other rows, as a whole. Where another writer came between, what it wrote is read, and the
 * change decided anew: nobody's rows are lost.
 */
export async function replaceFile<Column extends string>(
  store: FileStore,
  path: string,
  schema: TableSchema<Column>,
  change: FileChange<Column>,
): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const file = await store.open(path);
    try {
      const replacement = await change.decide(storedRows(store, path, file, schema, change.looksAt));
      if (replacement === null) return;
      await replacement.before?.(await droppedRows(store, path, file, schema, replacement));
      const bytes = await rewritten(store, path, file, schema, replacement);
      if ((await store.put(path, bytes, file?.revision ?? null)) === "written") return;
    } finally {
      await file?.close();
    }
  }
  throw new HistoryError(
    "busy",
    `${path} in ${store.place} was changed by other writers ${mostAttempts} times in a row: the next run tries again.`,
  );
}

async function* storedRows<Column extends string>(
  store: FileStore,
  path: string,
  file: StoredFile | null,
  schema: TableSchema<Column>,
  names: readonly Column[],
): AsyncGenerator<TableColumns> {
  if (file !== null) yield* readTable(file, `${path} in ${store.place}`, schema, names);
}

const namesOf = <Column extends string>(schema: TableSchema<Column>): readonly Column[] =>
  Object.keys(schema) as Column[];

async function rewritten<Column extends string>(
  store: FileStore,
  path: string,
  file: StoredFile | null,
  schema: TableSchema<Column>,
  { keeps, adds }: Replacement,
): Promise<Uint8Array> {
  const writer = tableWriter(schema);
  for await (const table of storedRows(store, path, file, schema, namesOf(schema))) writer.append(table, keeps(table));
  for (const table of adds) writer.append(table);
  return writer.finish();
}

async function droppedRows<Column extends string>(
  store: FileStore,
  path: string,
  file: StoredFile | null,
  schema: TableSchema<Column>,
  { keeps }: Replacement,
): Promise<readonly TableColumns[]> {
  const dropped: TableColumns[] = [];
  for await (const table of storedRows(store, path, file, schema, namesOf(schema))) {
    const kept = keeps(table);
    const rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) => !kept(row));
    if (rows.length === 0) continue;
    const columns = Object.entries(table.columns).map(
      ([name, values]) => [name, rows.map((row) => values[row])] as const,
    );
    dropped.push({ rows: rows.length, columns: Object.fromEntries(columns) });
  }
  return dropped;
}
