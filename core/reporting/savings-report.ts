import type { Span } from "../cleanup/evidence/evidence.ts";
import { workedRegret } from "../cleanup/regret/regret.ts";
import { monitorCost } from "../cleanup/savings/monitor-cost.ts";
import { type Saving, type Savings, savingOf, savingsOf } from "../cleanup/savings/savings.ts";
import type { IdlePrices } from "../cleanup/savings/savings-rate.ts";
import { type AftermathCounts, aftermathCounts } from "../cleanup/stop/aftermath-counts.ts";
import { isByChoice } from "../cleanup/stop/stopped-by-choice.ts";
import type { Target } from "../inventory/target.ts";
import { readRegrets, type StoredRegret } from "../jobs/sweep/regret/stored-regrets.ts";
import { type Instant, instant, isoOf } from "../kernel/instant.ts";
import { compareUsd, type Usd } from "../kernel/money.ts";
import type { Problem } from "../kernel/problem.ts";
import type { Documents } from "../ports/documents.ts";
import { RegistryError } from "../ports/registry-error.ts";
import { keptStopMs, type StopRecord, type StopRecords } from "../ports/stops.ts";
import { type PeakSource, stopPeaks } from "./stop-peaks.ts";

export const savingsDimensions = ["account", "region", "interpreter", "policy"] as const;
export type SavingsDimension = (typeof savingsDimensions)[number];

export interface SavingsSource extends PeakSource {
  readonly stopRecords: Pick<StopRecords, "between">;
  readonly documents: Pick<Documents, "read">;
}

export interface SavingsRequest extends IdlePrices {
  readonly now: Instant;
  readonly window: Span;
  readonly targets: readonly Target[];
  readonly groupBy: readonly SavingsDimension[];
  /** Null: not known. */
  readonly monitorUsdPerMonth: Usd | null;
}

export interface StopSaving extends Saving {
  readonly regret: StoredRegret["how"] | null;
}

/** What records that came later say of the stops. */
interface SavingsAftermath extends AftermathCounts {
  readonly wrongStops: readonly StopRecord[];
}

/** Of the stops of idle sessions. */
export interface RegretCounts {
  /** Those of which it is known whether they were regretted. Nobody judges what was stopped by hand. */
  readonly judged: number;
  /** Those by policies, of which no pass has judged it yet. */
  readonly unjudged: number;
}

interface SavingsGroup extends RegretCounts {
  /** One for each dimension; a stop by hand has no policy. */
  readonly values: readonly (string | null)[];
  /** The monitor's own cost is of no group. */
  readonly savings: Savings;
}

/** What saved most comes first. */
const bySize = (a: SavingsGroup, b: SavingsGroup): number =>
  compareUsd(b.savings.kept.high, a.savings.kept.high) ||
  (JSON.stringify(a.values) < JSON.stringify(b.values) ? -1 : 1);

/** What the stops of a window saved, exactly; figures of groups add up to the total. */
export interface SavingsReport extends RegretCounts {
  readonly total: Savings;
  readonly groups: readonly SavingsGroup[];
  /** Oldest first. */
  readonly stops: readonly StopSaving[];
  /** Of the stops, those whose peak of memory is not known: their high bound is all the memory that a sandbox can have. */
  readonly withoutPeak: number;
  /** For the part of the window that is over; null: not known. */
  readonly monitorUsd: Usd | null;
  readonly aftermath: SavingsAftermath;
  readonly problems: readonly Problem[];
}

