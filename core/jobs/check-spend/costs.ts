import { boundedCost } from "../../billing/bounded-cost.ts";
import type { GbUnit } from "../../billing/gigabyte.ts";
import { type PriceBook, periodsOf } from "../../billing/price-book.ts";
import type { DatedCost } from "../../budget/dated-cost.ts";
import type { SandboxKind } from "../../inventory/sandbox-kind.ts";
import { expiresAtOf } from "../../inventory/session.ts";
import type { Target } from "../../inventory/target.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import { parseUsd, sumUsd, type Usd } from "../../kernel/money.ts";
import type { SessionBill } from "../../ledger/charge.ts";
import { chargeLines } from "../../ledger/charge-lines.ts";
import type { SessionRecord } from "../../ports/registry.ts";

/** What a cost in dollars is made with. */
export interface Pricing {
  readonly prices: PriceBook;
  readonly gb: GbUnit;
  readonly kind: Pick<SandboxKind, "size" | "maxTimeoutSeconds">;
}

/** A bill as it stands; one that is provisional lacks what was not read yet. */
export function costOfBill(bill: SessionBill, now: Instant, pricing: Pricing): DatedCost {
  if (bill.charges.length > 0) {
    const lines = chargeLines(bill.charges, periodsOf(pricing.prices, bill.region), pricing.gb);
    const hours = Map.groupBy(lines, (line) => line.charge.hourAt);
    return {
      kind: "charged",
      hours: [...hours].map(([hourAt, own]) => ({ hourAt, usd: wholeSum(own.map(({ usd }) => usd)) })),
    };
  }
  const from = bill.createdAt ?? bill.endedAt ?? bill.asOf;
  return {
    kind: "bounded",
    from,
    until: latestEnd(from, bill.endedAt, bill.final ? bill.asOf : now, pricing),
    low: bill.lowUsd === null ? null : parseUsd(bill.lowUsd),
    high: bill.highUsd === null ? null : parseUsd(bill.highUsd),
    between: boundsIn(bill, pricing),
  };
}

/** It lived at least until it was last seen, and at most until it was found gone or its time was over. */
export function costOfRecord(record: SessionRecord & Target, now: Instant, pricing: Pricing): DatedCost {
  const { createdAt, lastSeenAt, goneAt } = record;
  const latest = Math.min(goneAt ?? now, expiresAtOf(record) ?? now);
  const until = instant(Math.max(createdAt, lastSeenAt, latest));
  const between = boundsIn(record, pricing);
  const low = between(createdAt, instant(Math.max(createdAt, lastSeenAt))).low;
  return { kind: "bounded", from: createdAt, until, low, high: between(createdAt, until).high, between };
}

/** Where only that a session has ended is known, and not when, it lived no longer than any can. */
export const latestEnd = (from: Instant, endedAt: Instant | null, asOf: Instant, { kind }: Pricing): Instant =>
  endedAt ?? instant(Math.max(from, Math.min(asOf, from + kind.maxTimeoutSeconds * 1000)));

export const boundsIn =
  ({ region }: Target, { kind, prices, gb }: Pricing) =>
  (createdAt: Instant, endedAt: Instant) =>
    boundedCost({ region, createdAt, endedAt, asOf: endedAt, size: kind.size, prices, gb });

const wholeSum = (parts: readonly (Usd | null)[]): Usd | null => {
  const known = parts.flatMap((part) => part ?? []);
  return known.length < parts.length ? null : sumUsd(known);
};
