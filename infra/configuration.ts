import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { cleanupOf } from "../adapters/config/cleanup-of.ts";
import { type DeployedConfiguration, writtenPriceRow } from "../adapters/config/deployed-configuration.ts";
import type { StoredPlace } from "../adapters/config/stored-place.ts";
import { placeOf, usageOf } from "../adapters/config/usage-of.ts";
import { UsageError } from "../cli/cli-error.ts";
import { loadConfig } from "../cli/config/load-config.ts";
import { readPrices } from "../cli/config/prices.ts";
import { layerPrices } from "../core/billing/price-layers.ts";
import { readPolicies } from "./read-policies.ts";
import type { Settings } from "./settings.ts";

/** What the deployment took from the user's files. */
export interface ReadConfiguration {
  readonly deployed: DeployedConfiguration;
  /** The bucket that the configuration names for usage records; null where it names none. */
  readonly usageBucket: string | null;
  /** The bucket of the trail that says who started a session; null where there is none. */
  readonly trailBucket: string | null;
  /** Null where no policy file is named: then nothing is deployed that can stop a session. */
  readonly cleanup: { readonly switch: { readonly parameter: string; readonly region: string } | null } | null;
}

/**
 * Reads the configuration and the prices as the command line does. Throws one error that names every problem, before
 * anything is deployed. `root` is where files are named from.
 */
export async function readConfiguration(
  root: string,
  { configFile, pricesFile }: Pick<Settings, "configFile" | "pricesFile">,
): Promise<ReadConfiguration> {
  const problems = [missing(root, "SANDMETER_CONFIG", configFile), missing(root, "SANDMETER_PRICES_FILE", pricesFile)];
  refuse(problems.flat());
  const config = await readable(() => loadConfig(root, configFile ?? undefined));
  const prices = await readPrices(root, config.prices, pricesFile ?? undefined);
  const { usageFrom } = usageOf(config.usage ?? {});
  const trail = placeOf(config.trail);
  const { policy, ...cleanup } = config.cleanup ?? {};
  const read = policy === undefined ? null : await readPolicies(root, policy, cleanupOf(cleanup));
  refuse([
    ...prices.problems,
    ...folderProblem("usage.from", usageFrom),
    ...folderProblem("trail", trail),
    ...(read?.problems ?? []),
  ]);
  const policies = read?.policies ?? null;
  return {
    deployed: {
      prices: layerPrices(prices.layers).map(writtenPriceRow),
      usage: config.usage ?? {},
      ...(config.trail === undefined ? {} : { trail: config.trail }),
      attribution: config.attribution ?? [],
      budgets: config.budgets ?? [],
      ...(policies === null ? {} : { cleanup, policies }),
    },
    usageBucket: usageFrom?.kind === "bucket" ? usageFrom.bucket : null,
    trailBucket: trail?.kind === "bucket" ? trail.bucket : null,
    cleanup: policies === null ? null : { switch: cleanup.switch ?? null },
  };
}

/**
 * Writes it where the functions' packages take it from, and answers that path, from `root`. It is named by its content, so
 * that two deployments at a time do not take each other's.
 */
export function writeConfiguration(root: string, deployed: DeployedConfiguration): string {
  const text = `${JSON.stringify(deployed)}\n`;
  const folder = path.join(".sst", "sandmeter");
  const file = path.join(folder, `${createHash("sha256").update(text).digest("hex").slice(0, 16)}.json`);
  const unfinished = path.join(root, `${file}.${process.pid}`);
  mkdirSync(path.join(root, folder), { recursive: true });
  writeFileSync(unfinished, text);
  renameSync(unfinished, path.join(root, file));
  return file;
}

const folderProblem = (setting: string, place: StoredPlace | null): readonly string[] =>
  place?.kind === "folder"
    ? [`${setting} names the folder ${place.folder}, which a function has not: name a bucket, or leave it out`]
    : [];

const missing = (root: string, setting: string, file: string | null): readonly string[] =>
  file === null || existsSync(path.resolve(root, file)) ? [] : [`${setting} names ${file}, which does not exist`];

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Error(`The configuration of this deployment is not usable:\n${problems.join("\n")}`);
}

async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UsageError) refuse(error.problems);
    throw error;
  }
}
