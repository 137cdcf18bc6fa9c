import { existsSync } from "node:fs";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import type { AccountsSettings } from "../accounts/accounts-settings.ts";
import { homeS3 } from "../accounts/home-s3.ts";
import { openStores, placeText, type Stores } from "../accounts/stores.ts";
import { openTableStores } from "../accounts/table-stores.ts";
import { CliError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import type { ReportSettings } from "./report-subject.ts";

/** Does what reads the ledger: that of a deployment's table where one is named, else of the state file. */
export async function withStores<T>(
  { settings, accounts }: ReportSettings,
  clients: AwsClients,
  signal: AbortSignal,
  work: (stores: Stores) => Promise<T>,
): Promise<T> {
  const stores =
    accounts.table === null
      ? await openStores(stateToRead(accounts), settings.prices, () => homeS3(clients), "read")
      : await openTableStores(accounts.table, accounts, settings.prices, clients, signal);
  try {
    return await work(stores);
  } catch (error) {
    throw error instanceof RegistryError ? new CliError(error.message, exitCode.failed, { cause: error }) : error;
  } finally {
    stores.close();
  }
}

/**
 * Reading makes no state: where there is no state file, there is nothing but history, and where there is neither, nothing was
 * ever recorded. Throws `CliError` then.
 */
function stateToRead(accounts: AccountsSettings): AccountsSettings {
  if (existsSync(accounts.stateFile)) return accounts;
  const { history } = accounts;
  if (history.kind === "bucket" || existsSync(history.folder)) return { ...accounts, stateFile: ":memory:" };
  throw new CliError(
    `nothing has been recorded yet: there is neither a state file ${accounts.stateFile} nor history in ${placeText(history)}. Run \`sandmeter watch\` first, or name them with --state and --history.`,
    exitCode.failed,
  );
}
