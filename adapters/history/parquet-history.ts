import type { HistoryColumn } from "../../core/ports/history-row.ts";
import type { History } from "../../core/ports/ledger.ts";
import type { FileStore } from "./file-store.ts";
import { historyColumnNames, historyColumnsOf } from "./history-schema.ts";
import { dayOf, daysLater } from "./partition.ts";
import { readBills } from "./read-bills.ts";
import { readColumns } from "./read-columns.ts";
import { readPartitions } from "./read-partitions.ts";
import { readRestatements, writeRestatements } from "./restatements.ts";
import type { HistoryPricing } from "./rows-of-bill.ts";
import { writeBills } from "./write-bills.ts";

/**
 * History in Parquet files:
 *
 *     history/day=2026-11-20/account=111122223333/region=us-east-1/rows.parquet
 *     audit/superseded/day=…/account=…/region=…/rows.parquet
 *     audit/restatements/day=…/account=…/region=…/rows.parquet
 *
 * Any engine that reads Parquet reads them as they are: nothing is counted twice, and no list of valid files is needed.
 */
export const parquetHistory = (store: FileStore, pricing: HistoryPricing): History => ({
  write: (bills) => writeBills(store, bills, pricing),
  restated: (restatements) => writeRestatements(store, restatements),
  bills: (from, until) => readBills(store, from, until),
  columns: (from, until, names) => readColumns(store, from, until, names),
  restatements: (from, until) => readRestatements(store, from, until),
  superseded: async function* (from, until) {
    for await (const table of readPartitions(
      store,
      "audit/superseded",
      dayOf(from),
      daysLater(dayOf(until), dayOf(until) === until ? 0 : 1),
      historyColumnNames,
    )) {
      yield historyColumnsOf<HistoryColumn>(table);
    }
  },
});
