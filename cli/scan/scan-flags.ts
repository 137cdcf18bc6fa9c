import { type AwsSettings, readAwsSettings } from "../config/aws-settings.ts";
import { type DurationRange, durationOfFlag } from "../config/duration-flag.ts";
import { nearestOf } from "../config/nearest.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, VerbInput } from "../verb.ts";
import { type SessionOrder, sessionOrders } from "./shown-sessions.ts";

const formats = ["table", "json", "csv"] as const;
type ScanFormat = (typeof formats)[number];

export interface ScanFlags {
  readonly interpreter: string | null;
  readonly interpreters: boolean;
  readonly failOn: "warning" | "critical" | null;
  readonly format: ScanFormat;
  /** Null: by Region, the oldest first. */
  readonly order: SessionOrder | null;
  /** Only sessions of a greater age, which is kept as it was written; null: all. */
  readonly olderThan: { readonly ms: number; readonly text: string } | null;
  /** A state file of `watch`, whose ledger knows metered costs; true: the default one; null: bounds are enough. */
  readonly state: string | true | null;
}

export interface ScanInputRead {
  readonly settings: AwsSettings;
  readonly flags: ScanFlags;
  readonly problems: readonly string[];
}

/** The settings and flags of a scan, with all that is wrong with them. */
export async function readScanInput(
  options: VerbInput["options"],
  terminal: Pick<Terminal, "cwd" | "env">,
): Promise<ScanInputRead> {
  const { settings, problems } = await readAwsSettings(options, terminal);
  const own = readFlags(options);
  return { settings, flags: own.flags, problems: [...problems, ...own.problems] };
}

export const checkScan: CheckVerb = async (input, terminal) => (await readScanInput(input.options, terminal)).problems;

function readFlags(options: VerbInput["options"]): { readonly flags: ScanFlags; readonly problems: readonly string[] } {
  const { interpreter, failOn, state } = options;
  const level = failOn === "warning" || failOn === "critical" ? failOn : null;
  const problems = [
    ...(failOn === undefined || level !== null
      ? []
      : [`--fail-on must be \`warning\` or \`critical\`, not "${String(failOn)}"`]),
    ...(state === "" ? ["--state needs the name of a file, or none for the default one"] : []),
    ...(interpreter === "" ? ["--interpreter needs an id: see `sandmeter scan --interpreters`"] : []),
  ];
  const flags: ScanFlags = {
    interpreter: typeof interpreter === "string" ? interpreter : null,
    interpreters: options["interpreters"] === true,
    failOn: level,
    format: formatOf(options, problems),
    order: oneOf("--sort", options["sort"], sessionOrders, problems),
    olderThan: olderThanOf(options["olderThan"], problems),
    state: state === true || typeof state === "string" ? state : null,
  };
  if (flags.interpreters) {
    const ofSessions = { "--sort": flags.order !== null, "--older-than": flags.olderThan !== null };
    for (const [flag, given] of Object.entries({ ...ofSessions, "--format csv": flags.format === "csv" })) {
      if (given) problems.push(`${flag} is for sessions, and --interpreters shows none: leave one out`);
    }
  }
  return { flags, problems };
}

function formatOf(options: VerbInput["options"], problems: string[]): ScanFormat {
  const named = oneOf("--format", options["format"], formats, problems);
  if (options["json"] !== true) return named ?? "table";
  if (named !== null && named !== "json") problems.push(`--json is --format json: leave out --format ${named}`);
  return "json";
}

function oneOf<T extends string>(
  flag: string,
  value: VerbInput["options"][string],
  choices: readonly T[],
  problems: string[],
): T | null {
  if (typeof value !== "string") return null;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    problems.push(`${flag} must be one of ${choices.join(", ")}, not "${value}"${nearestOf(value, choices)}`);
  }
  return found ?? null;
}

function olderThanOf(value: VerbInput["options"][string], problems: string[]): ScanFlags["olderThan"] {
  if (typeof value !== "string") return null;
  const ms = durationOfFlag("--older-than", value, ages, problems);
  return ms === null ? null : { ms, text: value };
}

// A session lives for eight hours at most.
const ages: DurationRange = {
  leastMs: 1000,
  mostMs: 7 * 24 * 3_600_000,
  wanted: "from 1s to 7d, such as 30m or 4h",
  units: ["m", "h"],
};
