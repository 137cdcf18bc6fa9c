import { type PricePeriod, periodAt } from "../../billing/price-book.ts";
import { expiresAtOf } from "../../inventory/session.ts";
import type { Instant } from "../../kernel/instant.ts";
import { subtractUsd, sumUsd, type Usd, zeroUsd } from "../../kernel/money.ts";
import type { StopRecord } from "../../ports/stops.ts";
import { decidedAtOf } from "../stop/decided-at.ts";
import { isPresumed } from "../stop/presumed-stop.ts";
import { isByChoice } from "../stop/stopped-by-choice.ts";
import { chargedLevel, type IdlePrices, idleCost, type LevelBounds, type UsdBounds } from "./savings-rate.ts";

/** What one stop saved: an idle rest of the session's life. */
export interface Saving {
  readonly stop: StopRecord;
  /** When the session was gone for certain, and when its time limit would have ended it; null where that is not known. */
  readonly stoppedAt: Instant;
  readonly wouldEndAt: Instant | null;
  /** Null where its time limit or the Region's price is not known. */
  readonly usd: UsdBounds | null;
  /** Slots of the quota that were freed, in session-milliseconds; null where its time limit is not known. */
  readonly freedMs: number | null;
}

export interface Savings {
  /** Those of sessions that worked left out: they are in `chosen` alone. */
  readonly stops: number;
  /** Sent, and not known yet whether they worked: in none of the sums. */
  readonly pending: number;
  /** Of the stops, those whose saving is not known: in none of the sums. */
  readonly unknown: number;
  readonly regretted: number;
  readonly gross: UsdBounds;
  /** What regretted stops would have saved, had they been none: it was not waste. */
  readonly regrets: UsdBounds;
  /** Gross less regrets. */
  readonly kept: UsdBounds;
  /** That less the monitor's own cost, so it may be below zero; null where that cost is not known. */
  readonly net: UsdBounds | null;
  /** Regretted stops left out: whoever came back needed the slot. */
  readonly freedMs: number;
  /** Of the stops, those of which it is not known how long they would have lived: in `freedMs` is none of them. */
  readonly withoutTimeLimit: number;
  readonly chosen: ChosenStops;
}

/** Stops of sessions that worked, by choice: what they ended was no waste, so that nothing of it is saved. */
interface ChosenStops {
  readonly stops: number;
  readonly unknown: number;
  /** What their memory alone would have cost; what their CPU would have, nobody knows. */
  readonly memory: UsdBounds;
  readonly freedMs: number;
  readonly withoutTimeLimit: number;
}

/** The highest level that is known of a session, in bytes. */
export interface KnownPeak {
  readonly bytes: number;
  /** No record is missing: it is the peak. Else it is the least that the peak can be. */
  readonly isWhole: boolean;
}

export interface SavingsInput extends IdlePrices {
  /** Null where no record tells. */
  readonly peakOf: (stop: StopRecord) => KnownPeak | null;
}

/**
 * What a stop saved: the time that was left to the session, at the rate of its memory. What an idle session would have cost has no
 * CPU in it. Null for a stop that did not end anything: one that failed, or found the session gone, saved nothing.
 */
export function savingOf(stop: StopRecord, input: SavingsInput): Saving | null {
  if (stop.state !== "stopped") return null;
  const { entry, key } = stop;
  // Records of earlier releases may say that they were decided before they were intended.
  const stoppedAt = decidedAtOf(stop, stop.decidedAt ?? stop.intendedAt);
  const wouldEndAt = expiresAtOf(entry);
  if (wouldEndAt === null) return { stop, stoppedAt, wouldEndAt, usd: null, freedMs: null };
  // Its own caller may have ended it, at any moment.
  const freedMs = isPresumed(stop) ? 0 : Math.max(0, wouldEndAt - stoppedAt);
  const period = periodAt(input.prices, key.region, stoppedAt);
  if (period === null) return { stop, stoppedAt, wouldEndAt, usd: null, freedMs };
  const level = levelOf(stop, period, input);
  const low = isPresumed(stop) ? zeroUsd : idleCost(input, key.region, stoppedAt, wouldEndAt, level.low);
  // It may have been gone as soon as the stop was sent.
  const high = idleCost(input, key.region, stop.intendedAt, wouldEndAt, level.high);
  return { stop, stoppedAt, wouldEndAt, usd: low === null || high === null ? null : { low, high }, freedMs };
}

/** Between what is known of its memory by the evidence of the stop and by the bill, and what a sandbox can have. */
function levelOf(stop: StopRecord, period: PricePeriod, input: SavingsInput): LevelBounds {
  const { cpu } = stop.entry.evidence;
  const last = cpu.kind === "known" ? cpu.memoryBytes : null;
  const peak = input.peakOf(stop);
  if (peak === null || peak.isWhole) return chargedLevel(input, period, last, peak?.bytes ?? null);
  // What was at some moment is the least that the peak can be, and says nothing of the level at the end.
  const least = period.rule === "2026-09" ? Math.max(last ?? 0, peak.bytes) : last;
  return chargedLevel(input, period, least, null);
}

/** What stops saved in all. `regretted` are the ids of those that turned out to be mistakes; `ownUsd` is what the monitor costs. */
export function savingsOf(
  stops: readonly StopRecord[],
  input: SavingsInput,
  regretted: ReadonlySet<string>,
  ownUsd: Usd | null,
): Savings {
  const all = stops.flatMap((stop) => savingOf(stop, input) ?? []);
  const savings = all.filter(({ stop }) => !isByChoice(stop));
  const known = savings.flatMap(({ stop, usd }) => (usd === null ? [] : [{ usd, isRegret: regretted.has(stop.id) }]));
  const gross = sumBounds(known.map(({ usd }) => usd));
  const regrets = sumBounds(known.flatMap(({ usd, isRegret }) => (isRegret ? [usd] : [])));
  const kept = sumBounds(known.flatMap(({ usd, isRegret }) => (isRegret ? [] : [usd])));
  const ofRegrets = savings.filter(({ stop }) => regretted.has(stop.id));
  return {
    stops: savings.length,
    pending: stops.filter(({ state }) => state === "intended").length,
    unknown: savings.length - known.length,
    regretted: ofRegrets.length,
    gross,
    regrets,
    kept,
    net: ownUsd === null ? null : { low: subtractUsd(kept.low, ownUsd), high: subtractUsd(kept.high, ownUsd) },
    freedMs: savings.reduce((sum, { stop, freedMs }) => sum + (regretted.has(stop.id) ? 0 : (freedMs ?? 0)), 0),
    withoutTimeLimit: savings.filter(({ freedMs }) => freedMs === null).length,
    chosen: chosenOf(all.filter(({ stop }) => isByChoice(stop))),
  };
}

const chosenOf = (savings: readonly Saving[]): ChosenStops => ({
  stops: savings.length,
  unknown: savings.filter(({ usd }) => usd === null).length,
  memory: sumBounds(savings.flatMap(({ usd }) => usd ?? [])),
  freedMs: savings.reduce((sum, { freedMs }) => sum + (freedMs ?? 0), 0),
  withoutTimeLimit: savings.filter(({ freedMs }) => freedMs === null).length,
});

/** Exact: the sum of the parts is the whole, in whatever order and groups. */
const sumBounds = (parts: readonly UsdBounds[]): UsdBounds => ({
  low: sumUsd(parts.map(({ low }) => low)),
  high: sumUsd(parts.map(({ high }) => high)),
});
