import { UsageError } from "../cli-error.ts";
import type { VerbInput } from "../verb.ts";
import { type UnknownOverrides, unknownOverrides } from "./unknown-options.ts";

export interface EmulateOptions {
  readonly port: number;
  readonly fleet: string;
  readonly seed: number;
  readonly speed: number;
  /** Null: now. */
  readonly startAt: number | null;
  readonly requestsPerSecond: number;
  readonly unknowns: UnknownOverrides;
  /** Null: until Ctrl-C. */
  readonly forSeconds: number | null;
  readonly json: boolean;
}

/** The options, or every problem in them at once. */
export function emulateOptions({ options }: VerbInput): EmulateOptions {
  const problems: string[] = [];
  const text = (name: string): string => String(options[name] ?? "");
  const whole = (flag: string, name: string, min: number, max: number): number => {
    const value = /^\d{1,15}$/.test(text(name)) ? Number(text(name)) : Number.NaN;
    if (value >= min && value <= max) return value;
    problems.push(`${flag} must be a whole number from ${min} to ${max}, not "${text(name)}"`);
    return min;
  };
  const unknowns = unknownOverrides(asList(options["unknown"]));
  const read = {
    port: whole("--port", "port", 0, 65_535),
    fleet: text("fleet"),
    seed: whole("--seed", "seed", 0, 2 ** 31),
    speed: speedOf(text("clock"), problems),
    startAt: options["start"] === undefined ? null : startOf(text("start"), problems),
    requestsPerSecond: whole("--requests-per-second", "requestsPerSecond", 1, 1_000_000),
    unknowns: unknowns.overrides,
    forSeconds: options["for"] === undefined ? null : whole("--for", "for", 1, 2_000_000),
    json: options["json"] === true,
  };
  problems.push(...unknowns.problems);
  if (problems.length > 0) throw new UsageError(problems);
  return read;
}

function speedOf(mode: string, problems: string[]): number {
  if (mode === "real") return 1;
  if (mode === "manual") return 0;
  const factor = Number(/^x(\d+(?:\.\d+)?)$/.exec(mode)?.[1]);
  if (factor > 0 && factor <= 1_000_000) return factor;
  problems.push(`--clock must be real, manual, or x and a factor up to 1000000 such as x60, not "${mode}"`);
  return 1;
}

function startOf(text: string, problems: string[]): number {
  const at = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isFinite(at)) return at;
  problems.push(`--start must be an instant with its zone such as 2026-11-20T12:00:00Z, not "${text}"`);
  return 0;
}

const asList = (value: VerbInput["options"][string]): readonly string[] => (Array.isArray(value) ? value : []);
