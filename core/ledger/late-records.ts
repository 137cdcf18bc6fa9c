import type { MeterSettings } from "../billing/meter-rows.ts";
import type { PricePeriod } from "../billing/price-book.ts";
import type { UsageFigures } from "../billing/usage-figures.ts";
import type { Instant } from "../kernel/instant.ts";
import { noLate } from "./fold-columns.ts";
import { insertDigests } from "./record-digests.ts";
import type { LateRecords, SealedCharge, SealedUsage, SessionAccount } from "./session-account.ts";

/** What is known of the late records of an account. */
export interface Lateness {
  /** Distinct records that are no redelivery: held ones of a time of which digests are kept, and those that were counted. */
  readonly certain: number;
  /** Deliveries that may be redeliveries, because digests of their time are kept no more, or because they are too many. */
  readonly uncertain: number;
}

export function latenessOf({ sealed, late }: SessionAccount): Lateness {
  const told = late.records.filter((record) => isTold(sealed, record)).length;
  return { certain: told + late.counted, uncertain: late.records.length - told + late.unheld };
}

/** Whether anything came late, or may have. */
export const hasLate = ({ late }: Pick<SessionAccount, "late">): boolean => countLate(late) > 0;

/** All that came late, or may have. */
export const countLate = ({ records, unheld, counted }: LateRecords): number => records.length + unheld + counted;

/**
 * Why the sums of an account no longer hold, so that the session has to be rated from its source: records came late, or
 * the price book or a setting says otherwise than when they were made. Null where they hold.
 */
export function rereadReason(
  account: SessionAccount,
  periods: readonly PricePeriod[],
  settings: MeterSettings,
): "late-records" | "price-change" | null {
  const { sealed } = account;
  if (hasLate(account)) return "late-records";
  if (sealed === null) return null;
  const holds =
    sealed.gb === settings.gb &&
    sealed.idleVcpu === settings.idleVcpu &&
    sealed.charges.every((charge) => isInForce(charge, periods, settings));
  return holds ? null : "price-change";
}

/**
 * Counts the late records as unverifiable, for their source has expired: they are in no figure. What may be no more than a
 * redelivery is not among them: it may be in the figure already. Their digests are kept as long as others, so that they are not
 * counted again when they come again.
 */
export function dismissLate(account: SessionAccount): SessionAccount {
  const { sealed, late, lateUnverifiable } = account;
  if (!hasLate(account)) return account;
  return {
    ...account,
    sealed: sealed === null ? null : { ...sealed, digests: insertDigests(sealed.digests, late.records) },
    late: noLate,
    lateUnverifiable: lateUnverifiable + latenessOf(account).certain,
  };
}

const isTold = (sealed: SealedUsage | null, record: UsageFigures): boolean =>
  sealed !== null && record.at >= sealed.digests.since;

/** Whether the first and the last record of a charge still fall under the same row and rule: then all between them do. */
function isInForce(charge: SealedCharge, periods: readonly PricePeriod[], settings: MeterSettings): boolean {
  const holdsAt = (at: Instant): boolean => {
    const period = periods.findLast(({ startsAt }) => startsAt <= at) ?? null;
    const sameRow = (period?.startsAt ?? null) === charge.priceStartsAt;
    return sameRow && (period?.rule ?? settings.unpricedRule) === charge.rule;
  };
  return holdsAt(charge.firstAt) && holdsAt(charge.lastAt);
}
