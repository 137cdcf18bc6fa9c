import { readFile, rename, rm, writeFile } from "node:fs/promises";
import process from "node:process";
import type { PriceRow } from "../../core/billing/price-row.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import { CliError } from "../cli-error.ts";
import { parsePrices } from "../config/parse-prices.ts";
import { exitCode } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";

/** The rows of a price file; none where it does not exist yet. `name` is what the user called it. */
export async function readPriceFile(
  file: string,
  name: string,
): Promise<{ readonly rows: readonly PriceRow[]; readonly problems: readonly string[] }> {
  try {
    const parsed = parsePrices(await readFile(file, "utf8"), name);
    return parsed.ok ? { rows: parsed.rows, problems: [] } : { rows: [], problems: parsed.problems };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === "ENOENT"
      ? { rows: [], problems: [] }
      : { rows: [], problems: [`${name} cannot be read: ${message}`].map(safeText) };
  }
}

/** Writes the whole file or nothing: a reader sees the old rows or the new ones. The same rows make the same bytes. */
export async function writePriceFile(file: string, rows: readonly PriceRow[]): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  try {
    await writeFile(draft, priceFileText(rows));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CliError(`cannot write ${safeText(file)}: ${safeText(message)}`, exitCode.failed, { cause: error });
  }
}

function priceFileText(rows: readonly PriceRow[]): string {
  const lines = rows.map(({ region, startsAt, usdPerVcpuHour, usdPerGbHour, rule, source }) =>
    JSON.stringify({
      region,
      startsAt: isoOf(startsAt).replace(".000Z", "Z"),
      usdPerVcpuHour,
      usdPerGbHour,
      rule,
      source,
    }),
  );
  return `{\n  "rows": [\n${lines.map((line) => `    ${line}`).join(",\n")}\n  ]\n}\n`;
}
