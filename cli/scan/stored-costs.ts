import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { sqliteLedger } from "../../adapters/sqlite/ledger.ts";
import type { ScanOutcome } from "../../core/jobs/scan/outcome.ts";
import { readAccount, writeAccount } from "../../core/ledger/account-text.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { withLedgerCosts } from "../../core/reporting/ledger-costs.ts";
import { CliError } from "../cli-error.ts";
import type { AwsSettings } from "../config/aws-settings.ts";
import { exitCode } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { defaultStateFile } from "../watch/state-file.ts";

/** Takes the costs that `watch` has metered into a pass. Throws `CliError` where the named state cannot be read. */
export async function withStoredCosts(
  outcome: ScanOutcome,
  state: string | true | null,
  settings: Pick<AwsSettings, "prices" | "gb">,
  terminal: Pick<Terminal, "env" | "cwd">,
): Promise<ScanOutcome> {
  if (state === null) return outcome;
  const file = state === true ? defaultStateFile(terminal.env, process.platform) : path.resolve(terminal.cwd, state);
  if (!existsSync(file)) {
    throw new CliError(
      `there is no state file ${file}: run \`sandmeter watch\` first, which reads usage records and keeps the ledger`,
      exitCode.usage,
    );
  }
  try {
    const ledger = sqliteLedger(file, { encode: writeAccount, decode: readAccount }, "read");
    try {
      return await withLedgerCosts(outcome, ledger, settings.prices, settings.gb);
    } finally {
      ledger.close();
    }
  } catch (error) {
    throw error instanceof RegistryError ? new CliError(error.message, exitCode.failed, { cause: error }) : error;
  }
}
