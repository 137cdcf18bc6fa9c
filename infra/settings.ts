import * as z from "zod";
import { defaultThresholds, type QuotaThresholds } from "../core/quota/thresholds.ts";

import { type UsagePlaces, usualUsageGroups } from "./access-usage.ts";

/** What may differ between deployments. Everything else about the stack is fixed in the files beside this one. */
export interface Settings {
  /** Regions to scan; `all`: every Region that has Code Interpreter; null: only the one that the monitor lives in. */
  readonly regions: readonly string[] | "all" | null;
  readonly everyMinutes: number;
  /** Share of each operation's request-rate quota, which production callers have to live with. */
  readonly rateShare: number;
  readonly thresholds: QuotaThresholds;
  /** Who hears of alarms; null: the topic has no subscriber yet. */
  readonly alarmEmail: string | null;
  /** Whether one slot of the account's Lambda concurrency is set aside, so that passes never overlap. */
  readonly reserveConcurrency: boolean;
  readonly logLevel: "DEBUG" | "INFO" | "WARN" | "ERROR";
  readonly accountsEveryMinutes: number;
  readonly usage: Omit<UsagePlaces, "trailBucket">;
  /** Files, named from the project's folder. Null: the usual configuration where it exists, and no other prices. */
  readonly configFile: string | null;
  readonly pricesFile: string | null;
}

const wholeNumber = (min: number, max: number, fallback: number) => {
  const wanted = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(wanted).int(wanted).min(min, wanted).max(max, wanted).default(fallback);
};

const share = "must be a number above 0 and at most 1, such as 0.2";
const regionName = z
  .string()
  .regex(/^[a-z]{2,3}(-[a-z]+)+-\d$/, "must be Region names such as us-east-1, separated by commas, or all");
const regions = z
  .string()
  .transform((text) => (text === "all" ? [] : text.split(",").map((name) => name.trim())))
  .pipe(z.array(regionName))
  .transform((names) => (names.length === 0 ? ("all" as const) : [...new Set(names)].sort()));

/** Texts separated by commas. */
const list = (pattern: RegExp, wanted: string) =>
  z
    .string()
    .transform((text) => [...new Set(text.split(",").map((name) => name.trim()))].sort())
    .pipe(z.array(z.string().regex(pattern, wanted)));
const logGroups = list(
  /^[\w./#*-]{2,512}$/,
  "must be names of log groups, with * for any run of characters, separated by commas",
);
const buckets = list(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be names of buckets, separated by commas");

const schema = z
  .object({
    SANDMETER_REGIONS: regions.optional(),
    SANDMETER_EVERY_MINUTES: wholeNumber(1, 60, 5),
    SANDMETER_RATE_SHARE: z.coerce.number(share).gt(0, share).max(1, share).default(0.2),
    SANDMETER_WARNING_PCT: wholeNumber(1, 100, defaultThresholds.warning.utilizationPct),
    SANDMETER_WARNING_LEFT: wholeNumber(0, 1_000_000, defaultThresholds.warning.left),
    SANDMETER_CRITICAL_PCT: wholeNumber(1, 100, defaultThresholds.critical.utilizationPct),
    SANDMETER_CRITICAL_LEFT: wholeNumber(0, 1_000_000, defaultThresholds.critical.left),
    SANDMETER_ALARM_EMAIL: z.email("must be an e-mail address").optional(),
    SANDMETER_RESERVE_CONCURRENCY: z.enum(["true", "false"], "must be true or false").default("true"),
    SANDMETER_LOG_LEVEL: z
      .enum(["DEBUG", "INFO", "WARN", "ERROR"], "must be DEBUG, INFO, WARN or ERROR")
      .default("INFO"),
    SANDMETER_ACCOUNTS_EVERY_MINUTES: wholeNumber(5, 60, 15),
    SANDMETER_USAGE_LOG_GROUPS: logGroups.default([usualUsageGroups]),
    SANDMETER_USAGE_BUCKETS: buckets.default([]),
    SANDMETER_CONFIG: z.string().optional(),
    SANDMETER_PRICES_FILE: z.string().optional(),
  })
  // Written so that a value which is no number, and was reported as such, is not reported again.
  .refine((value) => !(value.SANDMETER_WARNING_PCT >= value.SANDMETER_CRITICAL_PCT), {
    path: ["SANDMETER_WARNING_PCT"],
    message: "must be below SANDMETER_CRITICAL_PCT: a warning comes first",
    when: () => true,
  })
  .refine((value) => !(value.SANDMETER_WARNING_LEFT <= value.SANDMETER_CRITICAL_LEFT), {
    path: ["SANDMETER_WARNING_LEFT"],
    message: "must be above SANDMETER_CRITICAL_LEFT: a warning comes first",
    when: () => true,
  });

/** Names of all settings, for the documentation's test. */
export const settingNames: readonly string[] = Object.keys(schema.shape);

/** Reads the deployment's settings. Throws one error that names every wrong one, before anything is deployed. */
export function settingsOf(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.entries(environment).filter(([name, text]) => name.startsWith("SANDMETER_") && text !== "");
  const strangers = given.map(([name]) => name).filter((name) => !settingNames.includes(name));
  const parsed = schema.safeParse(Object.fromEntries(given));
  const problems = [
    ...strangers.map((name) => `${name} is not a setting (settings: ${settingNames.join(", ")})`),
    ...(parsed.error?.issues ?? []).map((issue) => `${String(issue.path[0])} ${issue.message}`),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new Error(`The settings of this deployment are not usable:\n${[...new Set(problems)].join("\n")}`);
  }
  const value = parsed.data;
  return {
    regions: value.SANDMETER_REGIONS ?? null,
    everyMinutes: value.SANDMETER_EVERY_MINUTES,
    rateShare: value.SANDMETER_RATE_SHARE,
    thresholds: {
      warning: { utilizationPct: value.SANDMETER_WARNING_PCT, left: value.SANDMETER_WARNING_LEFT },
      critical: { utilizationPct: value.SANDMETER_CRITICAL_PCT, left: value.SANDMETER_CRITICAL_LEFT },
      leftFromPct: defaultThresholds.leftFromPct,
    },
    alarmEmail: value.SANDMETER_ALARM_EMAIL ?? null,
    reserveConcurrency: value.SANDMETER_RESERVE_CONCURRENCY === "true",
    logLevel: value.SANDMETER_LOG_LEVEL,
    accountsEveryMinutes: value.SANDMETER_ACCOUNTS_EVERY_MINUTES,
    usage: { logGroups: value.SANDMETER_USAGE_LOG_GROUPS, buckets: value.SANDMETER_USAGE_BUCKETS },
    configFile: value.SANDMETER_CONFIG ?? null,
    pricesFile: value.SANDMETER_PRICES_FILE ?? null,
  };
}
