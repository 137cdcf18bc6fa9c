import type { AwsClients } from "../../adapters/aws/clients.ts";
import { targetKey } from "../../core/inventory/target.ts";
import { decideLive, replay, stopsOfSession } from "../../core/jobs/sweep/explain-session.ts";
import { type ExplainReport, explainLive, explainRecord } from "../../core/reporting/explain-report.ts";
import type { Stores } from "../accounts/stores.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { readSubject } from "../scan/subject.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb, VerbInput } from "../verb.ts";
import { type CleanupInput, readCleanupInput } from "./cleanup-input.ts";
import { stopsNothing, sweepInputOf, sweepPortsOf } from "./compose.ts";
import { explainText } from "./explain-text.ts";
import { sessionIdPattern } from "./stop-flags.ts";
import { stopTargets } from "./stop-targets.ts";
import { scanForCleanup, sweptTargetOf, watchedTimeouts } from "./swept-targets.ts";
import { unreadProblems, unreadText } from "./unread-targets.ts";
import { withCleanup } from "./with-cleanup.ts";

export const checkExplain: CheckVerb = async (input, terminal) => (await readExplainInput(input, terminal)).problems;

async function readExplainInput({ arguments: words, options }: VerbInput, terminal: Terminal) {
  const { problems, ...input } = await readCleanupInput(options, terminal, "if-there");
  const [session, ...rest] = words;
  if (session === undefined) problems.push("say which session: its id, as `sandmeter scan` shows it");
  else if (!sessionIdPattern.test(session))
    problems.push(`"${safeText(session)}" is no session id: letters and digits`);
  problems.push(...rest.map((word) => `unexpected argument "${safeText(word)}": one session at a time`));
  return { input, session: session ?? "", problems };
}

export const runExplain: RunVerb = async (verbInput, terminal) => {
  const { input, session, problems } = await readExplainInput(verbInput, terminal);
  if (problems.length > 0) throw new UsageError(problems);
  const report = await withCleanup(
    input,
    terminal.signal,
    async (clients, stores) =>
      (await recorded(stores, session)) ?? (await looked(clients, stores, input, session, terminal)),
  );
  terminal.out(verbInput.options["json"] === true ? `${safeJson(report)}\n` : explainText(report, terminal));
  return exitCode.done;
};

/** From the records of the state alone, so that it works without AWS; null where they say nothing of a stop that was carried out. */
async function recorded(stores: Stores, session: string): Promise<ExplainReport | null> {
  const records = await stopsOfSession(stores.stopRecords, await stopTargets(stores), session);
  const last = records.findLast(({ state }) => state !== "abandoned" && state !== "failed");
  return last === undefined
    ? null
    : explainRecord(last, records, await replay(stores.documents, last), systemClock.now());
}

async function looked(
  clients: AwsClients,
  stores: Stores,
  input: CleanupInput,
  session: string,
  terminal: Terminal,
): Promise<ExplainReport> {
  const { signal } = terminal;
  const subject = await readSubject(clients, input.settings, systemClock, signal);
  const watched = new Set((await stores.targets()).map(targetKey));
  const others = subject.targets.filter((target) => !watched.has(targetKey(target)));
  const records = await stopsOfSession(stores.stopRecords, [...(await stores.targets()), ...others], session);
  const last = records.findLast(({ state }) => state !== "abandoned" && state !== "failed");
  if (last !== undefined) return explainRecord(last, records, await replay(stores.documents, last), subject.now);

  const known = await watchedTimeouts(stores.registry, subject.targets);
  const scanned = await scanForCleanup(clients, input.settings, subject, { known, look: false }, terminal);
  const ports = sweepPortsOf(clients, stores, input, stopsNothing);
  for (const target of scanned.targets) {
    const found = sweptTargetOf(target);
    const live = target.sessions.find(({ id }) => id === session);
    if (found === null || live === undefined) continue;
    const decided = await decideLive(ports, subject.now, sweepInputOf(input, false), found, live, signal);
    return explainLive(decided, records, subject.now);
  }
  const unread = unreadProblems(scanned.targets, null);
  if (unread.length > 0) {
    throw new CliError(
      `no record of a stop of session ${safeText(session)}, and whether it lives is not known: ${unreadText(unread)}`,
    );
  }
  const regions = subject.targets.map(({ region }) => region).join(", ");
  throw new CliError(
    `no live session ${safeText(session)} in ${regions}, and no record of a stop of it: it ended by itself, is elsewhere (--regions, --profile), or was stopped with another state (--state, --table)`,
  );
}
