import { gbUnitOf } from "../billing/gigabyte.ts";
import { costWithin } from "../budget/dated-cost.ts";
import type { Target } from "../inventory/target.ts";
import { boundsIn, latestEnd, type Pricing } from "../jobs/check-spend/costs.ts";
import { accountId, interpreterId, region, sessionId } from "../kernel/ids.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import { usd } from "../kernel/money.ts";
import type { CostBasis } from "../ledger/charge.ts";
import type { HistoryColumn, HistoryColumns } from "../ports/history-row.ts";
import type { Meter } from "./cost-cells.ts";
import type { GroupedSession } from "./cost-groups.ts";
import type { CostTally, OpenSession } from "./cost-tally.ts";
import type { SessionFacts } from "./session-facts.ts";

/** What a report reads of history. */
export const reportColumns = [
  "ChargePeriodStart",
  "SubAccountId",
  "RegionId",
  "ResourceId",
  "ResourceName",
  "SkuMeter",
  "ListUnitPrice",
  "x_Interpreter",
  "x_CostBasis",
  "x_Approximate",
  "x_Usage",
  "x_IdleUsage",
  "x_LoggedUsage",
  "x_PeakTaxUsage",
  "x_CreatedAt",
  "x_EndedAt",
  "x_GapMs",
  "x_LateUnverifiable",
  "x_LowUsd",
  "x_HighUsd",
  "x_AsOf",
  "x_Final",
  "x_FirstHourAt",
  "x_LastHourAt",
  "x_BytesPerGb",
] as const satisfies readonly HistoryColumn[];
/** What a report of how things stood reads. */
export const asOfColumns = [...reportColumns, "x_WrittenAt"] as const satisfies readonly HistoryColumn[];
export type AsOfColumns = HistoryColumns<(typeof asOfColumns)[number]>["columns"];
/** The first of the others tells how wide gaps may be, which no report asks. */
export type TalliedColumn = (typeof reportColumns)[number] | "x_PeakBytes" | "x_WrittenAt";
type Columns = HistoryColumns<(typeof reportColumns)[number]>["columns"] &
  Partial<HistoryColumns<"x_PeakBytes" | "x_WrittenAt">["columns"]>;

export interface HistoryWindow extends Pricing {
  readonly from: Instant;
  readonly until: Instant;
  readonly includes: (target: Target) => boolean;
  readonly principalOf: (session: Omit<GroupedSession, "principal">) => string | null;
  /** Whether rows of a session count; false where the ledger's bill counts instead. */
  readonly counts: (session: Omit<GroupedSession, "principal">, rows: StoredRows) => boolean;
}

/** Rows of a session that stand together, all of one day and of one version of its bill. */
interface StoredRows {
  readonly asOf: Instant;
  /** When history got them; null where that was not read, or was not written down yet. */
  readonly writtenAt: Instant | null;
  /** An hour that one of them lies in. */
  readonly hourAt: Instant;
}

/** Adds up history that comes in stretches: where one ends, the rows of a session may go on in the next. */
interface HistoryTally {
  readonly add: (stretch: { readonly rows: number; readonly columns: Columns }) => void;
  /** After the last stretch. */
  readonly end: () => void;
}

/** Adds history to a tally. The rows of a session stand together within each day. */
export function historyTally(tally: Pick<CostTally, "session">, window: HistoryWindow): HistoryTally {
  let open: OpenSession | null = null;
  /** The stretch that the last row was in. */
  let before: Columns | null = null;
  let last = -1;
  const end = (): void => {
    open?.end();
    open = null;
  };
  return {
    add: ({ rows, columns }) => {
      for (let row = 0; row < rows; row += 1) {
        if (before === null || !isOfSame(before, last, columns, row)) {
          end();
          open = begin(tally, columns, row, window);
        }
        if (open !== null) addRow(open, columns, row, window);
        before = columns;
        last = row;
      }
    },
    end,
  };
}

