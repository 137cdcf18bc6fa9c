import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import { awsClients } from "../../adapters/aws/clients.ts";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { accountsPortsOf } from "../../cli/accounts/compose.ts";
import { observePortsOf } from "../../cli/watch/compose.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import type { Target } from "../../core/inventory/target.ts";
import { keepAccounts } from "../../core/jobs/keep-accounts.ts";
import { observe } from "../../core/jobs/observe/observe.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { defaultAlertRule } from "../../core/quota/alert-rule.ts";
import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import type { FleetSpec } from "../../local/fleet/fleet-spec.ts";
import { startLocalAws } from "../../local/server.ts";
import { collect } from "../history/collect.ts";
import { settings } from "../ledger/account-fixtures.ts";

const accounts = ["111122223333", "444455556666"] as const;
const regions = ["us-east-1", "sa-east-1"] as const;
const prices = priceBookOf(codeInterpreterPrices);
const never = new AbortController().signal;
/** Thresholds as they are where nobody sets them. */
const rule = defaultAlertRule;

/** What `/_local/truth` says of a session. */
export interface TrueSession {
  readonly account: string;
  readonly region: string;
  readonly interpreter: string;
  readonly session: string;
  readonly name: string | null;
  readonly createdAt: string;
  readonly usageLogs: "none" | "log-group" | "missing" | "unreadable" | "bucket";
  readonly vcpuNs: string | null;
  readonly byteMs: string | null;
  readonly ratedUsd: string | null;
  readonly loggedUsd: string | null;
}

export const periodsIn = (name: string) => prices.get(region(name)) ?? [];

/** An embedded AWS with a fleet, watched through two accounts over HTTP: scans fill a registry, and passes keep accounts. */
export async function watchedFleet(fleet: FleetSpec, startAt: number) {
  const clock = localClock({ startAt, speed: 0 });
  const world = createWorld({
    fleet,
    seed: 11,
    clock,
    unknowns: {},
    limits: { requestsPerSecond: 100_000, othersTimes: 10_000 },
  });
  const server = await startLocalAws({ world, port: 0 });
  const folder = await mkdtemp(path.join(tmpdir(), "accounts-"));
  const stores = {
    registry: memoryRegistry(),
    ledger: memoryLedger(),
    documents: memoryDocuments(),
    history: parquetHistory(folderStore(folder), { prices, gb: "binary" }),
  };
  const callers = accounts.map((account) => {
    const clients = awsClients({
      version: "0.0.0",
      requestsPerSecond: 100_000,
      rateShare: 1,
      embedded: { endpoint: server.url, accessKeyId: account, secretAccessKey: "not-secret", othersTimes: 10_000 },
    });
    const targets: readonly Target[] = regions.map((name) => ({ account: accountId(account), region: region(name) }));
    const ports = accountsPortsOf(clients, stores, { usageFrom: null, logGroup: null, trail: null }, "us-east-1");
    return {
      clients,
      targets,
      ports,
      observing: observe(observePortsOf(clients, stores.registry, "us-east-1", () => {})),
    };
  });
  afterAll(async () => {
    for (const { clients } of callers) clients.close();
    await server.close();
    await rm(folder, { recursive: true });
  });
  const now = () => instant(clock.now());
  return {
    stores,
    /** Where history is, for whoever reads it by other means. */
    folder,
    url: server.url,
    now,
    callers,
    advance: async (seconds: number): Promise<void> => {
      await fetch(`${server.url}/_local/advance`, { method: "POST", body: JSON.stringify({ seconds }) });
    },
    truth: async (): Promise<readonly TrueSession[]> => {
      const answer = await fetch(`${server.url}/_local/truth`);
      return ((await answer.json()) as { sessions: TrueSession[] }).sessions;
    },
    scanned: async () => {
      for (const { observing, targets } of callers) {
        await observing(
          now(),
          {
            targets,
            prices,
            gb: "binary",
            rule,
            limitOverrides: [],
            notEnabled: "skip",
            publish: false,
            rememberSeenEveryMs: 0,
          },
          never,
        );
      }
    },
    passed: async () => {
      const outcomes = [];
      for (const { ports, targets } of callers) {
        const attribution = { rules: [], labels: [] };
        const limits = { backfillMs: 36 * 3_600_000, aggregateAbove: 1000, notEnabled: "fail" } as const;
        const input = { targets, prices, meter: settings, attribution, budgets: [], publish: false, ...limits };
        outcomes.push(await keepAccounts(ports)(now(), input, never));
      }
      return outcomes.flatMap(({ targets }) => targets);
    },
    bills: (): Promise<SessionBill[]> => collect(stores.history.bills(instant(0), instant(Date.UTC(2030, 0)))),
    open: async () => (await Promise.all(callers.flatMap(({ targets }) => targets.map(stores.ledger.open)))).flat(),
  };
}
