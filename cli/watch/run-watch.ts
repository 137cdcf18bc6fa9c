import process from "node:process";
import { AwsError } from "../../adapters/aws/aws-error.ts";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import { readIdentity } from "../../adapters/aws/identity.ts";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { observe } from "../../core/jobs/observe.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { type AwsSettings, readAwsSettings } from "../config/aws-settings.ts";
import { exitCode } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import { clientsOf } from "../scan/compose.ts";
import { scanProgress } from "../scan/progress.ts";
import { readSubject, type ScanSubject } from "../scan/subject.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { RunVerb } from "../verb.ts";
import { observeInputOf, observePortsOf } from "./compose.ts";
import { homeRegion } from "./home-region.ts";
import { defaultStateFile } from "./state-file.ts";
import { readWatchOptions, type WatchOptions } from "./watch-options.ts";
import { exitCodeOf, watchPasses } from "./watch-passes.ts";

export const runWatch: RunVerb = async (input, terminal) => {
  const { settings, problems } = await readAwsSettings(input.options, terminal.cwd);
  const { watch, problems: own } = readWatchOptions(input.options);
  if (problems.length + own.length > 0) throw new UsageError([...problems, ...own]);
  const clients = clientsOf(settings);
  const state = openState(watch.state ?? defaultStateFile(terminal.env, process.platform));
  try {
    return await run(clients, state, settings, watch, terminal);
  } catch (error) {
    // Ctrl-C before the first pass began: nothing was written, and ending is what was asked for.
    if (terminal.signal.aborted) return exitCode.done;
    throw error;
  } finally {
    clients.close();
    state.close();
  }
};

async function run(
  clients: AwsClients,
  state: ReturnType<typeof sqliteRegistry>,
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
    heading: headingOf(subject, publishRegion, watch),
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

/**
 * The time of a pass by the service's clock, asked anew for each: a machine that sleeps and wakes, or an embedded AWS that
 * runs faster, drifts. Where the service does not answer, the last answer holds; the pass itself will say what is wrong.
 */
function serviceClock(clients: AwsClients, subject: ScanSubject) {
  const [first] = subject.targets;
  let aheadMs = subject.identity.clockAheadMs ?? 0;
  let asked = true;
  return async (startedAt: Instant, signal: AbortSignal): Promise<Instant> => {
    if (!asked && first !== undefined) {
      try {
        aheadMs = (await readIdentity(clients, [first.region], systemClock.now, signal)).clockAheadMs ?? aheadMs;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
      }
    }
    asked = false;
    return Math.abs(aheadMs) > toleratedSkewMs ? plusMs(startedAt, aheadMs) : startedAt;
  };
}

const toleratedSkewMs = 2000;

function openState(file: string): ReturnType<typeof sqliteRegistry> {
  try {
    return sqliteRegistry(file);
  } catch (error) {
    if (error instanceof RegistryError) throw new CliError(error.message, undefined, { cause: error });
    throw error;
  }
}

const headingOf = (subject: ScanSubject, publishRegion: string, watch: WatchOptions): readonly string[] => [
  `sandmeter watch  account ${subject.identity.account}, ${subject.targets.length} ${subject.targets.length === 1 ? "Region" : "Regions"}, every ${watch.everyMs / 1000} s, ${watch.publish ? `told in ${publishRegion}` : "telling nobody (--no-publish)"}`,
];
