import { readFile } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../cli-error.ts";
import type { Config } from "./config-schema.ts";
import { parseConfig } from "./parse-config.ts";

export const defaultConfigFile = "sandmeter.config.yaml";

/**
 * The configuration that `--config` names, or that of the working folder, or an empty one. Throws `UsageError` with every
 * problem of the file, and where a named file is not there.
 */
export async function loadConfig(cwd: string, named: string | undefined): Promise<Config> {
  const { config, problems } = await readConfig(cwd, named);
  if (problems.length > 0) throw new UsageError(problems);
  return config;
}

/**
 * The same, with what is wrong with the file beside those of its sections that are in order: for verbs that tell it together
 * with wrong flags, and with what the sections refer to.
 */
export async function readConfig(
  cwd: string,
  named: string | undefined,
): Promise<{ readonly config: Config; readonly problems: readonly string[] }> {
  const file = named ?? defaultConfigFile;
  let text: string;
  try {
    text = await readFile(path.resolve(cwd, file), "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === "ENOENT" && named === undefined) return { config: {}, problems: [] };
    const problem =
      code === "ENOENT"
        ? `--config: there is no file ${file}; leave the flag out to use ${defaultConfigFile} where it exists`
        : `${file} cannot be read: ${message}`;
    return { config: {}, problems: [problem] };
  }
  const parsed = parseConfig(text, file);
  const folder = path.resolve(cwd, path.dirname(file));
  return parsed.ok
    ? { config: withFolders(parsed.config, folder), problems: [] }
    : { config: withFolders(parsed.sound, folder), problems: parsed.problems };
}

/** Files and folders are named from where the configuration stands, so that they are found from any working folder. */
function withFolders(config: Config, folder: string): Config {
  const { prices, usage, history, trail, cleanup } = config;
  const resolved = (place: string): string => (place.startsWith("s3://") ? place : path.resolve(folder, place));
  return {
    ...config,
    ...(prices?.file === undefined ? {} : { prices: { ...prices, file: path.resolve(folder, prices.file) } }),
    ...(usage?.from === undefined ? {} : { usage: { ...usage, from: resolved(usage.from) } }),
    ...(history === undefined ? {} : { history: resolved(history) }),
    ...(trail === undefined ? {} : { trail: resolved(trail) }),
    ...(cleanup?.policy === undefined ? {} : { cleanup: { ...cleanup, policy: path.resolve(folder, cleanup.policy) } }),
  };
}
