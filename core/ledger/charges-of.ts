import { type MeterSettings, meterRows } from "../billing/meter-rows.ts";
import { atLeastOneSecond } from "../billing/one-second-minimum.ts";
import type { PricePeriod } from "../billing/price-book.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import type { Charge } from "./charge.ts";
import { chargeOf, mergeCharges } from "./merge-charges.ts";
import { settle } from "./open-records.ts";
import { carryOf, settingsOf } from "./seal-account.ts";
import type { SealedCharge, SessionAccount } from "./session-account.ts";

/** A session's usage as it stands, sealed and open together. */
export interface AccountCharges {
  /** In the order of time; the one-second minimum is applied. */
  readonly charges: readonly Charge[];
  readonly gapMs: number;
  readonly meteredMs: number;
  /** Distinct records. */
  readonly records: number;
  /** Deliveries of a record after its first. */
  readonly duplicates: number;
  /** The largest memory level; null where no record was long enough to have one. */
  readonly peakBytes: number | null;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

/**
 * The digits of `meterSession` over the same distinct records, by hours. Null where there is no record: such a session's
 * usage is unknown. `periods` are those of its Region.
 */
export function chargesOf(
  account: SessionAccount,
  periods: readonly PricePeriod[],
  settings: MeterSettings,
): AccountCharges | null {
  const { sealed } = account;
  const used = settingsOf(sealed, settings);
  const open = settle(account.open);
  const metered = meterRows(open, periods, used, carryOf(sealed), "by-price-and-hour");
  const { peak, lastAt } = metered.carry;
  if (lastAt === null) return null;
  const all = mergeCharges(sealed?.charges ?? [], metered.parts.map(chargeOf));
  const meteredMs = all.reduce((sum, charge) => sum + charge.meteredMs, 0);
  return {
    charges: atLeastOneSecond(all.map(plainCharge), meteredMs, peak, used),
    gapMs: (sealed?.gapMs ?? 0) + metered.gapMs,
    meteredMs,
    records: all.reduce((sum, charge) => sum + charge.records, 0),
    duplicates: account.duplicates + account.open.length - open.length,
    peakBytes: peak < 0 ? null : peak,
    firstAt: sealed?.firstAt ?? instant(open.at[0] ?? 0),
    lastAt,
  };
}

const plainCharge = ({ rule: _rule, firstAt: _firstAt, lastAt: _lastAt, ...charge }: SealedCharge): Charge => charge;
