import { readFile } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../cli-error.ts";
import type { Config } from "./config-schema.ts";
import { parseConfig } from "./parse-config.ts";

const defaultConfigFile = "sandmeter.config.yaml";

/**
 * The configuration that `--config` names, or that of the working folder, or an empty one. Throws `UsageError` with every
 * problem of the file, and where a named file is not there.
 */
export async function loadConfig(cwd: string, named: string | undefined): Promise<Config> {
  const file = named ?? defaultConfigFile;
  let text: string;
  try {
    text = await readFile(path.resolve(cwd, file), "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && named === undefined) return {};
    throw new UsageError([
      code === "ENOENT"
        ? `--config: there is no file ${file}; leave the flag out to use ${defaultConfigFile} where it exists`
        : `${file} cannot be read: ${message}`,
    ]);
  }
  const parsed = parseConfig(text, file);
  if (!parsed.ok) throw new UsageError(parsed.problems);
  const { config } = parsed;
  if (config.prices?.file === undefined) return config;
  // A price file is named from where the configuration stands, so that it is found from any working folder.
  const prices = path.resolve(cwd, path.dirname(file), config.prices.file);
  return { ...config, prices: { ...config.prices, file: prices } };
}
