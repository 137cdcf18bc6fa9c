import process from "node:process";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { observe } from "../../core/jobs/observe.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { type AwsSettings, readAwsSettings } from "../config/aws-settings.ts";
import { exitCode } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import { clientsOf, pricingOf } from "../scan/compose.ts";
import { scanProgress } from "../scan/progress.ts";
import { readSubject } from "../scan/subject.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb } from "../verb.ts";
import { observeInputOf, observePortsOf } from "./compose.ts";
import { headingOf } from "./heading.ts";
import { homeRegion } from "./home-region.ts";
import { serviceClock } from "./service-clock.ts";
import { defaultStateFile } from "./state-file.ts";
import { readWatchOptions, type WatchOptions } from "./watch-options.ts";
import { exitCodeOf, watchPasses } from "./watch-passes.ts";

export const checkWatch: CheckVerb = async ({ options }, terminal) => [
  ...(await readAwsSettings(options, terminal.cwd)).problems,
  ...readWatchOptions(options).problems,
];

export const runWatch: RunVerb = async (input, terminal) => {
  const { settings, problems } = await readAwsSettings(input.options, terminal.cwd);
  const { watch, problems: own } = readWatchOptions(input.options);
  if (problems.length + own.length > 0) throw new UsageError([...problems, ...own]);
  const clients = clientsOf(settings);
  const file = watch.state ?? defaultStateFile(terminal.env, process.platform);
  const state = openState(file);
  try {
    return await run(clients, { state, file }, settings, watch, terminal);
  } catch (error) {
    // Ctrl-C before the first pass began: nothing was written, and ending is what was asked for.
    if (terminal.signal.aborted) return exitCode.done;
    throw readable(error);
  } finally {
    clients.close();
    state.close();
  }
};

async function run(
  clients: AwsClients,
  { state, file }: { readonly state: ReturnType<typeof sqliteRegistry>; readonly file: string },
  settings: AwsSettings,
  watch: WatchOptions,
  terminal: Terminal,
) {
  const subject = await readSubject(clients, settings, systemClock, terminal.signal);
  // Where nothing is published, nobody needs to know where.
  const publishRegion = watch.publish ? (watch.publishRegion ?? (await homeRegion(clients, subject.targets))) : "";
  const progress = scanProgress(terminal);
  const tell = watch.passes === 1 ? progress.tell : () => undefined;
  const pass = observe(observePortsOf(clients, state, publishRegion, tell));
  const observeInput = observeInputOf(settings, subject, watch.publish);
  const ahead = serviceClock(clients, subject);
  const last = await watchPasses({
    clock: systemClock,
    terminal,
    watch,
    pricing: pricingOf(settings),
    heading: await headingOf({ subject, publishRegion, watch, state, file }),
    pass: async (startedAt, signal) => {
      const outcome = await pass(await ahead(startedAt, signal), observeInput, signal);
      progress.clear();
      return outcome;
    },
  });
  if (subject.notes.length > 0)
    terminal.err(`${subject.notes.map((note) => `Note: ${safeText(note.message)}\n`).join("")}`);
  return terminal.signal.aborted ? exitCode.done : exitCodeOf(last);
}

function openState(file: string): ReturnType<typeof sqliteRegistry> {
  try {
    return sqliteRegistry(file);
  } catch (error) {
    throw readable(error);
  }
}

/** What of the state cannot be read is for the user to mend. */
const readable = (error: unknown): unknown =>
  error instanceof RegistryError ? new CliError(error.message, exitCode.failed, { cause: error }) : error;
