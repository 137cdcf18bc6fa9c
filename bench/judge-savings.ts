import { type SavingsInput, savingOf, savingsOf } from "../core/cleanup/savings/savings.ts";
import type { UsdBounds } from "../core/cleanup/savings/savings-rate.ts";
import { addUsd, compareUsd, formatUsd, parseUsd, type Usd, zeroUsd } from "../core/kernel/money.ts";
import type { StopRecord } from "../core/ports/stops.ts";
import type { Truth } from "../local/truth.ts";
import { profileOf } from "./judge-stops.ts";

export interface JudgedSavings {
  /** Stops whose true saving lies outside of their bounds, and those without bounds though their truth has a figure: there must be none. */
  readonly outside: readonly string[];
  /** Of all stops together. */
  readonly saved: UsdBounds;
  readonly truth: Usd;
}

/** Holds what stops are said to have saved against what the idle rests of their sessions' lives would have cost in truth, each and in all. */
export function judgeSavings(records: readonly StopRecord[], truth: Truth, input: SavingsInput): JudgedSavings {
  const truths = new Map(truth.sessions.map((it) => [it.session, it]));
  const outside: string[] = [];
  let sum = zeroUsd;
  let roundings = zeroUsd;
  for (const stop of records) {
    const saving = savingOf(stop, input);
    if (saving === null) continue;
    const it = truths.get(stop.key.session);
    const idle = it?.work?.remainingIdleUsd ?? null;
    if (it === undefined || idle === null) throw new Error(`nothing is known of ${stop.key.session}`);
    const own = parseUsd(idle);
    sum = addUsd(sum, own);
    roundings = addUsd(roundings, rounding);
    if (saving.usd === null || !isWithin(own, saving.usd, rounding)) {
      outside.push(`${profileOf(it)} ${stop.key.session} ${idle} ${textOf(saving.usd)}`);
    }
  }
  const { gross } = savingsOf(records, input, new Set(), null);
  if (!isWithin(sum, gross, roundings)) outside.push(`all together ${formatUsd(sum)} ${textOf(gross)}`);
  return { outside, saved: gross, truth: sum };
}

/** Each truth is rounded to 12 places, and a stop that took no time has one exact figure. */
const rounding = parseUsd("0.000000000001");

const isWithin = (value: Usd, { low, high }: UsdBounds, slack: Usd): boolean =>
  compareUsd(low, addUsd(value, slack)) <= 0 && compareUsd(value, addUsd(high, slack)) <= 0;

const textOf = (bounds: UsdBounds | null): string =>
  bounds === null ? "without bounds" : `not in ${formatUsd(bounds.low)} to ${formatUsd(bounds.high)}`;
