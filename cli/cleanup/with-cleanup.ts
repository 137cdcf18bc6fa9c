import type { AwsClients } from "../../adapters/aws/clients.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { homeS3 } from "../accounts/home-s3.ts";
import { openStores, type Stores } from "../accounts/stores.ts";
import { openTableStores } from "../accounts/table-stores.ts";
import { CliError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import { clientsOf } from "../scan/compose.ts";
import type { CleanupInput } from "./cleanup-input.ts";

/** Opens clients and the state, of a deployment's table where one is named, and closes them in the end. */
export async function withCleanup<T>(
  { settings, accounts }: Pick<CleanupInput, "settings" | "accounts">,
  signal: AbortSignal,
  work: (clients: AwsClients, stores: Stores) => Promise<T>,
): Promise<T> {
  const clients = clientsOf(settings);
  try {
    const stores =
      accounts.table === null
        ? await openStores(accounts, settings.prices, () => homeS3(clients))
        : await openTableStores(accounts.table, accounts, settings.prices, clients, signal);
    try {
      return await work(clients, stores);
    } finally {
      stores.close();
    }
  } catch (error) {
    throw error instanceof RegistryError ? new CliError(error.message, exitCode.failed, { cause: error }) : error;
  } finally {
    clients.close();
  }
}
