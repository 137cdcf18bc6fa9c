import { readFile } from "node:fs/promises";
import path from "node:path";
import { priceRowOf } from "../../adapters/config/price-rows-schema.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import type { PriceLayer } from "../../core/billing/price-layers.ts";
import type { Config } from "./config-schema.ts";
import { parsePrices } from "./parse-prices.ts";

export interface ReadPrices {
  /** From the weakest to the strongest: built in, the configuration's file, its rows, `--prices`. */
  readonly layers: readonly PriceLayer[];
  readonly problems: readonly string[];
}

/** Reads every layer of prices, and gathers what is wrong with all of them. `named` is the file of `--prices`. */
export async function readPrices(
  cwd: string,
  config: Config["prices"],
  named: string | undefined,
): Promise<ReadPrices> {
  const problems: string[] = [];
  const layers: PriceLayer[] = [{ origin: "built-in", rows: codeInterpreterPrices }];
  const addFile = async (file: string, key: string): Promise<void> => {
    try {
      const parsed = parsePrices(await readFile(path.resolve(cwd, file), "utf8"), file);
      if (parsed.ok) layers.push({ origin: file, rows: parsed.rows });
      else problems.push(...parsed.problems);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      problems.push(`${key}: ${code === "ENOENT" ? `there is no file ${file}` : `${file} cannot be read: ${message}`}`);
    }
  };
  if (config?.file !== undefined) await addFile(config.file, "prices.file");
  if (config?.rows !== undefined) layers.push({ origin: "configuration", rows: config.rows.map(priceRowOf) });
  if (named !== undefined) await addFile(named, "--prices");
  return { layers, problems };
}
