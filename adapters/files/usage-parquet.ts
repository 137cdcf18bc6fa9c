import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { type Compressors, type ParquetScan, parquetMetadataAsync, parquetScan } from "hyparquet";
import { readUsageRecord } from "../../core/billing/usage-record.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { FileContent } from "./delivered-files.ts";
import { FileFormatError } from "./file-format-error.ts";
import { type LineCounts, lineCounter } from "./line-counts.ts";
import type { RecordSink } from "./usage-store.ts";

/** "PAR1" */
export const isParquet = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && head[3] === 0x31;

/**
 * Reads usage records from a Parquet file, one row group after the other; each row counts as a line. Columns are the paths
 * of the fields in the lines, as structs or flattened with any separator, so `attributes.session.id` is found under
 * `attributes_session_id` too, whatever its case. Throws `FileFormatError` where it is no file of usage records.
 */
export async function readUsageParquet(
  content: FileContent,
  latestAt: Instant,
  sink: RecordSink,
  afterGroup: () => Promise<void>,
): Promise<LineCounts> {
  const counter = lineCounter(0);
  const scan = await orUnreadable(() => scanOf(content));
  const names = wantedColumns(scan);
  for (const range of scan.ranges) {
    const columns = await orUnreadable(() => Promise.all(names.map((column) => scan.readColumn({ column, ...range }))));
    for (let row = 0; row < range.rowEnd - range.rowStart; row += 1) {
      const found: Found = new Map();
      for (const [index, name] of names.entries()) collect(found, plainName(name), columns[index]?.[row]);
      const record = readUsageRecord(lineOf(found), latestAt);
      if (typeof record === "string") {
        counter.setAside(record);
        continue;
      }
      counter.record();
      const { at, elapsedSeconds, vcpuHours, gbHours } = record;
      sink.append(sink.reference(record), at, elapsedSeconds, vcpuHours, gbHours);
    }
    await afterGroup();
  }
  return counter.counts();
}

/** Values by the plain name of their path. */
type Found = Map<string, unknown>;

/** Where each field goes in the shape of a line. */
const fields: Readonly<Record<string, readonly [group: "" | "attributes" | "metrics", name: string]>> = {
  resource_arn: ["", "resource_arn"],
  event_timestamp: ["", "event_timestamp"],
  attributes_account_id: ["attributes", "account.id"],
  attributes_region: ["attributes", "region"],
  attributes_session_id: ["attributes", "session.id"],
  attributes_time_elapsed_seconds: ["attributes", "time_elapsed_seconds"],
  attributes_elapsed_time_seconds: ["attributes", "elapsed_time_seconds"],
  metrics_codeinterpreter_vcpu_hours_used: ["metrics", "codeInterpreter.vcpu.hours.used"],
  metrics_codeinterpreter_memory_gb_hours_used: ["metrics", "codeInterpreter.memory.gb_hours.used"],
};
const fieldNames = Object.keys(fields);

const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");

function wantedColumns({ metadata }: ParquetScan): readonly string[] {
  const [root, ...elements] = metadata.schema;
  // The tree of the schema, flattened: a column's own columns follow it.
  const names: string[] = [];
  for (let at = 0; names.length < (root?.num_children ?? 0) && at < elements.length; ) {
    names.push(elements[at]?.name ?? "");
    for (let left = 1; left > 0 && at < elements.length; at += 1) left += (elements[at]?.num_children ?? 0) - 1;
  }
  const wanted = names.filter((name) => {
    const plain = plainName(name);
    return fieldNames.some((field) => field === plain || field.startsWith(`${plain}_`));
  });
  if (wanted.length === 0) {
    throw new FileFormatError("its Parquet columns are not those of usage records, such as event_timestamp");
  }
  return wanted;
}

function collect(found: Found, path: string, value: unknown): void {
  if (value === null || value === undefined) return;
  if (Object.hasOwn(fields, path)) found.set(path, plainValue(value));
  else if (isStruct(value)) {
    for (const [name, inner] of Object.entries(value)) collect(found, `${path}_${plainName(name)}`, inner);
  }
}

const isStruct = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Integers of 64 bits and timestamps as the numbers that a line has. */
function plainValue(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return value instanceof Date ? value.getTime() : value;
}

function lineOf(found: Found): unknown {
  const line = { attributes: {} as Record<string, unknown>, metrics: {} as Record<string, unknown> };
  const top: Record<string, unknown> = line;
  for (const [path, value] of found) {
    const [group, name] = fields[path] ?? ["", path];
    (group === "" ? top : line[group])[name] = value;
  }
  return line;
}

const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
};

async function scanOf(content: FileContent): Promise<ParquetScan> {
  const file = { byteLength: content.byteLength, slice: content.slice };
  const metadata = await parquetMetadataAsync(file);
  return parquetScan({ file, metadata, compressors, useOffsetIndex: false });
}

/** What the reader of Parquet throws has no type of its own; what the place of the file throws has. */
async function orUnreadable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || "$metadata" in error || "syscall" in error) throw error;
    throw new FileFormatError(`its Parquet data is damaged: ${error.message}`, { cause: error });
  }
}
