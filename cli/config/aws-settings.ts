import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { awsRegionNames } from "../../adapters/aws/regions.ts";
import type { GbUnit } from "../../core/billing/gigabyte.ts";
import { type PriceBook, priceBookOf } from "../../core/billing/price-book.ts";
import { layerPrices } from "../../core/billing/price-layers.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import type { LimitOverride } from "../../core/quota/limits.ts";
import { defaultThresholds, type QuotaThresholds } from "../../core/quota/thresholds.ts";
import type { Terminal } from "../terminal.ts";
import type { VerbInput } from "../verb.ts";
import type { Config } from "./config-schema.ts";
import { readConfig } from "./load-config.ts";
import { nearestOf } from "./nearest.ts";
import { readPrices } from "./prices.ts";
import { profileProblems } from "./shared-profiles.ts";

/** What every verb that reads AWS goes by: the flags, then the configuration, then the defaults. */
export interface AwsSettings {
  /** Null: the profile's own Region. */
  readonly regions: readonly string[] | "all" | null;
  readonly profile: string | null;
  /** Of the environment, where the SDK does not look: before the profile's. */
  readonly environmentRegion: string | null;
  /** Above 0 and at most 1. */
  readonly rateShare: number;
  readonly requestsPerSecond: number;
  readonly thresholds: QuotaThresholds;
  readonly limitOverrides: readonly LimitOverride[];
  /** The built-in prices, and those of the configuration over them. */
  readonly prices: PriceBook;
  readonly gb: GbUnit;
}

export interface ReadSettings {
  readonly settings: AwsSettings;
  /** What the file says, for settings that are only some verbs' own; empty where it could not be read. */
  readonly config: Config;
  /** What is wrong with the flags and the configuration; `settings` holds only where it is empty. */
  readonly problems: readonly string[];
}

/** Reads flags and configuration, and gathers what is wrong with them, so that a verb can report all of it with its own. */
export async function readAwsSettings(
  options: VerbInput["options"],
  { cwd, env }: Pick<Terminal, "cwd" | "env">,
): Promise<ReadSettings> {
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === "string" ? value : undefined;
  };
  const { config, problems: ofConfig } = await readConfig(cwd, text("config"));
  const profile = text("profile") ?? null;
  const problems = [...ofConfig, ...(await profileProblems(profile, env))];
  const prices = await readPrices(cwd, config.prices, undefined);
  problems.push(...prices.problems);
  const number = (flag: string, name: string, min: number, max: number): number | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const parsed = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (parsed > 0 && parsed >= min && parsed <= max) return parsed;
    const range = max === Number.MAX_SAFE_INTEGER ? "a number above 0" : `a percentage from ${min} to ${max}`;
    problems.push(`--${flag} must be ${range}, not "${value}"`);
    return undefined;
  };
  const settings: AwsSettings = {
    regions: regionsOf(text("regions"), problems) ?? config.regions ?? null,
    profile,
    // The AWS CLI reads both, the first of them first, and so do people's shells; the SDK for JavaScript reads AWS_REGION alone.
    environmentRegion: env["AWS_REGION"] ? null : env["AWS_DEFAULT_REGION"] || null,
    // A fraction such as 0.2 would be taken for 0.2 %, and a scan at that pace looks as if it hung.
    rateShare: (number("rate-share", "rateShare", 1, 100) ?? config.rateShare ?? 20) / 100,
    requestsPerSecond:
      number("requests-per-second", "requestsPerSecond", 0, Number.MAX_SAFE_INTEGER) ?? config.requestsPerSecond ?? 30,
    thresholds: thresholdsOf(config),
    limitOverrides: (config.limits ?? []).map((entry) => ({
      code: entry.quota,
      limit: entry.limit,
      account: entry.account === undefined ? null : accountId(entry.account),
      region: entry.region === undefined ? null : region(entry.region),
    })),
    prices: priceBookOf(layerPrices(prices.layers)),
    gb: config.usage?.gb ?? "binary",
  };
  return { settings, config, problems };
}

function regionsOf(value: string | undefined, problems: string[]): readonly string[] | "all" | undefined {
  if (value === undefined) return undefined;
  if (value.trim() === "all") return "all";
  const names = value.split(",").map((name) => name.trim());
  const withTools = Object.values(codeInterpreterKind.regions).flat();
  for (const name of names) {
    if (name === "") problems.push("--regions has an empty name: separate Regions by single commas");
    else if (!awsRegionNames.includes(name)) {
      const hint = nearestOf(name, awsRegionNames) || ` (with built-in tools: ${withTools.join(", ")}; or \`all\`)`;
      problems.push(`--regions: unknown Region "${name}"${hint}`);
    }
  }
  return [...new Set(names)];
}

const thresholdsOf = (config: Config): QuotaThresholds => {
  const { warning, critical } = config.thresholds ?? {};
  return {
    ...defaultThresholds,
    warning: {
      utilizationPct: warning?.utilizationPct ?? defaultThresholds.warning.utilizationPct,
      left: warning?.left ?? defaultThresholds.warning.left,
    },
    critical: {
      utilizationPct: critical?.utilizationPct ?? defaultThresholds.critical.utilizationPct,
      left: critical?.left ?? defaultThresholds.critical.left,
    },
  };
};
