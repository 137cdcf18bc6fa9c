import type { Labels } from "../attribution/attribution.ts";
import type { DatedCost } from "../budget/dated-cost.ts";
import { costOfBill, costOfRecord, type Pricing } from "../jobs/check-spend/costs.ts";
import type { Instant } from "../kernel/instant.ts";
import { roundHalfEven, type Usd } from "../kernel/money.ts";
import type { SessionBill } from "../ledger/charge.ts";
import type { HistoryRow } from "../ports/history-row.ts";
import type { UnpricedRow } from "./focus-columns.ts";
import type { SeenSession } from "./focus-unclosed.ts";

interface UnpricedWindow extends Pricing {
  readonly now: Instant;
  readonly from: Instant;
  readonly until: Instant;
}

type UnpricedHistory = Pick<
  HistoryRow,
  | "SubAccountId"
  | "RegionId"
  | "ResourceId"
  | "ResourceName"
  | "SkuMeter"
  | "x_Interpreter"
  | "x_CreatedAt"
  | "x_EndedAt"
  | "x_LowUsd"
  | "x_HighUsd"
>;

export const unpricedOfRow = (row: UnpricedHistory, labels: Labels): UnpricedRow => ({
  SubAccountId: row.SubAccountId,
  RegionId: row.RegionId,
  ResourceId: row.ResourceId,
  ResourceName: row.ResourceName,
  Tags: JSON.stringify(labels),
  x_Interpreter: row.x_Interpreter,
  // Without a meter nothing is known of what it used; with one, its Region has no price for some of its hours.
  x_Reason: row.SkuMeter === null ? "bounded" : "unpriced",
  x_SessionStart: row.x_CreatedAt,
  x_SessionEnd: row.x_EndedAt,
  x_LowCost: row.x_LowUsd,
  x_HighCost: row.x_HighUsd,
});

/** None where it has charges, which have a price or not each by itself, or did not live in the window. */
export function boundedBill(bill: SessionBill, labels: Labels, window: UnpricedWindow): readonly UnpricedRow[] {
  const cost = costOfBill(bill, window.now, window);
  if (!livesIn(cost, window)) return [];
  return [unpricedOfRow({ ...factsOf(bill), ...boundsOf(cost), SkuMeter: null }, labels)];
}

export const unpricedBill = (bill: SessionBill, labels: Labels): UnpricedRow =>
  unpricedOfRow({ ...factsOf(bill), x_LowUsd: null, x_HighUsd: null, SkuMeter: "vCPU" }, labels);

export function seenSession(record: SeenSession, labels: Labels, window: UnpricedWindow): readonly UnpricedRow[] {
  const cost = costOfRecord(record, window.now, window);
  if (!livesIn(cost, window)) return [];
  const endedAt = record.goneAt === null || cost.kind === "charged" ? null : cost.until;
  return [unpricedOfRow({ ...factsOf({ ...record, endedAt }), ...boundsOf(cost), SkuMeter: null }, labels)];
}

const factsOf = (of: SeenSession | SessionBill) => ({
  SubAccountId: of.account,
  RegionId: of.region,
  ResourceId: of.session,
  ResourceName: of.name,
  x_Interpreter: of.interpreter,
  x_CreatedAt: of.createdAt,
  x_EndedAt: "endedAt" in of ? of.endedAt : null,
});

const livesIn = (cost: DatedCost, { from, until }: UnpricedWindow): boolean =>
  cost.kind === "bounded" && cost.from < until && Math.max(cost.until, cost.from + 1) > from;

const boundsOf = (cost: DatedCost) => ({
  x_LowUsd: cost.kind === "charged" ? null : scaled(cost.low),
  x_HighUsd: cost.kind === "charged" ? null : scaled(cost.high),
});

const scaled = (amount: Usd | null): bigint | null =>
  amount === null ? null : roundHalfEven(amount.numerator * 10n ** 12n, amount.denominator);
