import { tmpdir } from "node:os";
import type { GbUnit } from "../../core/billing/gigabyte.ts";
import { type BillingRule, billingRules } from "../../core/billing/price-row.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import { UsageError } from "../cli-error.ts";
import { safeText } from "../render/safe-text.ts";
import type { VerbInput } from "../verb.ts";

export interface RateOptions {
  readonly files: readonly string[];
  /** Null leaves each price its own. */
  readonly rule: BillingRule | null;
  /** A price file laid over all others; null where none is named. */
  readonly prices: string | null;
  /** Null: that of the working folder, where it exists. */
  readonly config: string | null;
  readonly gb: GbUnit;
  readonly now: Instant;
  readonly idleVcpu: number;
  readonly threads: number;
  readonly memoryLimitBytes: number;
  readonly tempFolder: string;
  readonly top: number;
  readonly allProblems: boolean;
  readonly json: boolean;
}

/** Throws `UsageError` with every problem at once. `clock` is the time where --now gives none. */
export function readRateOptions(input: VerbInput, clock: () => Instant): RateOptions {
  const problems: string[] = [];
  const text = (name: string, fallback: string): string => {
    const value = input.options[name];
    return typeof value === "string" ? value : fallback;
  };
  const refuse = <T>(flag: string, value: string, wanted: string, fallback: T): T => {
    problems.push(`${flag} must be ${wanted}, not "${safeText(value)}"`);
    return fallback;
  };
  const choice = <T extends string>(flag: string, value: string, choices: readonly T[], fallback: T): T =>
    choices.find((item) => item === value) ?? refuse(flag, value, choices.join(" or "), fallback);
  const whole = (flag: string, value: string, least: number, most: number): number => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    return number >= least && number <= most
      ? number
      : refuse(flag, value, `a whole number from ${least} to ${most}`, least);
  };
  const decimal = (flag: string, value: string): number =>
    /^\d{1,6}(\.\d{1,9})?$/.test(value) ? Number(value) : refuse(flag, value, "a number such as 0.02", 0);
  const nowOf = (value: string): Instant =>
    instantOf(value) ?? refuse("--now", value, "an instant such as 2026-11-20T12:00:00Z", clock());

  if (input.arguments.length === 0) problems.push("name a file to rate, or - for the standard input");
  if (input.arguments.filter((name) => name === "-").length > 1)
    problems.push("the standard input can be read only once");
  const rule = input.options["rule"];
  const { now, prices, config } = input.options;
  const options: RateOptions = {
    files: input.arguments,
    rule: typeof rule === "string" ? choice("--rule", rule, billingRules, "2026-09") : null,
    prices: typeof prices === "string" ? prices : null,
    config: typeof config === "string" ? config : null,
    gb: choice("--gb", text("gb", "binary"), ["binary", "decimal"], "binary"),
    now: typeof now === "string" ? nowOf(now) : clock(),
    idleVcpu: decimal("--idle-level", text("idleLevel", "0.02")),
    threads: whole("--threads", text("threads", "1"), 1, 256),
    memoryLimitBytes: whole("--memory-limit", text("memoryLimit", "256"), 1, 1_000_000) * 1024 * 1024,
    tempFolder: text("temp", tmpdir()),
    top: whole("--top", text("top", "20"), 0, 999_999_999),
    allProblems: input.options["allProblems"] === true,
    json: input.options["json"] === true,
  };
  if (problems.length > 0) throw new UsageError(problems);
  return options;
}

const isoInstant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

function instantOf(text: string): Instant | null {
  const ms = isoInstant.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : instant(ms);
}
