import { instant } from "../../core/kernel/instant.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { History } from "../../core/ports/ledger.ts";
import type { FileStore } from "./file-store.ts";
import { filesOf } from "./files-of.ts";
import { readBills } from "./read-bills.ts";
import { readColumns } from "./read-columns.ts";
import { readRestatements, writeRestatements } from "./restatements.ts";
import type { HistoryPricing } from "./rows-of-bill.ts";
import { readSuperseded } from "./superseded.ts";
import { writeBills } from "./write-bills.ts";

/**
 * History in Parquet files:
 *
 *     history/day=2026-11-20/account=111122223333/region=us-east-1/rows.parquet
 *     audit/superseded/day=…/account=…/region=…/rows.parquet
 *     audit/restatements/day=…/account=…/region=…/rows.parquet
 *
 * Any engine that reads Parquet reads them as they are: nothing is counted twice, and no list of valid files is needed.
 *
 * The clock says when rows are written and replaced, for reports of how things stood. A job's own `now` would not do: what a pass
 * writes minutes after it began was not there for who read in between.
 */
export const parquetHistory = (
  store: FileStore,
  pricing: HistoryPricing,
  clock: Pick<Clock, "now"> = wallClock,
): History => ({
  write: (bills) => writeBills(store, bills, { ...pricing, at: clock.now(), restored: false }),
  restore: async (bills) => {
    await writeBills(store, bills, { ...pricing, at: clock.now(), restored: true });
  },
  filesOf: (target, days, whole) => filesOf(store, target, days, whole),
  restated: (restatements) => writeRestatements(store, restatements),
  bills: (from, until) => readBills(store, from, until),
  columns: (from, until, names) => readColumns(store, from, until, names),
  restatements: (from, until) => readRestatements(store, from, until),
  superseded: (from, until) => readSuperseded(store, from, until),
});

const wallClock = { now: () => instant(Date.now()) };
