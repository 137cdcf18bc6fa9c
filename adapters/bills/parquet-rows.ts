import type { FileHandle } from "node:fs/promises";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { type Compressors, parquetMetadataAsync, parquetScan } from "hyparquet";
import type { BilledWindow } from "../../core/ports/billed-usage.ts";
import { type BillFormat, formatOf } from "./bill-columns.ts";
import { BillFileError } from "./bill-file-error.ts";
import { addBillRow, type BillRows } from "./bill-rows.ts";

/** Reads the rows of a Parquet file, one row group after the other, and of them the columns that are needed. */
export async function addParquetRows(
  handle: FileHandle,
  byteLength: number,
  rows: BillRows,
  window: BilledWindow,
  signal: AbortSignal,
): Promise<BillFormat> {
  const file = { byteLength, slice: (from: number, to = byteLength) => slice(handle, from, to) };
  const metadata = await orUnreadable(() => parquetMetadataAsync(file));
  const found = formatOf(metadata.schema.slice(1).map(({ name }) => name));
  if (typeof found === "string") throw new BillFileError(found);
  const { format, places } = found;
  const fields = [...places].map(([field, { name }]) => ({ field, name }));
  const scan = await orUnreadable(() => parquetScan({ file, metadata, compressors, useOffsetIndex: false }));
  for (const range of scan.ranges) {
    signal.throwIfAborted();
    const read = await orUnreadable(() =>
      Promise.all(fields.map(({ name }) => scan.readColumn({ column: name, ...range }))),
    );
    const columns = new Map(fields.map(({ field }, index) => [field, read[index] ?? []]));
    for (let row = 0; row < range.rowEnd - range.rowStart; row += 1) {
      addBillRow(rows, format, (field) => textOf(columns.get(field)?.[row]), window);
    }
  }
  return format;
}

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  return value instanceof Date ? value.toISOString() : String(value);
};

async function slice(handle: FileHandle, from: number, to: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(to - from);
  await handle.read(bytes, 0, bytes.length, from);
  return bytes.buffer;
}

const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
};

/** What the reader of Parquet throws has no type of its own; what the system throws has. */
async function orUnreadable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || "syscall" in error) throw error;
    throw new BillFileError(`its Parquet data is damaged: ${error.message}`, { cause: error });
  }
}
