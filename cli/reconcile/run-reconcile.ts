import { AwsError } from "../../adapters/aws/aws-error.ts";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { costExplorerBill } from "../../adapters/aws/cost-explorer.ts";
import { fileBill } from "../../adapters/bills/bill-file.ts";
import { BillFileError } from "../../adapters/bills/bill-file-error.ts";
import type { Target } from "../../core/inventory/target.ts";
import { accountId } from "../../core/kernel/ids.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { BilledUsage } from "../../core/ports/billed-usage.ts";
import { reconcile } from "../../core/reconcile/reconcile.ts";
import type { PlaceState, Reconciliation } from "../../core/reconcile/reconciliation.ts";
import type { Stores } from "../accounts/stores.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { type ExitCode, exitCode, worstExitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { coverageOf, type ReportSettings, readReportSettings, unreadIn } from "../report/report-subject.ts";
import { withStores } from "../report/with-stores.ts";
import { clientsOf } from "../scan/compose.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb } from "../verb.ts";
import { type LedgerAge, ledgerAge } from "./ledger-age.ts";
import { reconcileJson } from "./reconcile-json.ts";
import { type FailOn, type ReconcileOptions, readReconcileOptions } from "./reconcile-options.ts";
import { renderReconcile } from "./render-reconcile.ts";

export const checkReconcile: CheckVerb = async ({ options }, terminal) => {
  const { problems } = await readReportSettings(options, terminal);
  return [...problems, ...readReconcileOptions(options, systemClock.now(), terminal.cwd).problems];
};

export const runReconcile: RunVerb = async ({ options }, terminal) => {
  const now = systemClock.now();
  const { problems, ...read } = await readReportSettings(options, terminal);
  const { reconcile: own, problems: wrong } = readReconcileOptions(options, now, terminal.cwd);
  if (problems.length + wrong.length > 0) throw new UsageError([...problems, ...wrong]);
  const clients = clientsOf(read.settings);
  try {
    return await withStores(read, clients, terminal.signal, async (stores) => {
      const bill = await billOf(clients, own, now, terminal);
      const { result, age } = await compared(stores, read, own, bill, now, terminal.signal);
      terminal.out(own.json ? `${safeJson(reconcileJson(result, age))}\n` : renderReconcile(result, age, terminal));
      return exitCodeOf(result, own.failOn);
    });
  } finally {
    clients.close();
  }
};

async function billOf(
  clients: AwsClients,
  { files, from, until, accounts, json }: ReconcileOptions,
  now: Instant,
  terminal: Terminal,
): Promise<BilledUsage> {
  const window = { from, until, now, accounts: accounts?.map(accountId) ?? null };
  try {
    if (files.length > 0) return await fileBill(files)(window, terminal.signal);
    if (!json) terminal.err("Asking Cost Explorer, at $0.01 a request; --bill FILE reads an export instead.\n");
    return await costExplorerBill(clients, (await clients.defaultRegion()) ?? "us-east-1")(window, terminal.signal);
  } catch (error) {
    if (error instanceof AwsError || error instanceof BillFileError) {
      throw new CliError(safeText(error.message), exitCode.failed, { cause: error });
    }
    throw error;
  }
}

async function compared(
  stores: Stores,
  { settings, accounts }: ReportSettings,
  options: ReconcileOptions,
  bill: BilledUsage,
  now: Instant,
  signal: AbortSignal,
): Promise<{ readonly result: Reconciliation; readonly age: LedgerAge }> {
  const includes = ({ account, region }: Target): boolean =>
    (options.accounts?.includes(account) ?? true) && (options.regions?.includes(region) ?? true);
  const { from, until, band } = options;
  const targets = (await stores.targets()).filter(includes);
  const pricing = { prices: settings.prices, gb: accounts.meter.gb, kind: codeInterpreterKind };
  const coverage = await coverageOf(stores, targets);
  const told = { ...bill, problems: [...bill.problems, ...unreadIn(coverage)] };
  const result = await reconcile(stores, { ...pricing, now, from, until, targets, includes, band }, told, signal);
  return { result, age: ledgerAge(coverage, now) };
}

/** What is outside comes before what is missing; a run that compared nothing has not found the two to agree. */
function exitCodeOf({ places, bill, daysMissing }: Reconciliation, failOn: FailOn): ExitCode {
  const outside = places.filter(({ state }) => state === "outside");
  const failing = failOn === "none" ? [] : failOn === "drift" ? outside : outside.filter((it) => !it.isExplained);
  const isPartial =
    bill.problems.length > 0 ||
    daysMissing.length > 0 ||
    places.some(({ state, unreadDays, doubtfulDays }) => isUnknown(state) || unreadDays + doubtfulDays > 0) ||
    places.every(({ comparedDays }) => comparedDays === 0);
  return worstExitCode([...(failing.length > 0 ? [exitCode.critical] : []), ...(isPartial ? [exitCode.partial] : [])]);
}

const isUnknown = (state: PlaceState): boolean => state === "unread" || state === "not-on-bill" || state === "in-doubt";
