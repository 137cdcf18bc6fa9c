import { awsClients } from "../adapters/aws/clients.ts";
import { codeInterpreterKind } from "../adapters/aws/code-interpreter-kind.ts";
import { awsListEndedSessions } from "../adapters/aws/ended-sessions.ts";
import { awsSendEvents } from "../adapters/aws/events.ts";
import { awsInterpreterUsage } from "../adapters/aws/interpreter-usage.ts";
import { awsSandboxReader } from "../adapters/aws/sandbox-reader.ts";
import { awsReadTags } from "../adapters/aws/tags.ts";
import { deployedPricing, deployedTrail } from "../adapters/config/deployed-configuration.ts";
import { deployedLabels } from "../adapters/config/deployed-labels.ts";
import type { StoredPlace } from "../adapters/config/stored-place.ts";
import type { UsageSettings } from "../adapters/config/usage-of.ts";
import { dynamodbDocuments } from "../adapters/dynamodb/documents.ts";
import { dynamodbLedger } from "../adapters/dynamodb/ledger.ts";
import { dynamodbRegistry } from "../adapters/dynamodb/registry.ts";
import { bucketTrail } from "../adapters/files/trail.ts";
import { parquetHistory } from "../adapters/history/parquet-history.ts";
import { s3Store } from "../adapters/history/s3-store.ts";
import type { PriceBook } from "../core/billing/price-book.ts";
import type { AccountsOutcome } from "../core/jobs/accounts/outcome.ts";
import type { AccountsPorts } from "../core/jobs/accounts/ports.ts";
import { keepAccounts } from "../core/jobs/keep-accounts.ts";
import type { Instant } from "../core/kernel/instant.ts";
import { readAccount, writeAccount } from "../core/ledger/account-text.ts";
import { readDeployedFile } from "./deployed-file.ts";
import type { AccountsEnvironment } from "./environment.ts";
import type { FunctionPlace } from "./function-place.ts";
import { requestsPerSecond, tableClient } from "./service-limits.ts";
import { targetsOf } from "./targets.ts";
import { textOf, usageSourceOf } from "./usage-source.ts";

/** One pass over the cost ledger of this deployment's targets. */
export type AccountsKeeper = (now: Instant, place: FunctionPlace, signal: AbortSignal) => Promise<AccountsOutcome>;

/** The composition root: makes every client, so that all passes of one warm function share connections and the request budget. */
export function accountsKeeperOf(environment: AccountsEnvironment): AccountsKeeper {
  const { prices, usage } = readDeployedFile(environment.taskRoot, deployedPricing);
  const labels = readDeployedFile(environment.taskRoot, deployedLabels);
  const trail = readDeployedFile(environment.taskRoot, deployedTrail);
  const ports = portsOf(environment, prices, { usage, trail });
  const keeping = ports.then(keepAccounts);
  return async (now, place, signal) => {
    const targets = targetsOf(environment.regions, place);
    const notEnabled = environment.regions === "all" ? "skip" : "fail";
    const { meter, backfillMs, aggregateAbove } = usage;
    const keep = await keeping;
    return keep(
      now,
      { targets, notEnabled, prices, meter, ...labels, publish: true, backfillMs, aggregateAbove },
      signal,
    );
  };
}

async function portsOf(
  { version, rateShare, homeRegion, table, historyBucket }: AccountsEnvironment,
  prices: PriceBook,
  { usage, trail }: { readonly usage: UsageSettings; readonly trail: StoredPlace | null },
): Promise<AccountsPorts> {
  const clients = awsClients({ version, requestsPerSecond, rateShare });
  const state = tableClient(homeRegion);
  const files = s3Store(await clients.s3(homeRegion), historyBucket, "");
  return {
    sandboxes: awsSandboxReader(clients),
    listEndedSessions: awsListEndedSessions(clients),
    readTags: awsReadTags(clients),
    readInterpreterUsage: awsInterpreterUsage(clients),
    kind: codeInterpreterKind,
    usage: usageSourceOf(clients, usage),
    registry: dynamodbRegistry(state, table),
    ledger: dynamodbLedger(state, table, { encode: writeAccount, decode: readAccount }),
    history: parquetHistory(files, { prices, gb: usage.meter.gb }),
    documents: dynamodbDocuments(state, table),
    // A deployment refuses a configuration that names a folder.
    trail: trail?.kind === "bucket" ? bucketTrail(clients.s3, textOf(trail)).follow : null,
    sendEvents: awsSendEvents(clients, homeRegion),
  };
}
