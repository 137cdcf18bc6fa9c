import type { Attribution, Labels } from "../attribution/attribution.ts";
import { sessionLabeller } from "../attribution/label-sessions.ts";
import type { PriceBook } from "../billing/price-book.ts";
import type { SessionKey } from "../billing/usage-record.ts";
import type { SandboxKind } from "../inventory/sandbox-kind.ts";
import type { Target } from "../inventory/target.ts";
import { latestEnd } from "../jobs/check-spend/costs.ts";
import { accountId, interpreterId, region, sessionId } from "../kernel/ids.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import type { Documents } from "../ports/documents.ts";
import type { HistoryColumn, HistoryColumns, HistoryRow } from "../ports/history-row.ts";
import type { History } from "../ports/ledger.ts";
import type { FocusRow, UnpricedRow } from "./focus-columns.ts";
import { pricedRowsOf } from "./focus-of-bill.ts";
import { type FocusSettings, focusRowOf, type PricedRow } from "./focus-row.ts";
import { readUnclosed, sessionName, type UnclosedSource } from "./focus-unclosed.ts";
import { boundedBill, seenSession, unpricedBill, unpricedOfRow } from "./focus-unpriced.ts";
import { withoutSettledLater } from "./settled-later.ts";

export interface FocusSource extends UnclosedSource {
  readonly history: Pick<History, "columns">;
  readonly documents: Documents;
}

export interface FocusRequest extends Omit<FocusSettings, "kindName"> {
  readonly now: Instant;
  /** Charges whose hour starts in [from, until). */
  readonly from: Instant;
  readonly until: Instant;
  /** Whose state is read; history is read of all. */
  readonly targets: readonly Target[];
  /** Whose rows are wanted. */
  readonly includes: (target: Target) => boolean;
  readonly kind: SandboxKind;
  readonly prices: PriceBook;
  readonly attribution: Attribution;
  /** Who started a session; null where it is not known. */
  readonly principalOf: (session: SessionKey) => string | null;
}

export interface FocusBatch {
  readonly rows: readonly FocusRow[];
  /** Sessions without a figure; each comes once. */
  readonly unpriced: readonly UnpricedRow[];
}

const columns = [
  "ChargePeriodStart",
  "SubAccountId",
  "RegionId",
  "ResourceId",
  "ResourceName",
  "SkuMeter",
  "BilledCost",
  "ConsumedQuantity",
  "ListUnitPrice",
  "x_Interpreter",
  "x_CostBasis",
  "x_Approximate",
  "x_Version",
  "x_BillingRule",
  "x_IdleUsage",
  "x_LoggedUsage",
  "x_PeakTaxUsage",
  "x_CreatedAt",
  "x_EndedAt",
  "x_EndSource",
  "x_LowUsd",
  "x_HighUsd",
  "x_AsOf",
  "x_Final",
  "x_BytesPerGb",
] as const satisfies readonly HistoryColumn[];
type Row = Pick<HistoryRow, (typeof columns)[number]>;

const batchRows = 4096;

/**
 * Everything that a report of the same window counts, as rows of FOCUS: closed bills out of history, then those that can still
 * change. What has no figure comes beside it, with its bounds.
 */
export async function* focusBatches(
  source: FocusSource,
  request: FocusRequest,
  signal: AbortSignal,
): AsyncGenerator<FocusBatch> {
  const { from, until, kind, prices, gb, includes } = request;
  const settings = { ...request, kindName: kind.name };
  const labelsOf = sessionLabeller(request.attribution, source.documents, request.principalOf);
  const isInside = (at: Instant): boolean => at >= from && at < until;
  const { bills, records } = await readUnclosed(source, request);
  const told = new Set<string>();
  // The row of a session without a figure lies in the hour of its start, and it may have lived into the window; boot usage
  // may lie an hour before a start.
  const early = plusMs(from, -kind.maxTimeoutSeconds * 1000 - 3_600_000);
  for await (const table of source.history.columns(early, until, columns)) {
    signal.throwIfAborted();
    let batch = emptyBatch();
    let last: { readonly row: Row; readonly key: SessionKey; readonly name: string; readonly labels: Labels } | null =
      null;
    for (const row of rowsOf(table)) {
      if (last === null || !isOfSame(last.row, row)) {
        const key = keyOf(row);
        last = { row, key, name: sessionName(key), labels: await labelsOf({ ...key, name: row.ResourceName }) };
        records.delete(last.name);
      }
      if (bills.has(last.name) || !includes(last.key)) continue;
      if (isPriced(row)) {
        if (isInside(row.ChargePeriodStart)) batch.rows.push(focusRowOf(row, last.labels, settings));
      } else if (!told.has(last.name) && livesInside(row, request)) {
        told.add(last.name);
        batch.unpriced.push(unpricedOfRow(row, last.labels));
      }
      if (batch.rows.length >= batchRows) {
        yield batch;
        batch = emptyBatch();
      }
    }
    yield batch;
  }
  for (const bill of bills.values()) {
    if (!includes(bill)) continue;
    const labels = await labelsOf(bill);
    const inside = { ...bill, charges: bill.charges.filter(({ hourAt }) => isInside(hourAt)) };
    const rows = pricedRowsOf(inside, prices, gb);
    const priced = rows.flatMap((row) => (row === null ? [] : [focusRowOf(row, labels, settings)]));
    const lacks = priced.length < rows.length ? [unpricedBill(bill, labels)] : boundedBill(bill, labels, request);
    yield { rows: priced, unpriced: lacks };
  }
  await withoutSettledLater(source.history, records, request, signal);
  for (const record of records.values()) {
    if (includes(record)) yield { rows: [], unpriced: seenSession(record, await labelsOf(record), request) };
  }
}

const emptyBatch = (): { readonly rows: FocusRow[]; readonly unpriced: UnpricedRow[] } => ({ rows: [], unpriced: [] });

function* rowsOf({ rows, columns: read }: HistoryColumns<(typeof columns)[number]>): Generator<Row> {
  for (let row = 0; row < rows; row += 1) {
    yield Object.fromEntries(columns.map((name) => [name, read[name][row] ?? null])) as unknown as Row;
  }
}

const keyOf = (row: Row): SessionKey => ({
  account: accountId(row.SubAccountId),
  region: region(row.RegionId),
  interpreter: interpreterId(row.x_Interpreter),
  session: sessionId(row.ResourceId),
});

const isOfSame = (a: Row, b: Row): boolean =>
  a.ResourceId === b.ResourceId &&
  a.x_Interpreter === b.x_Interpreter &&
  a.RegionId === b.RegionId &&
  a.SubAccountId === b.SubAccountId;

const isPriced = (row: Row): row is Row & PricedRow => row.SkuMeter !== null && row.BilledCost !== null;

/** A charge counts in its hour; a session without charges in all of its life. */
function livesInside(row: Row, request: FocusRequest): boolean {
  const { from, until } = request;
  if (row.SkuMeter !== null) return row.ChargePeriodStart >= from && row.ChargePeriodStart < until;
  const startsAt = row.x_CreatedAt ?? row.ChargePeriodStart;
  const endsAt = latestEnd(startsAt, row.x_EndedAt, row.x_AsOf, request);
  return startsAt < until && Math.max(endsAt, startsAt + 1) > from;
}
