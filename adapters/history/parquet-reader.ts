import { type FileMetaData, type ParquetScan, parquetMetadataAsync, parquetScan } from "hyparquet";
import { isNullable, kindOf, type TableColumns, type TableSchema, withoutConvertedDecimals } from "./column-kinds.ts";
import { columnParsers, decodeColumn } from "./decode-column.ts";
import type { StoredFile } from "./file-store.ts";
import { HistoryError } from "./history-error.ts";

type RowGroup = FileMetaData["row_groups"][number];

/** One row group of a file. */
export interface StoredGroup<Column extends string> {
  readonly rows: number;
  readonly read: (names: readonly Column[]) => Promise<TableColumns>;
  /** The group as it lies in the file, to be copied; null where the file is from before one of the columns. */
  readonly raw: (() => Promise<RawGroup>) | null;
}

export interface RawGroup {
  readonly group: RowGroup;
  /** Where in its file the bytes began. */
  readonly startsAt: number;
  readonly bytes: Uint8Array;
}

/** The row groups of a file. Throws `HistoryError` where the file is none that we wrote. */
export async function groupsOf<Column extends string>(
  file: StoredFile,
  where: string,
  schema: TableSchema<Column>,
): Promise<readonly StoredGroup<Column>[]> {
  const metadata = await orCorrupt(where, () => parquetMetadataAsync(file));
  // Groups are copied with their statistics, which the reader has made into values by the schema as it was.
  withoutConvertedDecimals(metadata.schema);
  const scan = await orCorrupt(where, () =>
    parquetScan({ file, metadata, parsers: columnParsers, useOffsetIndex: false }),
  );
  const there = new Set(metadata.schema.map(({ name }) => name));
  const hasAll = Object.keys(schema).every((name) => there.has(name));
  const stored = { scan, schema, lacks: (name: Column) => isNullable(schema[name]) && !there.has(name) };
  return scan.ranges.map((range, index) => ({
    rows: range.rowEnd - range.rowStart,
    read: (names) => orCorrupt(where, () => readColumns(stored, range, names)),
    raw: hasAll ? () => orCorrupt(where, () => rawGroup(file, metadata.row_groups[index])) : null,
  }));
}

/** The named columns of a file, one row group after another. */
export async function* readTable<Column extends string>(
  file: StoredFile,
  where: string,
  schema: TableSchema<Column>,
  names: readonly NoInfer<Column>[],
): AsyncGenerator<TableColumns> {
  for (const group of await groupsOf(file, where, schema)) yield await group.read(names);
}

interface StoredColumns<Column extends string> {
  readonly scan: ParquetScan;
  readonly schema: TableSchema<Column>;
  /** Whether a column that may be null is younger than the file: then it is null in all rows. */
  readonly lacks: (name: Column) => boolean;
}

async function readColumns<Column extends string>(
  { scan, schema, lacks }: StoredColumns<Column>,
  range: ParquetScan["ranges"][number],
  names: readonly Column[],
): Promise<TableColumns> {
  const rows = range.rowEnd - range.rowStart;
  const read = await Promise.all(
    names.map((column) => (lacks(column) ? new Array<null>(rows).fill(null) : scan.readColumn({ column, ...range }))),
  );
  const columns = names.map((name, index) => [name, decodeColumn(kindOf(schema[name]), read[index] ?? [])] as const);
  return { rows, columns: Object.fromEntries(columns) };
}

async function rawGroup(file: StoredFile, group: RowGroup | undefined): Promise<RawGroup> {
  const chunks = (group?.columns ?? []).flatMap(({ meta_data: chunk }) => {
    if (chunk === undefined) return [];
    const startsAt = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
    return { startsAt, endsAt: startsAt + Number(chunk.total_compressed_size) };
  });
  if (group === undefined || chunks.length === 0) throw new SyntaxError("a row group has no columns");
  const startsAt = Math.min(...chunks.map((chunk) => chunk.startsAt));
  const endsAt = Math.max(...chunks.map((chunk) => chunk.endsAt));
  return { group, startsAt, bytes: new Uint8Array(await file.slice(startsAt, endsAt)) };
}

async function orCorrupt<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HistoryError || !(error instanceof Error) || "$metadata" in error) throw error;
    throw new HistoryError(
      "corrupt",
      `${where} is no file of history (${error.message}): restore it from a copy, or move it away. The accounts job then writes again what the ledger still has of it: bills of the last 90 days.`,
      { cause: error },
    );
  }
}
