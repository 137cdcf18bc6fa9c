import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { startOfMonth } from "../../core/kernel/calendar.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { BilledWindow, ReadBilledUsage } from "../../core/ports/billed-usage.ts";
import { daysBetween } from "../../core/reconcile/days-between.ts";
import { type BillFormat, formatOf } from "./bill-columns.ts";
import { BillFileError } from "./bill-file-error.ts";
import { addBillRow, type BillRows, billRows } from "./bill-rows.ts";
import { csvRecords } from "./csv-records.ts";
import { addParquetRows } from "./parquet-rows.ts";

/** A file as the user named it, for messages, and as the system finds it. */
export interface BillFileName {
  readonly name: string;
  readonly path: string;
}

/** AWS still corrects a month for some days after its end. */
const estimatedForMs = 5 * 86_400_000;

/**
 * Reads a bill from the files of a CUR 2.0 or FOCUS export: CSV, plain or gzip, or Parquet, known by their content. Memory
 * does not grow with rows. Rejects with `BillFileError`.
 */
export const fileBill =
  (files: readonly BillFileName[]): ReadBilledUsage =>
  async (window, signal) => {
    const rows = billRows();
    const formats = new Map<BillFormat["source"], string>();
    for (const file of files) {
      const format = await orNamed(file.name, () => addFile(file.path, rows, window, signal));
      if (!formats.has(format.source)) formats.set(format.source, file.name);
    }
    const [source, other] = formats.keys();
    if (source === undefined || other !== undefined) {
      const named = [...formats].map(([format, name]) => `${name} is ${format}`).join(", ");
      throw new BillFileError(
        `files of two formats are two bills, which would count twice: ${named}. Name one of them.`,
      );
    }
    const knownUntil = knownUntilOf(rows, window);
    return {
      source,
      lines: rows.sum.lines(),
      setAside: rows.sum.allSetAside(),
      unusable: rows.sum.unusable(),
      knownUntil,
      // Hardly a day passes without any usage on a bill: of one that has no row, the file has been cut.
      missingDays: daysBetween(window.from, knownUntil).filter((day) => !rows.days.has(day)),
      accounts: rows.accounts,
      decimals: null,
      estimated: window.now < plusMs(startOfMonth(window.from, 1), estimatedForMs),
      requests: null,
      problems: problemsOf(rows),
    };
  };

/** Where a bill is by the hour, services that are billed by the day are on it before the day is over: they tell nothing. */
const knownUntilOf = ({ lastUsage: { byHour, byDay } }: BillRows, { from, until }: BilledWindow): Instant =>
  instant(Math.min(until, Math.max(from, byHour ?? byDay ?? from)));

async function addFile(path: string, rows: BillRows, window: BilledWindow, signal: AbortSignal): Promise<BillFormat> {
  const handle = await open(path);
  try {
    const stat = await handle.stat();
    if (stat.isDirectory()) throw new BillFileError("it is a folder: name the files in it");
    if (!stat.isFile()) throw new BillFileError("it is no regular file: write the bill to one first");
    const head = new Uint8Array(4);
    await handle.read(head, 0, 4, 0);
    if (String.fromCharCode(...head) === "PAR1") return await addParquetRows(handle, stat.size, rows, window, signal);
    return await addCsvRows(handle, head[0] === 0x1f && head[1] === 0x8b, rows, window, signal);
  } finally {
    await handle.close();
  }
}

async function addCsvRows(
  handle: FileHandle,
  isGzip: boolean,
  rows: BillRows,
  window: BilledWindow,
  signal: AbortSignal,
): Promise<BillFormat> {
  const bytes = handle.createReadStream({ start: 0, autoClose: false });
  const read = (pieces: AsyncIterable<string>): Promise<BillFormat> =>
    addRecords(csvRecords(pieces), rows, window, signal);
  // A pipeline passes on what goes wrong in any part of it; streams that are merely joined leave the reader waiting.
  if (isGzip) return pipeline(bytes, createGunzip().setEncoding("utf8"), read);
  return pipeline(bytes.setEncoding("utf8"), read);
}

async function addRecords(
  records: AsyncIterable<readonly string[]>,
  rows: BillRows,
  window: BilledWindow,
  signal: AbortSignal,
): Promise<BillFormat> {
  let found: Exclude<ReturnType<typeof formatOf>, string> | null = null;
  for await (const cells of records) {
    if (found === null) {
      const format = formatOf(cells);
      if (typeof format === "string") throw new BillFileError(format);
      found = format;
      continue;
    }
    const { format, places } = found;
    if (rows.rows % 10_000 === 0) signal.throwIfAborted();
    addBillRow(rows, format, (field) => cells[places.get(field)?.index ?? -1] ?? "", window);
  }
  if (found === null) throw new BillFileError("it is empty");
  return found.format;
}

const sentences: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EISDIR: "it is a folder: name the files in it",
  Z_BUF_ERROR: "its gzip data ends too early",
};

function otherSentence(code: string, syscall: unknown): string | undefined {
  if (code.startsWith("Z_")) return "its gzip data is damaged";
  return typeof syscall === "string" ? `it cannot be read (${code})` : undefined;
}

async function orNamed<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown };
    const sentence = typeof code === "string" ? (sentences[code] ?? otherSentence(code, syscall)) : undefined;
    if (error instanceof BillFileError) throw new BillFileError(`${name}: ${error.message}`, { cause: error });
    if (sentence === undefined) throw error;
    throw new BillFileError(`${name}: ${sentence}`, { cause: error });
  }
}

const problemsOf = ({ sum, wrong }: BillRows): readonly Problem[] =>
  [...[...wrong].map(([why, count]) => (count === 1 ? why : `${why} (${count} times)`)), ...sum.wrong()].map((why) => ({
    code: "BadBillRow",
    message: `a row of the bill cannot be used: ${why}. It is in no sum.`,
  }));
