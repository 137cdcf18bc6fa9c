import path from "node:path";
import { attributionOf } from "../../adapters/config/attribution-of.ts";
import { budgetsOf } from "../../adapters/config/budgets-of.ts";
import { parseStoredPlace, type StoredPlace } from "../../adapters/config/stored-place.ts";
import { placeOf, type UsageSettings, usageOf } from "../../adapters/config/usage-of.ts";
import type { Attribution } from "../../core/attribution/attribution.ts";
import type { Budget } from "../../core/budget/budget.ts";
import { CliError } from "../cli-error.ts";
import type { Config } from "../config/config-schema.ts";
import type { VerbInput } from "../verb.ts";
import { defaultHistoryFolder, defaultStateFile } from "../watch/state-file.ts";

/** Where the ledger is kept and what it is kept by: flags, then the configuration, then the defaults. */
export interface AccountsSettings extends UsageSettings {
  readonly stateFile: string;
  /** A deployment's table, which is read instead of the state file; null: none is named. */
  readonly table: string | null;
  readonly history: StoredPlace;
  /** Data events that say who started a session; null: not known. */
  readonly trail: StoredPlace | null;
  readonly attribution: Attribution;
  readonly budgets: readonly Budget[];
}

/** Reads the flags `--state`, `--table` and `--history` over the configuration; what is wrong with them goes to `problems`. */
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
  const table = text("table");
  const stateFile =
    state !== null && state !== ""
      ? path.resolve(cwd, state)
      : table === null
        ? usualStateFile(env, platform, problems)
        : "";
  const named = text("history");
  if (table !== null) problems.push(...tableProblems(table, state !== null, (named ?? history) !== undefined));
  const place = parseStoredPlace(named ?? history ?? defaultHistoryFolder(stateFile));
  if (typeof place === "string") problems.push(`--history ${place}`);
  return {
    ...usageOf(usage ?? {}),
    stateFile,
    table,
    history:
      typeof place === "string" ? { kind: "folder", folder: defaultHistoryFolder(stateFile) } : resolved(place, cwd),
    trail: placeOf(trail),
    attribution: attributionOf(config.attribution ?? []),
    budgets: budgetsOf(config.budgets ?? []),
  };
}

// Amazon DynamoDB developer guide, "Supported data types and naming rules", read 2026-11.
const tableName = /^[A-Za-z0-9_.-]{3,255}$/;

function tableProblems(table: string, hasState: boolean, hasHistory: boolean): readonly string[] {
  return [
    ...(tableName.test(table)
      ? []
      : [
          "--table must be the name of a DynamoDB table, as the deployment prints it: 3 to 255 of a-z, A-Z, 0-9, _, . and -",
        ]),
    ...(hasState ? ["--table and --state name two places of the same: leave one out"] : []),
    ...(hasHistory
      ? []
      : ["--table needs --history s3://BUCKET, or `history` in the configuration: the deployment's bucket"]),
  ];
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

const resolved = (place: StoredPlace, cwd: string): StoredPlace =>
  place.kind === "folder" ? { kind: "folder", folder: path.resolve(cwd, place.folder) } : place;