/** A stop counts in the window that it was made in, with all that it saved, also where the session would have lived beyond it. */
export async function savingsReport(
  source: SavingsSource,
  request: SavingsRequest,
  signal: AbortSignal,
): Promise<SavingsReport> {
  const { window, targets, now, groupBy } = request;
  const problems: Problem[] = [...tooEarly(window, now)];
  const records: StopRecord[] = [];
  const regrets = new Map<string, StoredRegret["how"]>();
  const isJudged = new Set<string>();
  for (const target of targets) {
    signal.throwIfAborted();
    const own = await source.stopRecords.between(target, window.from, window.until);
    for (const record of own) records.push(record);
    const stored = await regretsIn(source.documents, target, problems);
    for (const { id, how } of stored.regrets) regrets.set(id, how);
    for (const { id, intendedAt } of own) {
      if (stored.judged.some(({ from, until }) => from <= intendedAt && intendedAt < until)) isJudged.add(id);
    }
  }
  records.sort((a, b) => a.intendedAt - b.intendedAt || (a.id < b.id ? -1 : 1));
  const made = records.filter(({ state }) => state === "stopped");
  const peakOf = await stopPeaks(source, made, signal);
  const input = { ...request, peakOf };
  const past = { from: window.from, until: instant(Math.min(window.until, now)) };
  const monitorUsd = request.monitorUsdPerMonth === null ? null : monitorCost(request.monitorUsdPerMonth, past);
  const wrongStops = made.filter((stop) => workedRegret(stop) !== null);
  // Known for certain, also where no pass has judged the policy since.
  for (const { id } of wrongStops) regrets.set(id, "worked");
  const regretted = new Set(regrets.keys());
  const byGroup = Map.groupBy(records, (stop) => JSON.stringify(groupBy.map((name) => dimensionOf(stop, name))));
  const countsOf = (stops: readonly StopRecord[]) => regretCounts(stops, isJudged, regretted);
  return {
    total: savingsOf(records, input, regretted, monitorUsd),
    groups: [...byGroup]
      .map(([values, stops]) => ({
        values: JSON.parse(values) as readonly (string | null)[],
        savings: savingsOf(stops, input, regretted, null),
        ...countsOf(stops),
      }))
      .filter(({ savings }) => savings.stops + savings.chosen.stops + savings.pending > 0)
      .toSorted(bySize),
    stops: made.flatMap((stop) => {
      const saving = savingOf(stop, input);
      return saving === null ? [] : [{ ...saving, regret: regrets.get(stop.id) ?? null }];
    }),
    ...countsOf(records),
    withoutPeak: made.filter((stop) => peakOf(stop)?.isWhole !== true).length,
    monitorUsd,
    aftermath: { ...aftermathCounts(made), wrongStops },
    problems,
  };
}

function regretCounts(
  stops: readonly StopRecord[],
  isJudged: ReadonlySet<string>,
  regretted: ReadonlySet<string>,
): RegretCounts {
  const open = stops.filter(({ state, id }) => state === "stopped" && !regretted.has(id));
  const byPolicy = open.filter((stop) => stop.override === null && !isByChoice(stop));
  const unjudged = byPolicy.filter(({ id }) => !isJudged.has(id)).length;
  const known = stops.filter((stop) => stop.state === "stopped" && regretted.has(stop.id) && !isByChoice(stop)).length;
  return { judged: known + byPolicy.length - unjudged, unjudged };
}

const dimensionOf = ({ key, entry, override }: StopRecord, dimension: SavingsDimension): string | null =>
  dimension === "policy" ? (override === null ? entry.policy.id : null) : key[dimension];

/** Where it cannot be read, nothing of it is known: the stops are not judged then. */
async function regretsIn(documents: Pick<Documents, "read">, target: Target, problems: Problem[]) {
  try {
    return await readRegrets(documents, target);
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== "corrupt") throw error;
    problems.push({ code: "RegretsUnknown", message: error.message });
    return { judged: [], regrets: [] };
  }
}

function tooEarly({ from }: Span, now: Instant): readonly Problem[] {
  const since = instant(now - keptStopMs);
  if (from >= since) return [];
  const message = `Records of stops are kept for 400 days: those from before ${isoOf(since)} may be missing.`;
  return [{ code: "RecordsExpired", message }];
}
