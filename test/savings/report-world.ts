import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { memoryStopRecords } from "../../adapters/memory/stop-records.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import type { Target } from "../../core/inventory/target.ts";
import { rememberRegrets } from "../../core/jobs/sweep/regret/stored-regrets.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import { type SavingsRequest, type SavingsSource, savingsReport } from "../../core/reporting/savings-report.ts";
import { bill, charge, entry } from "../ledger-store/bills.ts";
import { here, minutes } from "../stop-records/records.ts";

export const never = new AbortController().signal;
const noHistory: SavingsSource["history"] = { columns: async function* () {} };

/** What a session's bill says once all of its records are there. */
export const wholeBill = ({ key, entry: { createdAt }, intendedAt }: StopRecord, peakBytes: number): SessionBill =>
  bill(key.session, {
    ...key,
    createdAt,
    endedAt: intendedAt,
    peakBytes,
    gapMs: 0,
    approximate: null,
    lateUnverifiable: 0,
    charges: [charge({ meteredMs: intendedAt - createdAt })],
  });

interface Kept {
  readonly stops: readonly StopRecord[];
  readonly bills?: readonly SessionBill[];
  readonly regretted?: readonly StopRecord[];
  readonly targets?: readonly Target[];
  readonly history?: SavingsSource["history"];
  /** False: no pass has judged anything. */
  readonly judged?: boolean;
}

/** Savings of what is kept. */
export async function savingsIn(kept: Kept, change: Partial<SavingsRequest> = {}) {
  const records = memoryStopRecords();
  const ledger = memoryLedger();
  const documents = memoryDocuments();
  const now = minutes(24 * 60);
  for (const stop of kept.stops) await records.put({ ...stop, revision: 0 });
  for (const each of kept.bills ?? []) await ledger.put(entry(0, each));
  const targets = kept.targets ?? [here];
  for (const target of kept.judged === false ? [] : targets) {
    const own = (kept.regretted ?? []).filter(({ key }) => key.region === target.region);
    const regrets = own.map(({ id, intendedAt }) => ({ id, how: "called" as const, intendedAt }));
    await rememberRegrets(documents, target, { judged: { from: minutes(-60), until: now }, regrets }, now);
  }
  const source = { stopRecords: records, ledger, documents, history: kept.history ?? noHistory };
  const request: SavingsRequest = {
    now,
    window: { from: instant(Date.UTC(2026, 10, 1)), until: instant(Date.UTC(2026, 11, 1)) },
    targets,
    groupBy: ["policy"],
    prices: priceBookOf(codeInterpreterPrices),
    gb: "binary",
    memoryGb: 8,
    monitorUsdPerMonth: null,
    ...change,
  };
  const report = await savingsReport(source, request, never);
  return { now, from: request.window.from, until: request.window.until, groupBy: request.groupBy, report };
}
