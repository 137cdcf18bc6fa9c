import { existsSync } from "node:fs";
import path from "node:path";
import type { Clock } from "../../core/ports/clock.ts";
import type { Config } from "../config/config-schema.ts";
import { defaultConfigFile, readConfig } from "../config/load-config.ts";
import { systemClock } from "../system-clock.ts";
import { type CleanupPart, cleanupPartOf } from "./cleanup-part.ts";
import { settledFiles } from "./settled-files.ts";

/** `unread`: something is wrong with one of the files, so that nobody knows what holds. */
export type CleanupRead =
  | { readonly kind: "read"; readonly part: CleanupPart }
  | { readonly kind: "unread"; readonly message: string };

/** Reads the configuration and the policy file anew: whoever mends a policy while a command runs means the sessions that it would stop next. */
export type ReadAnew = () => Promise<CleanupRead>;

interface Places {
  readonly cwd: string;
  /** As the flag says. */
  readonly configFile: string | undefined;
  readonly policyFileOf: (config: Config) => string | null;
}

/**
 * A file that was there when the command began has to be there: without it, nobody knows what it protected, and which bounds it set. One that is
 * just being saved may be there in part.
 */
export function readAnewOf(
  { cwd, configFile, policyFileOf }: Places,
  began: CleanupPart,
  clock: Clock = systemClock,
): ReadAnew {
  const filesWith = (policyFile: string | null): readonly string[] =>
    [configFile ?? defaultConfigFile, ...(policyFile === null ? [] : [policyFile])].map((it) => path.resolve(cwd, it));
  const saved = settledFiles(clock, filesWith(began.policyFile));
  const fallback = configFile === undefined && existsSync(path.resolve(cwd, defaultConfigFile));
  return async () => {
    if (fallback && !existsSync(path.resolve(cwd, defaultConfigFile))) {
      return unread([`${defaultConfigFile} was there when this began, and is gone: put it back, or begin anew`]);
    }
    const named = await readConfig(cwd, configFile);
    const seen = saved.look(filesWith(policyFileOf(named.config)));
    const { config, problems: ofConfig } = await readConfig(cwd, configFile);
    const problems = [...ofConfig];
    const policyFile = policyFileOf(config);
    if (policyFile === null && began.policyFile !== null && problems.length === 0) {
      problems.push(`nothing names a policy file any more: put ${began.policyFile} back, or begin anew`);
    }
    const part = await cleanupPartOf(config, policyFile, cwd, problems);
    if (problems.length > 0) return unread(problems);
    if (!(await saved.isSettled(filesWith(policyFile), seen))) {
      return unread([
        `${policyFile ?? defaultConfigFile} or the configuration was changed this moment, and may not be saved in full yet`,
      ]);
    }
    return { kind: "read", part };
  };
}

const unread = (problems: readonly string[]): CleanupRead => ({
  kind: "unread",
  message: `Nobody knows what policies say and protect now, so that nothing is stopped until this is mended: ${problems.join("; ")}`,
});
