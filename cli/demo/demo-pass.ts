import { fileCloseBook } from "../../adapters/history/close-book.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { memoryStopRecords } from "../../adapters/memory/stop-records.ts";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { keepAccounts } from "../../core/jobs/keep-accounts.ts";
import { observe } from "../../core/jobs/observe/observe.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { defaultThresholds } from "../../core/quota/thresholds.ts";
import { besidePasses, noAccounts } from "../accounts/accounts-schedule.ts";
import { accountsInputOf, accountsPortsOf } from "../accounts/compose.ts";
import type { Stores } from "../accounts/stores.ts";
import { builtInPricing } from "../scan/compose.ts";
import { observeInputOf, observePortsOf } from "../watch/compose.ts";
import type { WatchOptions } from "../watch/watch-options.ts";
import { type WatchOutcome, watchOutcome } from "../watch/watch-outcome.ts";
import type { DemoWorld } from "./demo-world.ts";

/** What the demo sees is not worth keeping: nothing of it outlives the process. */
export function demoStores(targets: DemoWorld["targets"]): Stores {
  const registry = sqliteRegistry(":memory:");
  const files = memoryStore();
  return {
    registry,
    ledger: memoryLedger(),
    documents: memoryDocuments(),
    stopRecords: memoryStopRecords(),
    history: parquetHistory(files, builtInPricing),
    closeBook: fileCloseBook(files),
    targets: async () => targets,
    close: registry.close,
  };
}

/** Enough of the fleet's past for sessions to be settled in the first pass, and little enough to wait for. */
const backfillMs = 2.5 * 3_600_000;

/** The same pass as that of `watch`. */
export function demoPass(
  world: DemoWorld,
  stores: Stores,
  watch: Pick<WatchOptions, "accountsEveryMs" | "passes">,
): (startedAt: Instant, signal: AbortSignal, number: number) => Promise<WatchOutcome> {
  const observing = observe(observePortsOf(world.clients, stores.registry, world.homeRegion, () => undefined));
  const settings = { ...builtInPricing, thresholds: defaultThresholds, limitOverrides: [] };
  const observeInput = observeInputOf(settings, { targets: world.targets, notEnabled: "fail" }, true);
  const usage = { usageFrom: null, logGroup: null, trail: null };
  const keeping = keepAccounts(accountsPortsOf(world.clients, stores, usage, world.homeRegion));
  const accounts = {
    meter: { gb: builtInPricing.gb, idleVcpu: 0.02, unpricedRule: "2026-09" as const },
    attribution: { rules: [], labels: [] },
    budgets: [],
    backfillMs,
    aggregateAbove: Number.POSITIVE_INFINITY,
  };
  const accountsInput = accountsInputOf(settings, accounts, { targets: world.targets, notEnabled: "fail" }, true);
  const beside =
    watch.accountsEveryMs === null
      ? noAccounts
      : besidePasses(watch.accountsEveryMs, (now, _pass, signal) => keeping(now, accountsInput, signal));
  return async (startedAt, signal, number) => {
    const outcome = await observing(startedAt, observeInput, signal);
    const kept = await beside.inPass(startedAt, outcome, number === watch.passes, signal);
    return watchOutcome(outcome, kept, []);
  };
}
