import type { MeterSettings } from "../billing/meter-rows.ts";
import { type PriceBook, periodsOf } from "../billing/price-book.ts";
import type { Instant } from "../kernel/instant.ts";
import type { EndSource, SessionBill } from "./charge.ts";
import { chargesOf } from "./charges-of.ts";
import type { SessionAccount } from "./session-account.ts";

/** What is known of a session beside its records; null is unknown. */
export interface KnownLife {
  readonly name: string | null;
  readonly createdAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly endSource: EndSource | null;
}

export interface BillTerms {
  readonly prices: PriceBook;
  readonly meter: MeterSettings;
  readonly asOf: Instant;
  /** False: provisional, for records may still come. */
  readonly final: boolean;
  /** 1 until the bill was restated. */
  readonly version: number;
  /** Why the figures are not exact; null where they are. */
  readonly approximate: string | null;
}

/** The bill of a session by its usage records. Null where it has none: then its usage is unknown. */
export function billOfAccount(account: SessionAccount, life: KnownLife, terms: BillTerms): SessionBill | null {
  const { key, lateUnverifiable } = account;
  const usage = chargesOf(account, periodsOf(terms.prices, key.region), terms.meter);
  if (usage === null) return null;
  return {
    account: key.account,
    region: key.region,
    interpreter: key.interpreter,
    session: key.session,
    name: life.name,
    createdAt: life.createdAt,
    endedAt: life.endedAt,
    endSource: life.endSource,
    basis: "rated",
    approximate: terms.approximate,
    charges: usage.charges,
    gapMs: usage.gapMs,
    duplicates: usage.duplicates,
    lateUnverifiable,
    peakBytes: usage.peakBytes,
    lowUsd: null,
    highUsd: null,
    asOf: terms.asOf,
    final: terms.final,
    version: terms.version,
  };
}
