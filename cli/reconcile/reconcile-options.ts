import path from "node:path";
import type { BillFileName } from "../../adapters/bills/bill-file.ts";
import { instantOfIso, startOfMonth } from "../../core/kernel/calendar.ts";
import { parseDecimal } from "../../core/kernel/decimal.ts";
import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import type { Usd } from "../../core/kernel/money.ts";
import type { Band } from "../../core/reconcile/compare.ts";
import { nearestOf } from "../config/nearest.ts";
import { monthOf } from "../report/named-window.ts";
import type { VerbInput } from "../verb.ts";

const failures = ["drift", "unexplained", "none"] as const;
export type FailOn = (typeof failures)[number];

export interface ReconcileOptions {
  readonly month: string;
  readonly from: Instant;
  readonly until: Instant;
  /** Empty: Cost Explorer. */
  readonly files: readonly BillFileName[];
  readonly band: Band;
  readonly failOn: FailOn;
  /** Null: all. */
  readonly accounts: readonly string[] | null;
  readonly regions: readonly string[] | null;
  readonly json: boolean;
}

/** Wide enough for records that differ from the bill at their edges, and narrower than what a wrong GB or rule would make. */
const usualBandPct = "2";
const usualLeastUsd = "0.01";

/** Reads the flags that are `reconcile`'s own, and gathers what is wrong with them. */
export function readReconcileOptions(
  options: VerbInput["options"],
  now: Instant,
  cwd: string,
): { readonly reconcile: ReconcileOptions; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const text = (name: string): string | null => (typeof options[name] === "string" ? options[name] : null);
  const amount = (flag: string, value: string, most: number, what: string): Usd => {
    const parsed = /^\d{1,6}(\.\d{1,6})?$/.test(value) ? parseDecimal(value) : null;
    if (parsed !== null && Number(value) <= most) return parsed;
    problems.push(`${flag} must be ${what}, not "${value}"`);
    return { numerator: 0n, denominator: 1n };
  };
  const named = Array.isArray(options["bill"]) ? (options["bill"] as readonly string[]) : [];
  const files = named.map((name) => ({ name, path: path.resolve(cwd, name) }));
  if (named.includes("")) problems.push("--bill needs the name of a file");
  if (new Set(files.map((file) => file.path)).size < files.length)
    problems.push("--bill names a file twice: it would count twice");
  return {
    reconcile: {
      ...windowOf(text("month"), text("from"), now, problems),
      files,
      band: {
        pct: amount("--band", text("band") ?? usualBandPct, 1000, "a percentage such as 2 or 0.5"),
        leastUsdPerDay: amount("--ignore-below", text("ignoreBelow") ?? usualLeastUsd, 1e6, "dollars such as 0.01"),
      },
      failOn: failOnOf(text("failOn") ?? "drift", problems),
      accounts: accountsOf(text("accounts"), problems),
      regions: regionsOf(text("regions")),
      json: options["json"] === true,
    },
    problems,
  };
}

function windowOf(
  month: string | null,
  from: string | null,
  now: Instant,
  problems: string[],
): Pick<ReconcileOptions, "month" | "from" | "until"> {
  const start = month === null ? startOfMonth(now) : monthOf(month);
  if (start === null) problems.push(`--month must be a month such as 2026-11, not "${month}"`);
  if (start !== null && start > now) problems.push(`--month ${month} has not begun`);
  const first = start ?? startOfMonth(now);
  const until = startOfMonth(first, 1);
  const whole = { month: isoOf(first).slice(0, 7), from: first, until };
  if (from === null) return whole;
  const day = /^\d{4}-\d\d-\d\d$/.test(from) ? instantOfIso(from) : null;
  if (day === null || day < first || day >= until || day > now) {
    problems.push(`--from must be a day of ${whole.month} that has begun, such as ${whole.month}-01, not "${from}"`);
    return whole;
  }
  return { ...whole, from: day };
}

function failOnOf(named: string, problems: string[]): FailOn {
  const found = failures.find((known) => known === named);
  if (found !== undefined) return found;
  problems.push(`--fail-on must be one of ${failures.join(", ")}, not "${named}"${nearestOf(named, failures)}`);
  return "drift";
}

function accountsOf(list: string | null, problems: string[]): readonly string[] | null {
  const accounts = listOf(list);
  for (const account of accounts ?? []) {
    if (!/^\d{12}$/.test(account)) problems.push(`--accounts: "${account}" is no account: they have twelve digits`);
  }
  return accounts;
}

/** Their names were looked at with the settings that every verb has. */
const regionsOf = (list: string | null): readonly string[] | null => (list === "all" ? null : listOf(list));

const listOf = (list: string | null): readonly string[] | null =>
  list === null ? null : [...new Set(list.split(",").map((item) => item.trim()))];
