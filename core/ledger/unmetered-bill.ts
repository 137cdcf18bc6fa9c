import { boundedCost, type SandboxSize } from "../billing/bounded-cost.ts";
import type { GbUnit } from "../billing/gigabyte.ts";
import type { PriceBook } from "../billing/price-book.ts";
import type { SessionKey } from "../billing/usage-record.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import { formatUsd, type Usd } from "../kernel/money.ts";
import type { Charge, EndSource, SessionBill } from "./charge.ts";

/** What is known of a session of which there is no usage record. */
export interface UnmeteredSession {
  readonly key: SessionKey;
  readonly name: string | null;
  readonly createdAt: Instant;
  /** Null where it lives, or where only that it has ended is known, and not when. */
  readonly endedAt: Instant | null;
  readonly endSource: EndSource | null;
  /** It lived at least until then; a session lives a second at least. */
  readonly aliveUntil: Instant;
  /** It lived no longer than until then. */
  readonly endsAtMost: Instant;
}

export interface UnmeteredTerms {
  readonly asOf: Instant;
  readonly final: boolean;
  readonly size: SandboxSize;
  readonly prices: PriceBook;
  readonly gb: GbUnit;
}

/** Only bounds: the least that the shortest life can have cost, and the most that the longest can. */
export function boundedBill(session: UnmeteredSession, terms: UnmeteredTerms): SessionBill {
  const until = (endedAt: Instant) =>
    boundedCost({ ...terms, region: session.key.region, createdAt: session.createdAt, endedAt });
  const least = plusMs(session.createdAt, 1000);
  const shortest = session.aliveUntil > least ? session.aliveUntil : least;
  return {
    ...factsOf(session, terms),
    basis: "bounded",
    charges: [],
    lowUsd: textOf(until(shortest).low),
    highUsd: textOf(until(session.endsAtMost > shortest ? session.endsAtMost : shortest).high),
  };
}

/** A share of what the interpreter used in each hour. */
export const allocatedBill = (
  session: UnmeteredSession,
  terms: UnmeteredTerms,
  charges: readonly Charge[],
): SessionBill => ({ ...factsOf(session, terms), basis: "allocated", charges, lowUsd: null, highUsd: null });

const factsOf = ({ key, name, createdAt, endedAt, endSource }: UnmeteredSession, { asOf, final }: UnmeteredTerms) => ({
  account: key.account,
  region: key.region,
  interpreter: key.interpreter,
  session: key.session,
  name,
  createdAt,
  endedAt,
  endSource,
  approximate: null,
  gapMs: 0,
  duplicates: 0,
  lateUnverifiable: 0,
  peakBytes: null,
  asOf,
  final,
  version: 1,
});

const textOf = (amount: Usd | null): string | null => (amount === null ? null : formatUsd(amount));
