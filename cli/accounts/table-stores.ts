import { AwsError } from "../../adapters/aws/aws-error.ts";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { readIdentity } from "../../adapters/aws/identity.ts";
import { fileCloseBook } from "../../adapters/history/close-book.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import type { PriceBook } from "../../core/billing/price-book.ts";
import type { Target } from "../../core/inventory/target.ts";
import { region } from "../../core/kernel/ids.ts";
import { mapConcurrently } from "../../core/kernel/map-concurrently.ts";
import { readAccount, writeAccount } from "../../core/ledger/account-text.ts";
import type { Registry } from "../../core/ports/registry.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { safeText } from "../render/safe-text.ts";
import { systemClock } from "../system-clock.ts";
import type { AccountsSettings } from "./accounts-settings.ts";
import { homeS3 } from "./home-s3.ts";
import { fileStoreOf, type Stores } from "./stores.ts";

/**
 * Opens what a deployment keeps: its table, in the Region of the environment or the profile, and its history. Throws
 * `UsageError` where no Region is named.
 */
export async function openTableStores(
  table: string,
  settings: Pick<AccountsSettings, "history" | "meter">,
  prices: PriceBook,
  clients: AwsClients,
  signal: AbortSignal,
): Promise<Stores> {
  const home = await clients.defaultRegion();
  if (home === null)
    throw new UsageError(["no Region for --table: set AWS_REGION, or a region in the profile, to the deployment's"]);
  const client = await clients.dynamoDb(home);
  // A command that reads a state file does not wait for the SDK of another store.
  const [{ dynamodbDocuments }, { dynamodbLedger }, { dynamodbRegistry }, { dynamodbStopRecords }] = await Promise.all([
    import("../../adapters/dynamodb/documents.ts"),
    import("../../adapters/dynamodb/ledger.ts"),
    import("../../adapters/dynamodb/registry.ts"),
    import("../../adapters/dynamodb/stop-records.ts"),
  ]);
  const files = await fileStoreOf(settings.history, () => homeS3(clients));
  const registry = dynamodbRegistry(client, table);
  return {
    registry,
    targets: () => targetsIn(registry, clients, home, signal),
    ledger: dynamodbLedger(client, table, { encode: writeAccount, decode: readAccount }),
    documents: dynamodbDocuments(client, table),
    stopRecords: dynamodbStopRecords(client, table),
    history: parquetHistory(files, { prices, gb: settings.meter.gb }),
    closeBook: fileCloseBook(files),
    close: () => undefined,
  };
}

const loadsAtOnce = 4;

/** A deployment is about the account that it is in. Of its Regions those were scanned that the table has something of. */
async function targetsIn(
  registry: Pick<Registry, "load">,
  clients: AwsClients,
  home: string,
  signal: AbortSignal,
): Promise<readonly Target[]> {
  try {
    const { account, partition } = await readIdentity(clients, [home], systemClock.now, signal);
    const names = codeInterpreterKind.regions[partition] ?? [];
    const targets = [...new Set([...names, home])].sort().map((name) => ({ account, region: region(name) }));
    const records = await mapConcurrently(targets, loadsAtOnce, (target) => registry.load(target));
    return targets.filter((_, index) => (records[index]?.revision ?? 0) > 0);
  } catch (error) {
    if (error instanceof AwsError) throw new CliError(safeText(error.message), undefined, { cause: error });
    throw error;
  }
}
