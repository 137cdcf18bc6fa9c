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
  return withFolders(parsed.config, path.resolve(cwd, path.dirname(file)));
}

/** The same, with what is wrong with the file beside an empty configuration: for verbs that tell it together with wrong flags. */
export async function readConfig(
  cwd: string,
  named: string | undefined,
): Promise<{ readonly config: Config; readonly problems: readonly string[] }> {
  try {
    return { config: await loadConfig(cwd, named), problems: [] };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { config: {}, problems: error.problems };
  }
}

/** Files and folders are named from where the configuration stands, so that they are found from any working folder. */
function withFolders(config: Config, folder: string): Config {
  const { prices, usage, history, trail } = config;
  const resolved = (place: string): string => (place.startsWith("s3://") ? place : path.resolve(folder, place));
  return {
    ...config,
    ...(prices?.file === undefined ? {} : { prices: { ...prices, file: path.resolve(folder, prices.file) } }),
    ...(usage?.from === undefined ? {} : { usage: { ...usage, from: resolved(usage.from) } }),
    ...(history === undefined ? {} : { history: resolved(history) }),
    ...(trail === undefined ? {} : { trail: resolved(trail) }),
  };
}
