import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { formatSeconds } from "../render/duration.ts";
import type { TargetCoverage } from "./report-content.ts";

/** How old what a report shows is: its own time is that of the machine that prints it, and says nothing of that. */
export interface DataAge {
  /** The last pass over the accounts of the target where that is longest ago; null where nothing is known. */
  readonly asOf: Instant | null;
  /** Targets whose accounts no pass was ever over: what is known of them a scan has seen. */
  readonly neverKept: number;
  /** More than a few passes are missing. Nobody knows that of history alone. */
  readonly isStale: boolean;
}

/** Passes over the accounts are 15 minutes apart where nobody says otherwise; one may be late, and one may fail. */
const staleAfterMs = 3 * 15 * 60_000;

/** `settledAt`: what history alone is as of. */
export function dataAgeOf(
  { coverage, now }: { readonly coverage: readonly Pick<TargetCoverage, "keptAt">[]; readonly now: Instant },
  settledAt: Instant | null,
): DataAge {
  const kept = coverage.flatMap(({ keptAt }) => keptAt ?? []);
  if (kept.length === 0) return { asOf: settledAt, neverKept: coverage.length, isStale: false };
  const asOf = kept.reduce((a, b) => (a < b ? a : b));
  return { asOf, neverKept: coverage.length - kept.length, isStale: isStale(asOf, now) };
}

/** Whether passes are missing since then. */
export const isStale = (keptAt: Instant, now: Instant): boolean => now - keptAt > staleAfterMs;

/** Said of a ledger that is not up to date; empty where it is. */
export function staleLines(now: Instant, { asOf, isStale: isOld }: DataAge): readonly string[] {
  if (!isOld || asOf === null) return [];
  const ago = formatSeconds(Math.round((now - asOf) / 1000));
  return [`Not up to date: the last pass over these accounts was ${ago} ago, and what came since is missing`];
}

/** On top of figures, where nothing is said of how old they are. */
export const asOfText = ({ asOf }: DataAge): string => `as of ${asOf === null ? "an unknown time" : isoOf(asOf)}`;

export const historyAlone = "No pass of `sandmeter watch` is remembered: this is history alone.";
