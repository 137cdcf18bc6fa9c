import type { FileStore } from "../../adapters/history/file-store.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { Restatement, SessionBill } from "../../core/ledger/charge.ts";
import type { History } from "../../core/ports/ledger.ts";
import { bill, hours } from "../ledger-store/bills.ts";
import { collect } from "./collect.ts";

export const prices = priceBookOf(codeInterpreterPrices);
export const historyIn = (store: FileStore, clock?: { readonly now: () => Instant }): History =>
  parquetHistory(store, { prices, gb: "binary" }, clock);

/** Midnight UTC, so many days after 2026-11-20. */
export const day = (count: number) => plusMs(instant(Date.UTC(2026, 10, 20)), count * 86_400_000);
export const always = [day(-1000), day(1000)] as const;

export const allBills = async (history: History): Promise<SessionBill[]> =>
  (await collect(history.bills(...always))).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
const nameOf = (it: SessionBill): string => JSON.stringify([it.account, it.region, it.interpreter, it.session]);

export const restatement = (session: string, change: Partial<Restatement> = {}): Restatement => {
  const { account, region, interpreter, session: id } = bill(session);
  return {
    account,
    region,
    interpreter,
    session: id,
    at: hours(5),
    version: 2,
    reason: "late-records",
    beforeUsd: "0.000000000001",
    afterUsd: null,
    lateRecords: 3,
    ...change,
  };
};

/** A store whose process is killed at its write number `writes`, counted from 0, before or after the write took effect. */
export function dyingAt(store: FileStore, writes: number, when: "before" | "after"): FileStore {
  let left = writes;
  const killed = () => new Error("killed");
  return {
    ...store,
    put: async (path, bytes, revision) => {
      const dies = left-- === 0;
      if (dies && when === "before") throw killed();
      const outcome = await store.put(path, bytes, revision);
      if (dies) throw killed();
      return outcome;
    },
  };
}
