import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import {
  isNullable,
  kindOf,
  schemaElements,
  type TableColumns,
  type TableSchema,
  withConvertedTypes,
} from "./column-kinds.ts";
import { encodeColumn } from "./encode-column.ts";
import type { RawGroup } from "./parquet-reader.ts";

/** Rows of one row group: enough that columns compress well and few calls read them, few enough to hold in memory. */
export const groupRows = 32_768;

export interface TableWriter {
  /** `keep` says which rows to take; all of them where it is absent. */
  readonly append: (table: TableColumns, keep?: (row: number) => boolean) => void;
  /** Takes over a row group of a file of the same schema as it is, without a look at its rows. */
  readonly copy: (raw: RawGroup) => void;
  /** What has been made of the file since the last time, to be written out: whole row groups. It is not held any more. */
  readonly take: () => Uint8Array;
  /** The rest of the file, or all of it where nothing was taken. */
  readonly finish: () => Uint8Array;
}

/** Makes one Parquet file out of rows that come in pieces of any size; it holds one row group of them at a time. */
export function tableWriter<Column extends string>(
  schema: TableSchema<Column>,
  rowsOfGroup: number = groupRows,
): TableWriter {
  const names = Object.keys(schema);
  const elements = schemaElements(schema);
  const bytes = new ByteWriter(1 << 16);
  const writer = new ParquetWriter({ writer: bytes, schema: elements, createdBy: "sandmeter", codec: "SNAPPY" });
  let pending: Record<string, unknown[]> = emptyColumns(names);
  let rows = 0;

  const flush = (): void => {
    if (rows === 0) return;
    const columnData = Object.entries<string>(schema).map(([name, spec]) => ({
      name,
      data: encodeColumn(name, kindOf(spec), pending[name] ?? []),
      ...layoutOf(spec),
    }));
    atOnce(writer.write({ columnData, rowGroupSize: rowsOfGroup, pageSize: 1 << 22 }));
    pending = emptyColumns(names);
    rows = 0;
  };

  return {
    append: (table, keep) => {
      for (let row = 0; row < table.rows; row += 1) {
        if (keep !== undefined && !keep(row)) continue;
        for (const name of names) pending[name]?.push(table.columns[name]?.[row] ?? null);
        rows += 1;
        if (rows === rowsOfGroup) flush();
      }
    },
    copy: ({ group, startsAt, bytes: own }) => {
      const shift = BigInt(bytes.offset - startsAt);
      bytes.appendBytes(own);
      writer.row_groups.push(movedGroup(group, shift));
      writer.num_rows += group.num_rows;
    },
    take: () => {
      // The writer goes on at the start of its buffer, and counts on: offsets are those of the whole file.
      const taken = bytes.getBytes().slice();
      bytes.index = 0;
      return taken;
    },
    finish: () => {
      flush();
      withConvertedTypes(elements);
      atOnce(writer.finish());
      return bytes.getBytes();
    },
  };
}

/** A writer into memory ends before it answers: a promise would mean that bytes are still on their way. */
function atOnce(answer: unknown): void {
  if (answer !== undefined) throw new TypeError("the Parquet writer did not end at once");
}

// Offsets count from the start of the file.
function movedGroup(group: RawGroup["group"], shift: bigint): RawGroup["group"] {
  const columns = group.columns.map(({ file_offset, meta_data }) => ({
    file_offset: file_offset + shift,
    ...(meta_data === undefined ? {} : { meta_data: movedChunk(meta_data, shift) }),
  }));
  const { num_rows, total_byte_size, total_compressed_size } = group;
  return {
    columns,
    num_rows,
    total_byte_size,
    ...(total_compressed_size === undefined ? {} : { total_compressed_size }),
  };
}

type ChunkMetadata = NonNullable<RawGroup["group"]["columns"][number]["meta_data"]>;
function movedChunk(chunk: ChunkMetadata, shift: bigint): ChunkMetadata {
  const moved = { ...chunk, data_page_offset: chunk.data_page_offset + shift };
  if (chunk.dictionary_page_offset !== undefined) moved.dictionary_page_offset = chunk.dictionary_page_offset + shift;
  return moved;
}

const emptyColumns = (names: readonly string[]): Record<string, unknown[]> =>
  Object.fromEntries(names.map((name) => [name, []]));

// Texts and what is the same for all rows of a bill repeat. Statistics of decimals would be compared as bytes.
function layoutOf(spec: string) {
  const kind = kindOf(spec);
  const repeats = kind === "text" || kind === "instant" || isNullable(spec);
  return {
    ...(repeats ? { encoding: "RLE_DICTIONARY" as const } : {}),
    statistics: kind !== "money",
    // Row groups are read whole, and an index of their pages could not be copied with them.
    offsetIndex: false,
  };
}
