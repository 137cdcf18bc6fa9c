import type { SessionKey } from "../../core/billing/usage-record.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";
import type { TableColumns } from "./column-kinds.ts";
import { historyColumnsOf, tableOfRows } from "./history-schema.ts";
import { dayOf, partitionPath } from "./partition.ts";
import { hoursOfBill, type RowTerms, rowsOfBill } from "./rows-of-bill.ts";

/** What one file shall hold of one bill: perhaps nothing, where another version may have had rows there and this one has none. */
export interface Share {
  readonly bill: SessionBill;
  readonly day: Instant;
  /** False where the bill has no row on that day. */
  readonly hasRows: boolean;
}

/** By path, then by the session's name. */
export type SharesByFile = ReadonlyMap<string, ReadonlyMap<string, Share>>;

// A session lives for 8 hours at most, and its boot may be stamped 43 minutes early: all versions of a bill are within this.
const reachMs = 12 * 3_600_000;

/** What each file shall hold of the latest version of each bill, in the order of the paths: earlier days first. */
export function sharesOf(bills: readonly SessionBill[]): SharesByFile {
  const files = new Map<string, Map<string, Share>>();
  for (const bill of latestOf(bills)) {
    const hours = hoursOfBill(bill);
    const days = new Set(hours.map(dayOf));
    for (const day of daysInReach(hours)) {
      const path = partitionPath("history", day, bill.account, bill.region);
      const shares = files.get(path) ?? new Map<string, Share>();
      files.set(path, shares.set(nameOf(bill), { bill, day, hasRows: days.has(day) }));
    }
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The rows of shares, in tables small enough that a long list of bills does not become as many rows in memory. */
export function* tablesOf(shares: readonly Share[], terms: RowTerms): Generator<TableColumns> {
  for (let at = 0; at < shares.length; at += sharesAtOnce) {
    const rows = shares
      .slice(at, at + sharesAtOnce)
      .flatMap(({ bill, day }) => rowsOfBill(bill, terms).filter((row) => dayOf(row.ChargePeriodStart) === day));
    yield tableOfRows(rows);
  }
}

const sharesAtOnce = 2000;

export const nameOf = (key: SessionKey): string => `${targetPart(key)}/${sessionPart(key)}`;

/** The columns that `shareFinder` looks at. */
export const keyColumns = ["SubAccountId", "RegionId", "ResourceId", "x_Interpreter"] as const;

/** Tells of a row of some table whose share, if any, it belongs to. */
export function shareFinder(
  shares: ReadonlyMap<string, Share>,
): (table: TableColumns) => (row: number) => Share | null {
  // Most rows of a file are of other sessions: their ids alone tell, and no name is made for them.
  const sessions = new Set<string>(Array.from(shares.values(), ({ bill }) => bill.session));
  return (table) => {
    const { SubAccountId, RegionId, ResourceId, x_Interpreter } =
      historyColumnsOf<(typeof keyColumns)[number]>(table).columns;
    return (row) => {
      const session = ResourceId[row] ?? "";
      if (!sessions.has(session)) return null;
      const key = { account: SubAccountId[row], region: RegionId[row], interpreter: x_Interpreter[row], session };
      return shares.get(nameOf(key as SessionKey)) ?? null;
    };
  };
}

function latestOf(bills: readonly SessionBill[]): Iterable<SessionBill> {
  const latest = new Map<string, SessionBill>();
  for (const bill of bills) {
    const name = nameOf(bill);
    if ((latest.get(name)?.version ?? -1) <= bill.version) latest.set(name, bill);
  }
  return latest.values();
}

const daysInReach = (hours: readonly Instant[]): ReadonlySet<Instant> =>
  new Set(hours.flatMap((at) => [dayOf(plusMs(at, -reachMs)), dayOf(at), dayOf(plusMs(at, reachMs))]));
