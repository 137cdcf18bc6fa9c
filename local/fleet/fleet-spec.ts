import { z } from "zod";
import { plannedProfiles } from "./activity.ts";

/** The format of a fleet, documented in docs/embedded-aws-fleets.md. All times are seconds from the start of the clock. */
const rangeOf = (low: number, high: number) => {
  const seconds = z.number().min(low).max(high);
  const isRising = ([from, to]: readonly [number, number]): boolean => from <= to;
  return z.union([
    seconds,
    z.tuple([seconds, seconds]).refine(isRising, "must run from the lower to the higher number"),
  ]);
};
/** Ten years back, a year ahead. */
const instant = rangeOf(-315_576_000, 31_557_600);
const wholeSeconds = z.int().min(1).max(28_800);
/** The first account of a fleet that names none. */
export const defaultAccount = "111122223333";
const account = z.string().regex(/^[0-9]{12}$/, "must be 12 digits");
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, "must be a Region's name, such as us-east-1");

const sessionGroup = z.strictObject({
  interpreter: z.string().min(1),
  profile: z.enum(plannedProfiles),
  count: z.int().min(1).max(100_000),
  createdSeconds: instant,
  timeoutSeconds: z.union([wholeSeconds, z.array(wholeSeconds).min(1)]).default(900),
  stopAfterSeconds: rangeOf(0, 86_400).nullable().default(null),
  names: z.array(z.string().min(1).max(100)).default([]),
  bootLeadSeconds: rangeOf(0, 2580).default(0),
  /** Null: once a session of this group is over, its caller wants no other. */
  reusedAfterSeconds: rangeOf(0, 86_400).nullable().default(null),
  reusedTimes: z.int().min(1).max(1000).default(1),
});

const bucketName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "must be a bucket's name: 3 to 63 lower-case letters, digits, dots or hyphens",
  );
const inBucket = z.strictObject({
  bucket: bucketName,
  prefix: z.string().max(200).default(""),
});

/** What CloudWatch Logs accepts as days of retention. */
const retentionDays = z.literal([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);
const inLogGroup = z.strictObject({
  logGroup: z
    .string()
    .regex(/^[.\-_/#A-Za-z0-9]{1,512}$/, "must be a log group's name")
    .nullable()
    .default(null),
  retentionDays: retentionDays.nullable().default(null),
  state: z.enum(["present", "missing", "unreadable"]).default("present"),
});
const usageLogs = z.union([z.boolean(), inBucket, inLogGroup]);
const usageDelivery = z.enum(["streaming", "at-teardown"]).nullable().default(null);
const applicationLogs = z.union([z.boolean(), inLogGroup]).default(false);

const interpreter = z.strictObject({
  name: z
    .string()
    .regex(/^[a-zA-Z][a-zA-Z0-9_]{0,47}$/, "must be a letter and up to 47 letters, digits or underscores"),
  id: z
    .string()
    .regex(/^[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10}$/, "must be the name, a hyphen and ten letters or digits")
    .nullable()
    .default(null),
  description: z.string().min(1).max(4096).nullable().default(null),
  networkMode: z.enum(["SANDBOX", "PUBLIC", "VPC"]).default("SANDBOX"),
  status: z.enum(["CREATING", "CREATE_FAILED", "READY", "DELETING", "DELETE_FAILED"]).default("READY"),
  createdSeconds: instant.default(-7 * 86_400),
  usageLogs: usageLogs.default(true),
  /** Null: as the world's switch says. */
  usageDelivery,
  applicationLogs,
  traces: z.boolean().default(false),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}),
});

const quotas = z.strictObject({
  sessions: z.int().min(0).nullable().default(null),
  interpreters: z.int().min(0).nullable().default(null),
});

const place = z.strictObject({
  account: account.nullable().default(null),
  region,
  systemUsageLogs: usageLogs.default(true),
  systemUsageDelivery: usageDelivery,
  systemApplicationLogs: applicationLogs,
  systemTraces: z.boolean().default(false),
  appliedQuotas: quotas.default({ sessions: null, interpreters: null }),
  /** Delivers the data events of sessions; null: no trail has them turned on. */
  trail: inBucket.nullable().default(null),
  /** Billed usage over metered usage. */
  billDrift: z.number().min(0).max(10).default(1),
  interpreters: z.array(interpreter).default([]),
  sessions: z.array(sessionGroup).default([]),
});

export const fleetSpec = z.strictObject({
  firstAccount: account.default(defaultAccount),
  /** Opt-in Regions that every account has turned on. */
  optedInRegions: z.array(region).default([]),
  places: z.array(place).default([]),
});

/** As written in a file: what has a default may be left out. */
export type FleetInput = z.input<typeof fleetSpec>;
export type PlaceInput = z.input<typeof place>;
export type FleetSpec = z.output<typeof fleetSpec>;
export type PlaceSpec = FleetSpec["places"][number];
export type InterpreterSpec = PlaceSpec["interpreters"][number];
export type UsageLogsSpec = PlaceSpec["systemUsageLogs"];
export type ApplicationLogsSpec = PlaceSpec["systemApplicationLogs"];
export type SessionGroupSpec = PlaceSpec["sessions"][number];
export type Range = number | readonly [number, number];
