import process from "node:process";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import type { AccountsPorts } from "../../core/jobs/accounts/ports.ts";
import { keepAccounts } from "../../core/jobs/keep-accounts.ts";
import { observe } from "../../core/jobs/observe/observe.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { accountsProgress } from "../accounts/accounts-progress.ts";
import { type AccountsBeside, besidePasses, noAccounts } from "../accounts/accounts-schedule.ts";
import { type AccountsSettings, accountsSettingsOf } from "../accounts/accounts-settings.ts";
import { accountsInputOf, accountsPortsOf } from "../accounts/compose.ts";
import { homeS3 } from "../accounts/home-s3.ts";
import { openStores, type Stores } from "../accounts/stores.ts";
import { targetsWithCosts } from "../accounts/targets-with-costs.ts";
import { type CleanupInput, configFileOf } from "../cleanup/cleanup-input.ts";
import { cleanupPartOf } from "../cleanup/cleanup-part.ts";
import { lookProgress } from "../cleanup/look-progress.ts";
import { readAnewOf } from "../cleanup/read-anew.ts";
import { cleanupBeside, noCleanup } from "../cleanup/watch-cleanup.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { type AwsSettings, readAwsSettings } from "../config/aws-settings.ts";
import type { Config } from "../config/config-schema.ts";
import { exitCode } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import { clientsOf, pricingOf } from "../scan/compose.ts";
import { scanProgress } from "../scan/progress.ts";
import { readSubject } from "../scan/subject.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb, VerbInput } from "../verb.ts";
import { observeInputOf, observePortsOf } from "./compose.ts";
import { headingOf } from "./heading.ts";
import { homeRegion } from "./home-region.ts";
import { passTime } from "./pass-time.ts";
import { readWatchOptions, type WatchOptions } from "./watch-options.ts";
import { watchOutcome } from "./watch-outcome.ts";
import { exitCodeOf, watchPasses } from "./watch-passes.ts";

interface WatchSettings {
  readonly settings: AwsSettings;
  readonly accounts: AccountsSettings;
  readonly watch: WatchOptions;
  /** Null: no clean-up. */
  readonly cleanup: CleanupInput | null;
}

async function readInput(options: VerbInput["options"], terminal: Terminal) {
  const { settings, config, problems } = await readAwsSettings(options, terminal);
  const { watch, problems: own } = readWatchOptions(options);
  const found = [...problems, ...own];
  const surroundings = { cwd: terminal.cwd, env: terminal.env, platform: process.platform };
  const accounts = accountsSettingsOf(config, options, surroundings, found);
  const cleanup = await cleanupOf(options, config, terminal.cwd, found);
  return {
    settings,
    accounts,
    watch,
    cleanup: cleanup === null ? null : { settings, accounts, ...cleanup },
    problems: found,
  };
}

/** Nobody's sessions are stopped because a file lies about: clean-up needs one that is named. */
async function cleanupOf(options: VerbInput["options"], config: Config, cwd: string, problems: string[]) {
  const policyFileOf = ({ cleanup }: Config): string | null =>
    typeof options["policy"] === "string" ? options["policy"] : (cleanup?.policy ?? null);
  const part = await cleanupPartOf(config, policyFileOf(config), cwd, problems);
  const readAnew = readAnewOf({ cwd, configFile: configFileOf(options), policyFileOf }, part);
  return part.policyFile === null ? null : { ...part, readAnew };
}

export const checkWatch: CheckVerb = async ({ options }, terminal) => (await readInput(options, terminal)).problems;

export const runWatch: RunVerb = async (input, terminal) => {
  const { problems, ...read } = await readInput(input.options, terminal);
  if (problems.length > 0) throw new UsageError(problems);
  const clients = clientsOf(read.settings);
  try {
    const stores = await openStores(read.accounts, read.settings.prices, () => homeS3(clients));
    try {
      return await run(clients, stores, read, terminal);
    } finally {
      stores.close();
    }
  } catch (error) {
    // Ctrl-C before the first pass began: nothing was written, and ending is what was asked for.
    if (terminal.signal.aborted) return exitCode.done;
    throw readable(error);
  } finally {
    clients.close();
  }
};

async function run(
  clients: AwsClients,
  stores: Stores,
  { settings, accounts, watch, cleanup }: WatchSettings,
  terminal: Terminal,
) {
  const subject = await readSubject(clients, settings, systemClock, terminal.signal);
  // Where nothing is published, nobody needs to know where.
  const publishRegion = watch.publish ? (watch.publishRegion ?? (await homeRegion(clients, subject.targets))) : "";
  const progress = scanProgress(terminal);
  // A view that is redrawn shows how things are; where there is none, what takes minutes shows how far it has come.
  const isTold = watch.passes === 1 || !terminal.interactive;
  const tell = isTold ? progress.tell : () => undefined;
  const pass = observe(observePortsOf(clients, stores.registry, publishRegion, tell));
  const observeInput = observeInputOf(settings, subject, watch.publish);
  const costProgress = accountsProgress(terminal);
  const tellCosts = isTold ? costProgress.tell : () => undefined;
  const ports = accountsPortsOf(clients, stores, accounts, publishRegion, tellCosts);
  const beside = accountsOf(ports, { settings, accounts, watch });
  const looks = lookProgress(terminal);
  const telling = { publish: watch.publish, region: publishRegion, onLooks: isTold ? looks.tell : () => undefined };
  const sweeps = cleanup === null ? noCleanup : cleanupBeside(clients, stores, cleanup, telling);
  const timeOf = passTime(clients, subject);
  const last = await watchPasses({
    clock: systemClock,
    terminal,
    watch,
    pricing: pricingOf(settings),
    heading: await headingOf({ subject, publishRegion, watch, state: stores.registry, file: accounts.stateFile }),
    pass: async (_startedAt, signal, number) => {
      const now = await timeOf(signal);
      const outcome = await pass(now, observeInput, signal);
      progress.clear();
      const isLast = number === watch.passes;
      const [kept, swept] = await Promise.all([
        beside.inPass(now, outcome, isLast, signal),
        sweeps.inPass(now, outcome, isLast, signal),
      ]);
      costProgress.clear();
      looks.clear();
      return watchOutcome(outcome, kept, swept);
    },
  }).finally(sweeps.close);
  if (subject.notes.length > 0)
    terminal.err(`${subject.notes.map((note) => `Note: ${safeText(note.message)}\n`).join("")}`);
  return terminal.signal.aborted ? exitCode.done : exitCodeOf(last);
}

function accountsOf(
  ports: AccountsPorts,
  { settings, accounts, watch }: Omit<WatchSettings, "cleanup">,
): AccountsBeside {
  if (watch.accountsEveryMs === null) return noAccounts;
  const keep = keepAccounts(ports);
  return besidePasses(watch.accountsEveryMs, async (now, pass, signal) => {
    const targets = await targetsWithCosts(pass, ports);
    // One that is not enabled any more, and had costs, is told.
    const subject = { targets, notEnabled: "fail" } as const;
    return keep(now, accountsInputOf(settings, accounts, subject, watch.publish), signal);
  });
}

/** What of the state cannot be read is for the user to mend. */
const readable = (error: unknown): unknown =>
  error instanceof RegistryError ? new CliError(error.message, exitCode.failed, { cause: error }) : error;
