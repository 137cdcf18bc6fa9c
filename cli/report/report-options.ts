import type { Attribution } from "../../core/attribution/attribution.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { fixedDimensions } from "../../core/reporting/cost-groups.ts";
import { nearestOf } from "../config/nearest.ts";
import type { VerbInput } from "../verb.ts";
import { focusFileProblem } from "./focus-file.ts";
import { type NamedWindow, namedWindow } from "./named-window.ts";

type ReportFormat = "table" | "json" | "csv" | "focus";

export interface ReportOptions extends NamedWindow {
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
      ...namedWindow(options, now, problems),
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
