import { type FileHandle, open, rename, rm } from "node:fs/promises";
import process from "node:process";
import { formatUsd, usd } from "../../core/kernel/money.ts";
import { type FocusRequest, type FocusSource, focusBatches } from "../../core/reporting/focus-batches.ts";
import { type FocusRow, focusColumns, unpricedColumns } from "../../core/reporting/focus-columns.ts";
import { CliError } from "../cli-error.ts";
import { csvWriter } from "./focus-csv.ts";

export interface FocusWritten {
  readonly file: string;
  readonly rows: number;
  /** The sum of the rows: a decimal string of 12 places. */
  readonly knownUsd: string;
  /** Null where every session has a figure. */
  readonly unpricedFile: string | null;
  readonly unpricedSessions: number;
}

/** What is wrong with the name of a file to write to; null where it says what to write. */
export const focusFileProblem = (file: string): string | null =>
  /\.(csv|parquet)$/i.test(file) ? null : `--out ${file}: name a file that ends in .csv or .parquet`;

/**
 * Writes FOCUS 1.2 rows to a file that ends in `.csv` or `.parquet`, and sessions without a figure beside it, to
 * `….unpriced.csv`. A file is there as a whole or not at all. Throws `CliError` where it cannot be written.
 */
export async function writeFocus(
  source: FocusSource,
  request: FocusRequest,
  file: string,
  signal: AbortSignal,
): Promise<FocusWritten> {
  const unpricedFile = file.replace(/\.(csv|parquet)$/i, ".unpriced.csv");
  const parts = [file, unpricedFile].map((name) => `${name}.${process.pid}.partial`);
  const [rowsPart = "", unpricedPart = ""] = parts;
  try {
    const unpriced = await open(unpricedPart, "w");
    try {
      const rows = await open(rowsPart, "w");
      try {
        const counts = await writeAll(source, request, rows, unpriced, /\.parquet$/i.test(file), signal);
        await rows.sync();
        await unpriced.sync();
        // The file itself comes last: where it is new, what stands beside it is of the same export.
        const lacks = counts.unpricedSessions > 0;
        if (lacks) await rename(unpricedPart, unpricedFile);
        else await rm(unpricedFile, { force: true });
        await rename(rowsPart, file);
        return { file, ...counts, unpricedFile: lacks ? unpricedFile : null };
      } finally {
        await rows.close();
      }
    } finally {
      await unpriced.close();
    }
  } catch (error) {
    if (isSystemError(error)) {
      throw new CliError(`cannot write ${file}: ${error.message}. Name a file in a folder that can be written to.`);
    }
    throw error;
  } finally {
    for (const part of parts) await rm(part, { force: true });
  }
}

async function writeAll(
  source: FocusSource,
  request: FocusRequest,
  rows: FileHandle,
  unpriced: FileHandle,
  isParquet: boolean,
  signal: AbortSignal,
): Promise<Pick<FocusWritten, "rows" | "knownUsd" | "unpricedSessions">> {
  const writer = isParquet ? await parquetRows(rows) : await csvInto(rows);
  const aside = csvWriter(unpricedColumns);
  await unpriced.appendFile(aside.head);
  const counts = { rows: 0, billed: 0n, unpricedSessions: 0 };
  for await (const batch of focusBatches(source, request, signal)) {
    await writer.append(batch.rows);
    if (batch.unpriced.length > 0) await unpriced.appendFile(aside.rows(batch.unpriced));
    counts.rows += batch.rows.length;
    counts.unpricedSessions += batch.unpriced.length;
    for (const { BilledCost } of batch.rows) counts.billed += BilledCost;
  }
  await writer.finish();
  const { rows: written, billed, unpricedSessions } = counts;
  return { rows: written, knownUsd: formatUsd(usd(billed, 10n ** 12n)), unpricedSessions };
}

interface RowWriter {
  readonly append: (rows: readonly FocusRow[]) => Promise<void>;
  readonly finish: () => Promise<void>;
}

async function csvInto(handle: FileHandle): Promise<RowWriter> {
  const csv = csvWriter(focusColumns);
  await handle.appendFile(csv.head);
  return {
    append: async (rows) => {
      if (rows.length > 0) await handle.appendFile(csv.rows(rows));
    },
    finish: async () => undefined,
  };
}

// The writer of Parquet loads only where it is asked for.
async function parquetRows(handle: FileHandle): Promise<RowWriter> {
  const { focusParquet } = await import("../../adapters/history/focus-parquet.ts");
  const writer = focusParquet();
  return {
    append: async (rows) => {
      const bytes = writer.append(rows);
      if (bytes.length > 0) await handle.appendFile(bytes);
    },
    finish: async () => {
      await handle.appendFile(writer.finish());
    },
  };
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "syscall" in error && "code" in error;
