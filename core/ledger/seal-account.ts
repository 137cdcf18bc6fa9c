import {
  elapsedMs,
  levelsOf,
  type MeterCarry,
  type MeterSettings,
  meterRows,
  meterStart,
} from "../billing/meter-rows.ts";
import type { PricePeriod } from "../billing/price-book.ts";
import type { UsageColumns } from "../billing/usage-columns.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import { chargeOf, mergeCharges } from "./merge-charges.ts";
import { copyRows, firstRows, settle, settledRecords } from "./open-records.ts";
import { addDigests, forgetDigests, noDigests } from "./record-digests.ts";
import type { PeakStep, SealedUsage, SessionAccount } from "./session-account.ts";
import { firstAtOrAfter } from "./stamp-search.ts";

/**
 * Moves the open records stamped before `until` into the sums. Digests are kept of those stamped at `keepDigestsSince` or
 * after it: the stretch that a source may still deliver again. An account that has nothing to seal, and never had, stays
 * open: whatever comes is then added as any other. A seal never moves back.
 */
export function sealAccount(
  account: SessionAccount,
  until: Instant,
  keepDigestsSince: Instant,
  periods: readonly PricePeriod[],
  settings: MeterSettings,
): SessionAccount {
  const { sealed } = account;
  const open = settle(account.open);
  const duplicates = account.duplicates + account.open.length - open.length;
  const count = firstAtOrAfter(open.at, open.length, until);
  if (count === 0) {
    if (sealed === null || until < sealed.until) return { ...account, open, duplicates };
    const digests = forgetDigests(sealed.digests, earlierOf(keepDigestsSince, until));
    return { ...account, open, duplicates, sealed: { ...sealed, until, digests } };
  }
  const rows = firstRows(open, count);
  return {
    ...account,
    sealed: sealRows(sealed, rows, until, earlierOf(keepDigestsSince, until), periods, settingsOf(sealed, settings)),
    open: settledRecords(copyRows(open, count, open.length)),
    duplicates,
  };
}

/**
 * A session goes on as it was begun: levels in one unit of GB do not join with those in another. `rereadReason` says when
 * the two have come apart.
 */
export const settingsOf = (sealed: SealedUsage | null, settings: MeterSettings): MeterSettings =>
  sealed === null ? settings : { ...settings, gb: sealed.gb, idleVcpu: sealed.idleVcpu };

export const carryOf = (sealed: SealedUsage | null): MeterCarry =>
  sealed === null
    ? meterStart
    : { peak: sealed.staircase.at(-1)?.peakBytes ?? -1, lastAt: sealed.lastAt, lastMs: sealed.lastMs };

const earlierOf = (a: Instant, b: Instant): Instant => (a < b ? a : b);

function sealRows(
  sealed: SealedUsage | null,
  rows: UsageColumns,
  until: Instant,
  keepDigestsSince: Instant,
  periods: readonly PricePeriod[],
  settings: MeterSettings,
): SealedUsage {
  const { parts, gapMs, carry } = meterRows(rows, periods, settings, carryOf(sealed), "by-price-and-hour");
  const kept = sealed === null ? noDigests(keepDigestsSince) : forgetDigests(sealed.digests, keepDigestsSince);
  return {
    until,
    charges: mergeCharges(sealed?.charges ?? [], parts.map(chargeOf)),
    staircase: climb(sealed?.staircase ?? [], rows, settings),
    firstAt: sealed?.firstAt ?? instant(rows.at[0] ?? 0),
    lastAt: instant(rows.at[rows.length - 1] ?? 0),
    lastMs: carry.lastMs,
    gapMs: (sealed?.gapMs ?? 0) + gapMs,
    gb: settings.gb,
    idleVcpu: settings.idleVcpu,
    digests: addDigests(kept, rows),
  };
}

/** 64 MiB: with a step per record, memory that grows all the time would take more room than the records themselves. */
const stepBytes = 67_108_864;

function climb(staircase: readonly PeakStep[], rows: UsageColumns, settings: MeterSettings): readonly PeakStep[] {
  const { at, elapsedSeconds, length } = rows;
  const levels = levelsOf(rows, settings.gb);
  const steps = staircase.slice(0, -1);
  const last = staircase.at(-1);
  // The step that is not finished, in variables: an object for each record would cost more than the metering.
  let [stepAt, stepMs, peak] = [last?.at ?? 0, last?.ms ?? 0, last?.peakBytes ?? -1];
  let stepPeak = peak;
  for (let i = 0, seen = 0; i < length; i += 1) {
    const t = at[i] ?? 0;
    for (; seen < length && (at[seen] ?? 0) <= t; seen += 1) peak = Math.max(peak, levels[seen] ?? -1);
    if (peak < 0) continue;
    if (stepPeak < 0 || Math.floor(peak / stepBytes) !== Math.floor(stepPeak / stepBytes)) {
      if (stepPeak >= 0) steps.push({ at: instant(stepAt), peakBytes: stepPeak, ms: stepMs });
      stepAt = t;
      stepMs = 0;
    }
    stepPeak = peak;
    stepMs += elapsedMs(elapsedSeconds[i] ?? 0);
  }
  return stepPeak < 0 ? steps : [...steps, { at: instant(stepAt), peakBytes: stepPeak, ms: stepMs }];
}
