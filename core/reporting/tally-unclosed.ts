import { periodsOf } from "../billing/price-book.ts";
import type { SessionKey } from "../billing/usage-record.ts";
import { costWithin } from "../budget/dated-cost.ts";
import type { Target } from "../inventory/target.ts";
import { costOfBill, costOfRecord, type Pricing } from "../jobs/check-spend/costs.ts";
import type { Instant } from "../kernel/instant.ts";
import type { SessionBill } from "../ledger/charge.ts";
import { chargeLines } from "../ledger/charge-lines.ts";
import { hourWithin } from "./cost-history.ts";
import type { CostTally } from "./cost-tally.ts";
import type { SeenSession } from "./focus-unclosed.ts";
import { unitsOfPrice } from "./former-prices.ts";

export interface TallyRequest extends Pricing {
  readonly now: Instant;
  /** Charges whose hour starts in [from, until): whole hours. */
  readonly from: Instant;
  readonly until: Instant;
  /** Whose state is read; history is read of all. */
  readonly targets: readonly Target[];
  readonly includes: (target: Target) => boolean;
  readonly principalOf: (session: SessionKey) => string | null;
}

/** A bill as the ledger has it: its charges, or its bounds where it has none. */
export function tallyBill(tally: Pick<CostTally, "session">, bill: SessionBill, request: TallyRequest): void {
  const open = tally.session({ ...bill, principal: request.principalOf(bill) }, bill, false);
  if (bill.charges.length === 0) {
    const cost = costOfBill(bill, request.now, request);
    const spend = costWithin(cost, request);
    if (spend !== null) open.bound(hourWithin(bill.createdAt ?? bill.asOf, request), spend, cost);
  }
  const isRated = bill.basis === "rated";
  for (const line of chargeLines(bill.charges, periodsOf(request.prices, bill.region), request.gb)) {
    const { hourAt } = line.charge;
    if (hourAt < request.from || hourAt >= request.until) continue;
    const price = line.period === null ? null : line.meter === "vCPU" ? line.period.vcpuHour : line.period.gbHour;
    open.add({
      hourAt,
      meter: line.meter,
      unitPrice: price === null ? null : unitsOfPrice(price),
      gb: request.gb,
      usage: line.usage,
      idle: isRated ? line.idleUsage : null,
      logged: isRated ? line.loggedUsage : null,
      peakTax: isRated ? line.peakTaxUsage : null,
    });
  }
  open.end();
}

/** A session that only scans have seen: its bounds. */
export function tallyRecord(tally: Pick<CostTally, "session">, record: SeenSession, request: TallyRequest): void {
  const cost = costOfRecord(record, request.now, request);
  const spend = costWithin(cost, request);
  if (spend === null) return;
  const nothing = { approximate: null, gapMs: 0, peakBytes: null, lateUnverifiable: 0 };
  const open = tally.session(
    { ...record, principal: request.principalOf(record) },
    { ...nothing, basis: "bounded", final: false, asOf: record.lastSeenAt },
    false,
  );
  open.bound(hourWithin(record.createdAt, request), spend, cost);
  open.end();
}
