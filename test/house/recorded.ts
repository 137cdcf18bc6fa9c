import path from "node:path";
import { awsClients } from "../../adapters/aws/clients.ts";
import { accountsInputOf, accountsPortsOf } from "../../cli/accounts/compose.ts";
import { openStores } from "../../cli/accounts/stores.ts";
import { observeInputOf, observePortsOf } from "../../cli/watch/compose.ts";
import { defaultStateFile } from "../../cli/watch/state-file.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import type { Target } from "../../core/inventory/target.ts";
import { keepAccounts } from "../../core/jobs/keep-accounts.ts";
import { observe } from "../../core/jobs/observe/observe.ts";
import { instant } from "../../core/kernel/instant.ts";
import { defaultThresholds } from "../../core/quota/thresholds.ts";

/**
 * What `sandmeter watch --once` leaves behind for whoever has this home folder: the same jobs on the same stores, at as many
 * requests as the embedded AWS takes, because documents cannot wait for those of AWS.
 */
export async function recordOnce(url: string, home: string, target: Target, now: number): Promise<void> {
  const signal = new AbortController().signal;
  const stateFile = defaultStateFile({ HOME: home }, "linux");
  const prices = priceBookOf(codeInterpreterPrices);
  const meter = { gb: "binary", idleVcpu: 0.02, unpricedRule: "2026-09" } as const;
  const embedded = { endpoint: url, accessKeyId: target.account, secretAccessKey: "none", othersTimes: 1000 };
  const clients = awsClients({ version: "0.0.0", requestsPerSecond: 3000, rateShare: 1, embedded });
  const history = { kind: "folder" as const, folder: path.join(path.dirname(stateFile), "history") };
  const stores = await openStores({ stateFile, history, meter }, prices, () => clients.s3(target.region));
  try {
    const settings = { prices, gb: meter.gb, thresholds: defaultThresholds, limitOverrides: [] };
    const subject = { targets: [target], notEnabled: "fail" as const };
    const observing = observe(observePortsOf(clients, stores.registry, target.region, () => undefined));
    await observing(instant(now), observeInputOf(settings, subject, false), signal);
    const none = { rules: [], labels: [] };
    const accounts = { meter, attribution: none, budgets: [], backfillMs: 4 * 3_600_000, aggregateAbove: 2000 };
    const ports = accountsPortsOf(clients, stores, { usageFrom: null, logGroup: null, trail: null }, target.region);
    await keepAccounts(ports)(instant(now), accountsInputOf(settings, accounts, subject, false), signal);
  } finally {
    stores.close();
    clients.close();
  }
}
