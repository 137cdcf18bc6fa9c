import { type MeterCarry, type MeterSettings, meterRows, meterStart } from "../billing/meter-rows.ts";
import type { PricePeriod } from "../billing/price-book.ts";
import type { UsageColumns } from "../billing/usage-columns.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import { chargeOf, mergeCharges } from "./merge-charges.ts";
import { copyRows, firstRows, settle, settledRecords } from "./open-records.ts";
import { addDigests, forgetDigests, noDigests } from "./record-digests.ts";
import type { SealedUsage, SessionAccount } from "./session-account.ts";
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
  sealed === null ? meterStart : { peak: sealed.peakBytes ?? -1, lastAt: sealed.lastAt, lastMs: sealed.lastMs };

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
    peakBytes: carry.peak < 0 ? null : carry.peak,
    firstAt: sealed?.firstAt ?? instant(rows.at[0] ?? 0),
    lastAt: instant(rows.at[rows.length - 1] ?? 0),
    lastMs: carry.lastMs,
    gapMs: (sealed?.gapMs ?? 0) + gapMs,
    gb: settings.gb,
    idleVcpu: settings.idleVcpu,
    digests: addDigests(kept, rows),
  };
}
