import { pickedRows, type TableColumns, type TableSchema } from "./column-kinds.ts";
import type { FileStore } from "./file-store.ts";
import { HistoryError } from "./history-error.ts";
import { groupsOf, type StoredGroup } from "./parquet-reader.ts";
import { groupRows, tableWriter } from "./parquet-writer.ts";

/** What a change makes of the rows of a file. */
export interface FileChange<Column extends string> {
  /** Read first, to know what to do; `keeps` is given these and perhaps others. */
  readonly looksAt: readonly Column[];
  /** Null where the file is right as it is. `stored` yields nothing where there is no file. */
  readonly decide: (stored: AsyncIterable<TableColumns>) => Promise<Replacement | null>;
}

interface Replacement {
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
      const groups = file === null ? [] : await groupsOf(file, `${path} in ${store.place}`, schema);
      const { looksAt, decide } = change;
      const replacement = await decide(tablesOf(groups, looksAt));
      if (replacement === null) return;
      if (replacement.before !== undefined) {
        await replacement.before(await droppedRows(groups, schema, looksAt, replacement));
      }
      const bytes = await rewritten(groups, schema, looksAt, replacement);
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

async function* tablesOf<Column extends string>(
  groups: readonly StoredGroup<Column>[],
  names: readonly Column[],
): AsyncGenerator<TableColumns> {
  for (const group of groups) yield await group.read(names);
}

async function rewritten<Column extends string>(
  groups: readonly StoredGroup<Column>[],
  schema: TableSchema<Column>,
  looksAt: readonly Column[],
  { keeps, adds }: Replacement,
): Promise<Uint8Array> {
  const writer = tableWriter(schema);
  for (const group of groups) {
    const keep = keeps(await group.read(looksAt));
    // Most groups of a long day stay as they are: to take them over costs a hundredth of making them anew.
    if (group.raw !== null && group.rows === groupRows && indexesOf(group).every(keep)) writer.copy(await group.raw());
    else writer.append(await group.read(namesOf(schema)), keep);
  }
  for (const table of adds) writer.append(table);
  return writer.finish();
}

async function droppedRows<Column extends string>(
  groups: readonly StoredGroup<Column>[],
  schema: TableSchema<Column>,
  looksAt: readonly Column[],
  { keeps }: Replacement,
): Promise<readonly TableColumns[]> {
  const dropped: TableColumns[] = [];
  for (const group of groups) {
    const kept = keeps(await group.read(looksAt));
    if (indexesOf(group).every(kept)) continue;
    dropped.push(pickedRows(await group.read(namesOf(schema)), (row) => !kept(row)));
  }
  return dropped;
}

const indexesOf = ({ rows }: { readonly rows: number }): readonly number[] =>
  Array.from({ length: rows }, (_, row) => row);
const namesOf = <Column extends string>(schema: TableSchema<Column>): readonly Column[] =>
  Object.keys(schema) as Column[];
