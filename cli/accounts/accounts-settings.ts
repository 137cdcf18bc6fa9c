import path from "node:path";
import type { Attribution } from "../../core/attribution/attribution.ts";
import type { MeterSettings } from "../../core/billing/meter-rows.ts";
import type { Budget } from "../../core/budget/budget.ts";
import { CliError } from "../cli-error.ts";
import { attributionOf } from "../config/attribution-of.ts";
import { budgetsOf } from "../config/budgets-of.ts";
import type { Config } from "../config/config-schema.ts";
import { parseDuration } from "../config/duration.ts";
import { parseStoredPlace, type StoredPlace } from "../config/stored-place.ts";
import type { VerbInput } from "../verb.ts";
import { defaultHistoryFolder, defaultStateFile } from "../watch/state-file.ts";

/** Where the ledger is kept and what it is kept by: flags, then the configuration, then the defaults. */
export interface AccountsSettings {
  /** Null: where the account's deliveries of usage logs say. */
  readonly usageFrom: StoredPlace | null;
  /** A log group's name with `${interpreter}`, for interpreters whose group nothing else names. */
  readonly logGroup: string | null;
  readonly aggregateAbove: number;
  readonly backfillMs: number;
  readonly stateFile: string;
  readonly history: StoredPlace;
  /** Data events that say who started a session; null: not known. */
  readonly trail: StoredPlace | null;
  readonly meter: MeterSettings;
  readonly attribution: Attribution;
  readonly budgets: readonly Budget[];
}

const defaultAggregateAbove = 2000;
const defaultBackfillMs = 24 * 3_600_000;

/** Reads the flags `--state` and `--history` over the configuration; what is wrong with them goes to `problems`. */
export function accountsSettingsOf(
  config: Config,
  options: VerbInput["options"],
  surroundings: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly platform: string;
  },
  problems: string[],
): AccountsSettings {
  const { cwd, env, platform } = surroundings;
  const { usage, history, trail } = config;
  const text = (name: string): string | null => (typeof options[name] === "string" ? options[name] : null);
  const state = text("state");
  if (state === "") problems.push("--state needs the name of a file");
  const stateFile = state === null || state === "" ? usualStateFile(env, platform, problems) : path.resolve(cwd, state);
  const named = text("history");
  const place = parseStoredPlace(named ?? history ?? defaultHistoryFolder(stateFile));
  if (typeof place === "string") problems.push(`--history ${place}`);
  return {
    usageFrom: placeOf(usage?.from),
    logGroup: usage?.logGroup ?? null,
    aggregateAbove: usage?.aggregateAbove ?? defaultAggregateAbove,
    backfillMs: parseDuration(usage?.backfill ?? "") ?? defaultBackfillMs,
    stateFile,
    history:
      typeof place === "string" ? { kind: "folder", folder: defaultHistoryFolder(stateFile) } : resolved(place, cwd),
    trail: placeOf(trail),
    meter: { gb: usage?.gb ?? "binary", idleVcpu: usage?.idleVcpu ?? 0.02, unpricedRule: "2026-09" },
    attribution: attributionOf(config.attribution ?? []),
    budgets: budgetsOf(config.budgets ?? []),
  };
}

function usualStateFile(env: Parameters<typeof defaultStateFile>[0], platform: string, problems: string[]): string {
  try {
    return defaultStateFile(env, platform);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    problems.push(error.message);
    return "";
  }
}

/** What the schema has checked. */
function placeOf(text: string | undefined): StoredPlace | null {
  const place = text === undefined ? null : parseStoredPlace(text);
  return typeof place === "string" ? null : place;
}

const resolved = (place: StoredPlace, cwd: string): StoredPlace =>
  place.kind === "folder" ? { kind: "folder", folder: path.resolve(cwd, place.folder) } : place;
