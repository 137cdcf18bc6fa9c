import type { FileHandle } from "node:fs/promises";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { type Compressors, parquetMetadataAsync, parquetScan, type SchemaElement } from "hyparquet";
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
  const written = await orUnreadable(() => parquetMetadataAsync(file));
  const found = formatOf(written.schema.slice(1).map(({ name }) => name));
  if (typeof found === "string") throw new BillFileError(found);
  const { format, places } = found;
  const scales = new Map(written.schema.flatMap((it) => (isDecimal(it) ? [[it.name, it.scale ?? 0] as const] : [])));
  const metadata = { ...written, schema: written.schema.map((it) => (isDecimal(it) ? plainOf(it) : it)) };
  const fields = [...places].map(([field, { name }]) => ({ field, name }));
  const scan = await orUnreadable(() => parquetScan({ file, metadata, compressors, useOffsetIndex: false }));
  for (const range of scan.ranges) {
    signal.throwIfAborted();
    const read = await orUnreadable(() =>
      Promise.all(fields.map(({ name }) => scan.readColumn({ column: name, ...range }))),
    );
    const columns = new Map(
      fields.map(({ field, name }, index) => [field, { values: read[index] ?? [], scale: scales.get(name) ?? null }]),
    );
    for (let row = 0; row < range.rowEnd - range.rowStart; row += 1) {
      addBillRow(rows, format, (field) => textOf(columns.get(field), row), window);
    }
  }
  return format;
}

/**
 * The library makes floats of decimals, which have digits that nobody wrote. So it is told that they are integers, or bytes;
 * only those in arrays of any length, which it would take for text, it has to make itself.
 */
const isDecimal = ({ converted_type: kind, type }: SchemaElement): boolean =>
  kind === "DECIMAL" && (type === "INT32" || type === "INT64" || type === "FIXED_LEN_BYTE_ARRAY");

function plainOf({ converted_type: _, logical_type: __, ...element }: SchemaElement): SchemaElement {
  return element;
}

interface Column {
  readonly values: ArrayLike<unknown>;
  /** Of a decimal; null for any other. */
  readonly scale: number | null;
}

function textOf(column: Column | undefined, row: number): string {
  const value = column?.values[row];
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  const scale = column?.scale ?? null;
  return scale === null ? String(value) : `${unscaledOf(value)}E-${scale}`;
}

/** Bytes are big-endian, in two's complement. */
function unscaledOf(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint);
  const bits = value.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return BigInt.asIntN(8 * value.length, bits);
}

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
