import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { HistoryRow } from "../../core/ports/history-row.ts";
import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";
import type { TableColumns } from "./column-kinds.ts";
import type { FileStore } from "./file-store.ts";
import { historyColumnsOf, historySchema, tableOfRows } from "./history-schema.ts";
import { dayOf, daysLater, partitionPath } from "./partition.ts";
import { replaceFile } from "./replace-file.ts";
import { type HistoryPricing, rowsOfBill } from "./rows-of-bill.ts";
import { keepSuperseded } from "./superseded.ts";

/** What one file shall hold of one bill: perhaps nothing, where an earlier version had rows there and this one has none. */
interface Share {
  readonly bill: SessionBill;
  readonly rows: readonly HistoryRow[];
}

/**
 * Writes bills into the files of their days, earlier days first. A file that holds them already is not written, so a repeated
 * call costs a read. Each file is rewritten as a whole: there is one for each day, account and Region, whatever the number
 * of passes, and no moment at which it holds two versions of a bill.
 */
export async function writeBills(
  store: FileStore,
  bills: readonly SessionBill[],
  pricing: HistoryPricing,
): Promise<void> {
  const files = new Map<string, Map<string, Share>>();
  for (const bill of latestOf(bills)) {
    for (const [day, rows] of sharesOf(bill, pricing)) {
      const path = partitionPath("history", day, bill.account, bill.region);
      const shares = files.get(path) ?? new Map<string, Share>();
      files.set(path, shares.set(nameOf(bill), { bill, rows }));
    }
  }
  for (const [path, shares] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) await writeShares(store, path, shares);
}

const nameOf = (key: SessionKey): string => `${targetPart(key)}/${sessionPart(key)}`;

function latestOf(bills: readonly SessionBill[]): Iterable<SessionBill> {
  const latest = new Map<string, SessionBill>();
  for (const bill of bills) {
    const name = nameOf(bill);
    if ((latest.get(name)?.version ?? -1) <= bill.version) latest.set(name, bill);
  }
  return latest.values();
}

function sharesOf(bill: SessionBill, pricing: HistoryPricing): Map<Instant, readonly HistoryRow[]> {
  const rows = rowsOfBill(bill, pricing);
  const shares: Map<Instant, readonly HistoryRow[]> = Map.groupBy(rows, (row) => dayOf(row.ChargePeriodStart));
  if (bill.version <= 1) return shares;
  // A session lives for 8 hours at most, so an earlier version had its rows within a day of these.
  for (const day of [...shares.keys()]) {
    for (const near of [daysLater(day, -1), daysLater(day, 1)]) if (!shares.has(near)) shares.set(near, []);
  }
  return shares;
}

async function writeShares(store: FileStore, path: string, shares: ReadonlyMap<string, Share>): Promise<void> {
  const shareAt = shareFinder(shares);
  await replaceFile(store, path, historySchema, {
    looksAt: ["SubAccountId", "RegionId", "ResourceId", "x_Interpreter", "x_Version"],
    decide: async (stored) => {
      const versions = new Map<Share, number>();
      for await (const table of stored) {
        const find = shareAt(table);
        const { x_Version } = historyColumnsOf<"x_Version">(table).columns;
        for (let row = 0; row < table.rows; row += 1) {
          const share = find(row);
          if (share !== null) versions.set(share, Math.max(versions.get(share) ?? -1, x_Version[row] ?? -1));
        }
      }
      // A version is written once: what is there with the same number is the same bill.
      const newer = [...shares.values()].filter(
        (share) => (versions.get(share) ?? -1) < share.bill.version && (share.rows.length > 0 || versions.has(share)),
      );
      if (newer.length === 0) return null;
      const replaced = new Set(newer.filter((share) => versions.has(share)));
      return {
        keeps: (table) => {
          const find = shareAt(table);
          return (row) => {
            const share = find(row);
            return share === null || !replaced.has(share);
          };
        },
        adds: tableOfRows(newer.flatMap((share) => share.rows)),
        ...(replaced.size === 0 ? {} : { before: (dropped) => keepSuperseded(store, dropped, asOfReplacing(shareAt)) }),
      };
    },
  });
}

type Finder = (table: TableColumns) => (row: number) => Share | null;

const asOfReplacing = (shareAt: Finder) => (table: TableColumns) => {
  const find = shareAt(table);
  return (row: number): Instant | null => find(row)?.bill.asOf ?? null;
};

// Most rows of a file are of other sessions: their ids alone tell, and no name is made for them.
function shareFinder(shares: ReadonlyMap<string, Share>): Finder {
  const sessions = new Set<string>(Array.from(shares.values(), ({ bill }) => bill.session));
  return (table) => {
    const { SubAccountId, RegionId, ResourceId, x_Interpreter } = historyColumnsOf<
      "SubAccountId" | "RegionId" | "ResourceId" | "x_Interpreter"
    >(table).columns;
    return (row) => {
      const session = ResourceId[row] ?? "";
      if (!sessions.has(session)) return null;
      const key = { account: SubAccountId[row], region: RegionId[row], interpreter: x_Interpreter[row], session };
      return shares.get(nameOf(key as SessionKey)) ?? null;
    };
  };
}
