import process from "node:process";
import * as z from "zod";
import { type Region, region } from "../core/kernel/ids.ts";
import { defaultThresholds, type QuotaThresholds } from "../core/quota/thresholds.ts";

/** What the stack tells each of its functions. */
interface SharedEnvironment {
  /** The product's. */
  readonly version: string;
  /** Where the function runs; its metrics, events and state are there. */
  readonly homeRegion: Region;
  /** Where its code is, and the configuration beside it. */
  readonly taskRoot: string;
  readonly table: string;
  readonly regions: readonly Region[] | "all";
  /** The function's own part of each operation's request rate. */
  readonly rateShare: number;
  readonly logLevel: "DEBUG" | "INFO" | "WARN" | "ERROR";
}

export interface ScanEnvironment extends SharedEnvironment {
  readonly thresholds: QuotaThresholds;
}

export interface AccountsEnvironment extends SharedEnvironment {
  readonly historyBucket: string;
}

export type SweepEnvironment = SharedEnvironment;

/** Reads the environment of what cleans up. Throws one error that names every problem. */
export const sweepEnvironment = (): SweepEnvironment => sharedOf(read(sharedSchema));

/** Reads the scan's environment. Throws one error that names every problem. */
export function scanEnvironment(): ScanEnvironment {
  const value = read(scanSchema);
  return {
    ...sharedOf(value),
    thresholds: {
      warning: { utilizationPct: value.SANDMETER_WARNING_PCT, left: value.SANDMETER_WARNING_LEFT },
      critical: { utilizationPct: value.SANDMETER_CRITICAL_PCT, left: value.SANDMETER_CRITICAL_LEFT },
      leftFromPct: defaultThresholds.leftFromPct,
    },
  };
}

/** Reads the environment of what keeps accounts. Throws one error that names every problem. */
export function accountsEnvironment(): AccountsEnvironment {
  const value = read(accountsSchema);
  return { ...sharedOf(value), historyBucket: value.SANDMETER_HISTORY_BUCKET };
}

/** The one place of this home that reads the process's environment. */
function read<T extends z.ZodType>(schema: T): z.output<T> {
  const parsed = schema.safeParse(process.env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
  throw new Error(
    `The function's environment is not usable: ${[...new Set(problems)].join("; ")}. The stack sets these variables: deploy it again.`,
  );
}

const sharedOf = (value: z.output<typeof sharedSchema>): SharedEnvironment => ({
  version: value.SANDMETER_VERSION,
  homeRegion: region(value.AWS_REGION),
  taskRoot: value.LAMBDA_TASK_ROOT,
  table: value.SANDMETER_TABLE,
  regions: value.SANDMETER_REGIONS === "all" ? "all" : value.SANDMETER_REGIONS.map(region),
  rateShare: value.SANDMETER_RATE_SHARE,
  logLevel: value.SANDMETER_LOG_LEVEL,
});

const set = z.string("is not set").trim().min(1, "is empty");
const wholeNumber = (max: number) =>
  set
    .transform(Number)
    .pipe(
      z.int(`must be a whole number from 0 to ${max}`).min(0, `must be at least 0`).max(max, `must be at most ${max}`),
    );
const regionName = z.string().regex(/^[a-z]{2,3}(-[a-z]+)+-\d$/, "must be Region names separated by commas, or all");

const sharedSchema = z.object({
  // Lambda's own; all others are set by the stack.
  AWS_REGION: set.pipe(regionName),
  LAMBDA_TASK_ROOT: set,
  SANDMETER_VERSION: set,
  SANDMETER_TABLE: set,
  SANDMETER_REGIONS: set
    .transform((text) => (text === "all" ? [] : text.split(",").map((name) => name.trim())))
    .pipe(z.array(regionName))
    .transform((names) => (names.length === 0 ? ("all" as const) : names)),
  SANDMETER_RATE_SHARE: set
    .transform(Number)
    .pipe(z.number("must be a number").gt(0, "must be above 0").max(1, "must be at most 1")),
  SANDMETER_LOG_LEVEL: z.enum(["DEBUG", "INFO", "WARN", "ERROR"], "must be DEBUG, INFO, WARN or ERROR"),
});

const accountsSchema = sharedSchema.extend({ SANDMETER_HISTORY_BUCKET: set });

const scanSchema = sharedSchema
  .extend({
    SANDMETER_WARNING_PCT: wholeNumber(100),
    SANDMETER_WARNING_LEFT: wholeNumber(1_000_000),
    SANDMETER_CRITICAL_PCT: wholeNumber(100),
    SANDMETER_CRITICAL_LEFT: wholeNumber(1_000_000),
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

/** Names of all variables that are read, for the test that holds them equal to what the stack sets. */
export const environmentNames = {
  scan: Object.keys(scanSchema.shape),
  accounts: Object.keys(accountsSchema.shape),
  sweep: Object.keys(sharedSchema.shape),
} as const;
