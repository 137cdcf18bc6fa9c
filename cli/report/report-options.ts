import type { Attribution } from "../../core/attribution/attribution.ts";
import { instantOfIso, startOfMonth } from "../../core/kernel/calendar.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { fixedDimensions } from "../../core/reporting/cost-groups.ts";
import { type DurationRange, durationOfFlag } from "../config/duration-flag.ts";
import { nearestOf } from "../config/nearest.ts";
import type { VerbInput } from "../verb.ts";
import { focusFileProblem } from "./focus-file.ts";

type ReportFormat = "table" | "json" | "csv" | "focus";

export interface ReportOptions {
  readonly from: Instant;
  readonly until: Instant;
  /** The month that the window is, such as 2026-11; null where it is another window. */
  readonly month: string | null;
  readonly groupBy: readonly string[];
  readonly format: ReportFormat;
  readonly json: boolean;
  readonly out: string | null;
  readonly top: number;
  /** Null: all. */
  readonly accounts: readonly string[] | null;
  readonly regions: readonly string[] | null;
  /** focus: the account that AWS bills; null: each account itself. */
  readonly billingAccount: string | null;
}

const hourMs = 3_600_000;
const formats: readonly ReportFormat[] = ["table", "json", "csv", "focus"];
const mostTop = 1000;

/** Reads the flags that are `report`'s own, and gathers what is wrong with them. */
export function readReportOptions(
  options: VerbInput["options"],
  attribution: Attribution,
  now: Instant,
): { readonly report: ReportOptions; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const text = (name: string): string | null => (typeof options[name] === "string" ? options[name] : null);
  const format = formatOf(text("format"), options["json"] === true, problems);
  const out = text("out");
  if (format === "focus" && out === null) problems.push("--format focus needs --out FILE.csv or --out FILE.parquet");
  if (format === "focus" && out !== null) {
    const problem = focusFileProblem(out);
    if (problem !== null) problems.push(problem);
  }
  if (format !== "focus" && out !== null) {
    problems.push("--out is for --format focus: send other formats to a file with `> FILE`");
  }
  return {
    report: {
      ...windowOf({ from: text("from"), to: text("to"), month: text("month"), last: text("last") }, now, problems),
      groupBy: dimensionsOf(text("groupBy") ?? "interpreter", attribution, problems),
      format,
      json: format === "json" || options["json"] === true,
      out,
      top: topOf(text("top") ?? "5", problems),
      accounts: accountsOf(text("accounts"), problems),
      // Their names are looked at with the settings of AWS, as those of every verb.
      regions: text("regions")?.trim() === "all" ? null : listOf(text("regions")),
      billingAccount: billingAccountOf(text("billingAccount"), format, problems),
    },
    problems,
  };
}

function formatOf(named: string | null, json: boolean, problems: string[]): ReportFormat {
  if (named === null) return json ? "json" : "table";
  const format = formats.find((known) => known === named);
  if (format === undefined) {
    problems.push(`--format: unknown format "${named}"${nearestOf(named, formats)} (formats: ${formats.join(", ")})`);
    return "table";
  }
  if (json && (format === "table" || format === "csv")) {
    problems.push(`--json and --format ${format} are two formats: leave one out`);
  }
  return format;
}

function billingAccountOf(text: string | null, format: ReportFormat, problems: string[]): string | null {
  if (text === null) return null;
  if (!/^\d{12}$/.test(text)) problems.push(`--billing-account must be an account id of 12 digits, not "${text}"`);
  if (format !== "focus") problems.push("--billing-account is for --format focus: other formats name no payer");
  return text;
}

interface NamedWindow {
  readonly from: string | null;
  readonly to: string | null;
  readonly month: string | null;
  readonly last: string | null;
}

/** Half open, in whole hours of UTC; without any flag, this month up to now. */
function windowOf(
  { from, to, month, last }: NamedWindow,
  now: Instant,
  problems: string[],
): Pick<ReportOptions, "from" | "until" | "month"> {
  const nextHour = plusMs(hourOf(now), hourMs);
  const ways = [
    month === null ? null : "--month",
    last === null ? null : "--last",
    (from ?? to) ? "--from/--to" : null,
  ];
  const named = ways.filter((way) => way !== null);
  if (named.length > 1) problems.push(`${named.join(" and ")} name two windows: leave one out`);
  const usual = { from: startOfMonth(now), until: nextHour, month: null };
  if (month !== null) {
    const start = monthOf(month);
    if (start === null) {
      problems.push(`--month must be a month such as 2026-11, not "${month}"`);
      return usual;
    }
    if (start > now) problems.push(`--month ${month} has not begun`);
    return { from: start, until: startOfMonth(start, 1), month };
  }
  if (last !== null) {
    const ms = durationOfFlag("--last", last, lastRange, problems);
    if (ms === null) return usual;
    return { from: hourOf(plusMs(nextHour, -ms)), until: nextHour, month: null };
  }
  const start = from === null ? usual.from : instantAt("--from", from, problems);
  const end = to === null ? nextHour : instantAt("--to", to, problems);
  if (start !== null && end !== null && start >= end)
    problems.push("--from must be before --to, which is not part of the window");
  return { from: start ?? usual.from, until: end ?? nextHour, month: null };
}

const lastRange: DurationRange = {
  leastMs: hourMs,
  mostMs: 400 * 24 * hourMs,
  wanted: "from 1h to 400d, such as 24h or 7d",
  units: ["h", "d"],
};

/** The first instant of a month such as `2026-11`; null where it is none. */
export const monthOf = (text: string): Instant | null =>
  /^\d{4}-\d{2}$/.test(text) ? instantOfIso(`${text}-01`) : null;

function instantAt(flag: string, text: string, problems: string[]): Instant | null {
  const at = instantOfIso(text);
  if (at === null || at % hourMs !== 0) {
    problems.push(
      `${flag} must be a day such as 2026-11-20, or a whole hour such as 2026-11-20T12:00:00Z, not "${text}"`,
    );
    return null;
  }
  return at;
}

const hourOf = (at: Instant): Instant => instant(Math.floor(at / hourMs) * hourMs);

function dimensionsOf(text: string, { labels }: Attribution, problems: string[]): readonly string[] {
  if (text.trim() === "") return [];
  const known = [...fixedDimensions, ...labels];
  const names = [...new Set(text.split(",").map((name) => name.trim()))];
  for (const name of names) {
    if (known.includes(name)) continue;
    if (name === "") {
      problems.push("--group-by has an empty name: separate dimensions by single commas");
      continue;
    }
    const none = labels.length === 0 ? "; labels come from the attribution rules of the configuration" : "";
    problems.push(
      `--group-by: unknown dimension "${name}"${nearestOf(name, known)} (dimensions: ${known.join(", ")}${none})`,
    );
  }
  return names;
}

function topOf(text: string, problems: string[]): number {
  if (/^\d{1,4}$/.test(text) && Number(text) <= mostTop) return Number(text);
  problems.push(`--top must be a whole number from 0 to ${mostTop}, not "${text}"`);
  return 0;
}

function accountsOf(text: string | null, problems: string[]): readonly string[] | null {
  const accounts = listOf(text);
  for (const account of accounts ?? []) {
    if (!/^\d{12}$/.test(account)) problems.push(`--accounts must be account ids of 12 digits, not "${account}"`);
  }
  return accounts;
}

const listOf = (text: string | null): readonly string[] | null =>
  text === null ? null : [...new Set(text.split(",").map((item) => item.trim()))];
