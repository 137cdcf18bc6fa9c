import { awsRegionNames } from "../../adapters/aws/regions.ts";
import { type DurationRange, durationOfFlag } from "../config/duration-flag.ts";
import { nearestOf } from "../config/nearest.ts";
import type { VerbInput } from "../verb.ts";

export interface WatchOptions extends Publishing {
  readonly everyMs: number;
  /** Null: until Ctrl-C. */
  readonly passes: number | null;
  /** How often usage records are read and costs are kept; null: never. */
  readonly accountsEveryMs: number | null;
  readonly json: boolean;
}

export interface Publishing {
  /** Null: the profile's Region. */
  readonly publishRegion: string | null;
  readonly publish: boolean;
}

/** Reads the flags that are `watch`'s own, and gathers what is wrong with them. */
export function readWatchOptions(options: VerbInput["options"]): {
  readonly watch: WatchOptions;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const text = (name: string): string | null => {
    const value = options[name];
    return typeof value === "string" ? value : null;
  };
  const once = options["once"] === true;
  const passes = readCount("--passes", text("passes"), problems);
  if (once && text("passes") !== null) problems.push("--once is --passes 1: name one of the two");
  const publishing = readPublishing(options, problems);
  return {
    watch: {
      everyMs: readDuration("--every", text("every") ?? "60s", problems),
      passes: once ? 1 : passes,
      ...publishing,
      accountsEveryMs: readAccountsEvery(options, problems),
      json: options["json"] === true,
    },
    problems,
  };
}

function readAccountsEvery(options: VerbInput["options"], problems: string[]): number | null {
  const named = options["accountsEvery"];
  if (options["accounts"] !== false) return readDuration("--accounts-every", String(named ?? "5m"), problems);
  if (typeof named === "string") {
    problems.push("--accounts-every says how often costs are kept and --no-accounts says never: leave one out");
  }
  return null;
}

/** Whether and where to publish; what is wrong with the flags goes to `problems`. */
export function readPublishing(options: VerbInput["options"], problems: string[]): Publishing {
  const publishRegion = readPublishRegion(options["publishRegion"], problems);
  const publish = options["publish"] !== false;
  if (!publish && publishRegion !== null) {
    problems.push("--publish-region says where to publish and --no-publish says not to: leave one out");
  }
  return { publishRegion, publish };
}

/** Null where the flag was not given. */
export function readPublishRegion(value: VerbInput["options"][string], problems: string[]): string | null {
  if (typeof value !== "string") return null;
  if (!awsRegionNames.includes(value)) {
    problems.push(`--publish-region: unknown Region "${value}"${nearestOf(value, awsRegionNames)}`);
  }
  return value;
}

const range: DurationRange = {
  leastMs: 1000,
  mostMs: 24 * 3_600_000,
  wanted: "from 1s to 24h, such as 60s or 5m",
  units: ["s", "m"],
};

const readDuration = (flag: string, text: string, problems: string[]): number =>
  durationOfFlag(flag, text, range, problems) ?? range.leastMs;

function readCount(flag: string, text: string | null, problems: string[]): number | null {
  if (text === null) return null;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  problems.push(`${flag} must be a whole number from 1 on, not "${text}"`);
  return null;
}
