import { parseDuration } from "../../adapters/config/duration.ts";
import type { SweptMember } from "../../core/cleanup/backtest/backtest-sweep.ts";
import type { TelemetryLag } from "../../core/cleanup/backtest/backtest-types.ts";
import { instantOfIso } from "../../core/kernel/calendar.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { durationOfFlag } from "../config/duration-flag.ts";
import { nearestOf } from "../config/nearest.ts";
import { safeText } from "../render/safe-text.ts";
import type { VerbInput } from "../verb.ts";

export interface SweptValue {
  readonly member: SweptMember;
  /** As it was written. */
  readonly text: string;
  readonly valueMs: number;
}

export interface BacktestOptions {
  readonly usage: readonly string[];
  readonly calls: readonly string[];
  readonly from: Instant | null;
  readonly until: Instant | null;
  readonly swept: readonly SweptValue[];
  readonly everyMs: number;
  readonly lag: TelemetryLag;
  readonly format: "table" | "json" | "csv";
}

/** The place that means the account itself. */
export const accountPlace = "aws";
const members: readonly SweptMember[] = ["idleAfter", "minAge", "maxAge"];
const dayMs = 86_400_000;
/** What an account is asked for at once: more is thousands of requests. */
const mostDays = 14;

/** Reads the flags that are `backtest`'s own; what is wrong with them goes to `problems`. */
export function readBacktestOptions(options: VerbInput["options"], problems: string[]): BacktestOptions {
  const text = (name: string, fallback: string): string =>
    typeof options[name] === "string" ? options[name] : fallback;
  const list = (name: string): readonly string[] => {
    const value = options[name];
    return Array.isArray(value) ? (value as readonly string[]) : [];
  };
  const at = (name: "from" | "to"): Instant | null => {
    const value = options[name];
    if (typeof value !== "string") return null;
    const found = instantOfIso(value);
    if (found === null)
      problems.push(`--${name} must be an instant such as 2026-11-20T12:00:00Z or a day, not "${safeText(value)}"`);
    return found;
  };
  const [usage, calls] = [list("usage"), list("calls")];
  if (usage.length === 0)
    problems.push("--usage is missing: name files, folders or buckets of usage records, or `aws`");
  if ([...usage, ...calls].includes("")) problems.push("--usage and --calls need the name of a place");
  const [from, until] = [at("from"), at("to")];
  if (from !== null && until !== null && from >= until) problems.push("--from must be before --to");
  if ([...usage, ...calls].includes(accountPlace)) {
    if (from === null || until === null)
      problems.push("`aws` needs --from and --to: it reads no more than it is asked for");
    else if (until - from > mostDays * dayMs)
      problems.push(`\`aws\` reads ${mostDays} days at most: move --from or --to`);
  }
  if (options["json"] === true && options["csv"] === true) problems.push("--json and --csv exclude each other");
  const every = durationOfFlag(
    "--every",
    text("every", "5m"),
    { leastMs: 1000, mostMs: dayMs, wanted: "from 1s to 24h, such as 5m", units: ["m", "s"] },
    problems,
  );
  return {
    usage,
    calls,
    from,
    until,
    swept: list("sweep").flatMap((item) => sweptOf(item, problems)),
    everyMs: every ?? 1,
    lag: lagOf(text("lag", "20m-60m"), text("delivery", "streaming"), problems),
    format: options["json"] === true ? "json" : options["csv"] === true ? "csv" : "table",
  };
}

function sweptOf(text: string, problems: string[]): readonly SweptValue[] {
  const [name = "", ...rest] = text.split("=");
  const values = rest.join("=");
  const member = members.find((known) => known === name);
  if (member === undefined || values === "") {
    const hint = member === undefined ? nearestOf(name, members) : "";
    problems.push(
      `--sweep must be one of ${members.join(", ")} with values, such as idleAfter=5m,10m, not "${safeText(text)}"${hint}`,
    );
    return [];
  }
  return values.split(",").flatMap((value) => {
    const valueMs = parseDuration(value.trim());
    if (valueMs !== null && valueMs <= 7 * dayMs && (valueMs > 0 || member === "minAge")) {
      return [{ member, text: value.trim(), valueMs }];
    }
    problems.push(`--sweep ${member}: "${safeText(value)}" is no time such as 90s, 10m or 1h`);
    return [];
  });
}

function lagOf(range: string, delivery: string, problems: string[]): TelemetryLag {
  const [least = "", most = least, ...more] = range.split("-");
  const [leastMs, mostMs] = [parseDuration(least), parseDuration(most)];
  const isRange = more.length === 0 && leastMs !== null && mostMs !== null && leastMs <= mostMs && mostMs <= dayMs;
  if (!isRange) problems.push(`--lag must be two times such as 20m-60m, the shorter first, not "${safeText(range)}"`);
  return {
    atTeardown: teardownOf(delivery, problems),
    leastMs: leastMs ?? 0,
    mostMs: mostMs ?? 0,
  };
}

/** `at-teardown=ID,ID` is about these interpreters alone. */
function teardownOf(delivery: string, problems: string[]): TelemetryLag["atTeardown"] {
  const [how = "", ...rest] = delivery.split("=");
  const names = rest.length === 0 ? undefined : rest.join("=");
  if (how === "streaming" && names === undefined) return "none";
  const ids = (names ?? "").split(",").map((id) => id.trim());
  if (how === "at-teardown" && names === undefined) return "all";
  if (how === "at-teardown" && !ids.includes("")) return new Set(ids);
  const hint = nearestOf(how, ["streaming", "at-teardown"]);
  problems.push(
    `--delivery must be streaming, at-teardown, or at-teardown=INTERPRETER,…, not "${safeText(delivery)}"${hint}`,
  );
  return "none";
}