function begin(
  tally: Pick<CostTally, "session">,
  columns: Columns,
  row: number,
  window: HistoryWindow,
): OpenSession | null {
  const key = {
    account: accountId(columns.SubAccountId[row] ?? ""),
    region: region(columns.RegionId[row] ?? ""),
    interpreter: interpreterId(columns.x_Interpreter[row] ?? ""),
    session: sessionId(columns.ResourceId[row] ?? ""),
    name: columns.ResourceName[row] ?? null,
  };
  const asOf = columns.x_AsOf[row] ?? instant(0);
  const writtenAt = columns.x_WrittenAt?.[row] ?? null;
  const hourAt = columns.ChargePeriodStart[row] ?? instant(0);
  if (!window.includes(key) || !window.counts(key, { asOf, writtenAt, hourAt })) return null;
  const facts: SessionFacts = {
    basis: (columns.x_CostBasis[row] ?? "bounded") as CostBasis,
    final: columns.x_Final[row] ?? false,
    approximate: columns.x_Approximate[row] ?? null,
    gapMs: columns.x_GapMs[row] ?? 0,
    peakBytes: columns.x_PeakBytes?.[row] ?? null,
    lateUnverifiable: columns.x_LateUnverifiable[row] ?? 0,
    asOf,
  };
  const crosses = dayOf(columns.x_FirstHourAt[row]) !== dayOf(columns.x_LastHourAt[row]);
  return tally.session({ ...key, principal: window.principalOf(key) }, facts, crosses);
}

function addRow(open: OpenSession, columns: Columns, row: number, window: HistoryWindow): void {
  const hourAt = columns.ChargePeriodStart[row] ?? instant(0);
  const meter = columns.SkuMeter[row] ?? null;
  if (meter === null) {
    addBounded(open, columns, row, hourAt, window);
    return;
  }
  if (hourAt < window.from || hourAt >= window.until) return;
  open.add({
    hourAt,
    meter: meter as Meter,
    unitPrice: columns.ListUnitPrice[row] ?? null,
    gb: gbUnitOf(columns.x_BytesPerGb[row] ?? null) ?? window.gb,
    usage: columns.x_Usage[row] ?? 0n,
    idle: columns.x_IdleUsage[row] ?? null,
    logged: columns.x_LoggedUsage[row] ?? null,
    peakTax: columns.x_PeakTaxUsage[row] ?? null,
  });
}

function addBounded(open: OpenSession, columns: Columns, row: number, hourAt: Instant, window: HistoryWindow): void {
  const place = {
    account: accountId(columns.SubAccountId[row] ?? ""),
    region: region(columns.RegionId[row] ?? ""),
  };
  const from = columns.x_CreatedAt[row] ?? hourAt;
  const [low, high] = [amountOf(columns.x_LowUsd[row]), amountOf(columns.x_HighUsd[row])];
  const until = latestEnd(from, columns.x_EndedAt[row] ?? null, columns.x_AsOf[row] ?? from, window);
  const cost = { kind: "bounded" as const, from, until, low, high, between: boundsIn(place, window) };
  const spend = costWithin(cost, window);
  if (spend !== null) open.bound(hourWithin(from, window), spend, cost);
}

/** A life that begins before the window counts in its first hour. */
export const hourWithin = (at: Instant, { from }: Pick<HistoryWindow, "from">): Instant => {
  const inside = Math.max(at, from);
  return instant(inside - (inside % 3_600_000));
};

/** Whether two rows, of one stretch or of two, are of the same session and day. */
const isOfSame = (ofA: Columns, a: number, ofB: Columns, b: number): boolean =>
  ofA.ResourceId[a] === ofB.ResourceId[b] &&
  ofA.x_Interpreter[a] === ofB.x_Interpreter[b] &&
  ofA.RegionId[a] === ofB.RegionId[b] &&
  ofA.SubAccountId[a] === ofB.SubAccountId[b] &&
  dayOf(ofA.ChargePeriodStart[a]) === dayOf(ofB.ChargePeriodStart[b]);

const dayOf = (at: Instant | undefined): number => Math.floor((at ?? 0) / 86_400_000);
const amountOf = (amount: bigint | null | undefined) =>
  amount === null || amount === undefined ? null : usd(amount, 10n ** 12n);
