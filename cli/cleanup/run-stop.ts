import type { AwsClients } from "../../adapters/aws/clients.ts";
import type { PlanEntry } from "../../core/cleanup/plan/plan.ts";
import type { EntryOutcome } from "../../core/cleanup/stop/stop-outcome.ts";
import type { Session } from "../../core/inventory/session.ts";
import { stopByHand } from "../../core/jobs/sweep/stop/stop-by-hand.ts";
import type { StopOverride } from "../../core/jobs/sweep/stop/stop-ports.ts";
import type { SweepPorts } from "../../core/jobs/sweep/sweep-ports.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import { type StopReport, stopReport } from "../../core/reporting/stop-report.ts";
import type { Stores } from "../accounts/stores.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { pricingOf } from "../scan/compose.ts";
import { readSubject } from "../scan/subject.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb } from "../verb.ts";
import type { CleanupInput } from "./cleanup-input.ts";
import { standingIn, stopperOf, stopsNothing, sweepInputOf, sweepPortsOf, userOf } from "./compose.ts";
import { afterOthers, type Foreseen, foreseenOf } from "./foreseen.ts";
import { interruptedProblems } from "./interrupted.ts";
import { endedText, type Looked, type Missing, missingSessions } from "./missing-sessions.ts";
import { protectionsText } from "./protections-text.ts";
import { readStopFlags, type StopFlags } from "./stop-flags.ts";
import { stopProgress } from "./stop-progress.ts";
import { stopExitOf, stopText } from "./stop-text.ts";
import { scanForCleanup, sweptTargetOf, watchedTimeouts } from "./swept-targets.ts";
import { notArmedText } from "./switch-text.ts";
import { stopTeller, tellsNobody } from "./tell-stops.ts";
import { unreadProblems, unreadText } from "./unread-targets.ts";
import { withCleanup } from "./with-cleanup.ts";

export const checkStop: CheckVerb = async (input, terminal) => (await readStopFlags(input, terminal)).problems;

export const runStop: RunVerb = async (verbInput, terminal) => {
  const { problems, input, flags } = await readStopFlags(verbInput, terminal);
  if (problems.length > 0) throw new UsageError(problems);
  const { reason, overrideProtection: protections, policyUnread } = flags;
  if (policyUnread !== null) terminal.err(`${safeText(policyUnread)}\n`);
  const override: StopOverride = { by: userOf(terminal), reason, protections, policyUnread };
  const report = await withCleanup(input, terminal.signal, (clients, stores) =>
    stop(clients, stores, input, flags, override, terminal),
  );
  const after = [endedText(report.ended ?? []), protectionsText(report), flags.yes ? "" : whatNext(report)]
    .filter((text) => text !== "")
    .join("\n");
  terminal.out(verbInput.options["json"] === true ? `${safeJson(report)}\n` : stopText(report, after, terminal));
  return stopExitOf(report);
};

async function stop(
  clients: AwsClients,
  stores: Stores,
  input: CleanupInput,
  flags: StopFlags,
  override: StopOverride,
  terminal: Terminal,
): Promise<StopReport> {
  const { signal } = terminal;
  const { settings, cleanup } = input;
  const subject = await readSubject(clients, settings, systemClock, signal);
  const known = await watchedTimeouts(stores.registry, subject.targets);
  const scanned = await scanForCleanup(clients, settings, subject, { known, look: false }, terminal);
  const unread = unreadProblems(scanned.targets, flags.interpreter);
  const all = scanned.targets.flatMap((target) => target.sessions.filter((session) => isWanted(session, flags)));
  const looked = { targets: subject.targets, live: new Set(all.map(({ id }) => id)), unread };
  const missing = await missingSessions(stores, flags, looked);
  requireFound(subject.targets.map(({ region }) => region).join(", "), flags, looked, missing);
  const stopper = flags.yes
    ? stopperOf(clients, settings, cleanup)
    : { stopSession: stopsNothing, close: () => undefined };
  const progress = stopProgress(terminal, all.length);
  try {
    const basis = sweepPortsOf(clients, stores, input, stopper.stopSession);
    const sweepInput = sweepInputOf(input, flags.yes);
    let plan: string | null = null;
    const foreseen: Foreseen[] = [];
    const outcomes: EntryOutcome[] = [];
    const finished: StopRecord[] = [];
    const problems: StopReport["problems"][number][] = [...unread, ...missing.problems];
    // Before the first stop, as nobody can be asked any more once this is interrupted.
    const standing = await standingIn(clients, stores, cleanup, signal);
    const telling = { publishing: flags.publishing, standing, targets: subject.targets, override };
    const teller = flags.yes ? await stopTeller(clients, basis, telling, terminal) : tellsNobody;
    const ports = { ...basis, onOutcome: progress.came, onPlanned: teller.before };
    for (const target of scanned.targets) {
      const found = sweptTargetOf(target);
      const wanted = target.sessions.filter((session) => isWanted(session, flags));
      if (found === null || wanted.length === 0) continue;
      const sessions = await Promise.all(
        wanted.map(async (session) => {
          const it = await withTimeout(ports, session, signal);
          progress.looked();
          return it;
        }),
      );
      const done = await stopByHand(ports)(subject.now, sweepInput, found, { sessions, override }, signal);
      plan ??= done.plan?.id ?? null;
      foreseen.push(...foreseenOf(done, override));
      outcomes.push(...done.outcomes);
      finished.push(...done.finished);
      problems.push(...done.problems.map((problem) => ({ ...problem, region: target.target.region })));
      if (signal.aborted && outcomes.length > 0) break;
    }
    await teller.after(subject.targets, outcomes, signal);
    const protections = new Map(foreseen.map(({ came, protection }) => [came.entry.digest, protection] as const));
    const protectionOf = ({ digest }: PlanEntry) => protections.get(digest) ?? null;
    const came = foreseen.map((it) => it.came);
    const foretold = flags.yes ? [] : await afterOthers(stores, cleanup.cap, came, "listed", subject.now);
    if (signal.aborted) problems.push(...interruptedProblems(outcomes.length, all.length));
    return stopReport(
      {
        acted: flags.yes,
        plan,
        override: { by: override.by, reason: override.reason, protections: override.protections },
        problems,
        standing,
        outcomes: flags.yes ? outcomes : foretold,
        finished,
        ended: missing.ended,
        protectionOf,
      },
      pricingOf(settings),
      subject.now,
    );
  } finally {
    progress.clear();
    stopper.close();
  }
}

/** What a stop saves depends on its time limit, which listings do not say. */
async function withTimeout(
  { getSession }: Pick<SweepPorts, "getSession">,
  session: Session,
  signal: AbortSignal,
): Promise<Session> {
  if (session.timeoutSeconds !== null) return session;
  const found = await getSession(session.target, session.interpreter, session.id, signal);
  return found.kind === "found" ? { ...session, timeoutSeconds: found.value.timeoutSeconds } : session;
}

const isWanted = (session: { readonly id: string; readonly interpreter: string }, flags: StopFlags): boolean =>
  (flags.interpreter === null || flags.interpreter === session.interpreter) &&
  (flags.sessions.length === 0 || flags.sessions.includes(session.id));

/** Where none of what was named lives, and nothing is known of it, there is nothing to tell but that. */
function requireFound(regions: string, flags: StopFlags, { live, unread }: Looked, { ended, problems }: Missing): void {
  if (live.size > 0 || ended.length > 0) return;
  const why = problems.map(({ message }) => message);
  if (why.length > 0) {
    throw new CliError([...why, ...(unread.length > 0 ? [unreadText(unread)] : []), "nothing was stopped"].join("\n"));
  }
  const interpreter = safeText(flags.interpreter ?? "");
  throw new CliError(
    unread.length > 0
      ? `no live session of ${interpreter} was found, and there may be some all the same; nothing was stopped: ${unreadText(unread)}`
      : `${interpreter} has no live session in ${regions}; nothing was stopped`,
  );
}

/** Nothing where the same command would stop nothing. */
function whatNext(report: StopReport): string {
  const { outcomes } = report;
  const stopped = outcomes.filter(({ outcome }) => outcome === "would-stop").length;
  if (stopped === 0) return "";
  const armed = report.switch === "armed" ? "" : `${notArmedText(report)} `;
  const all = stopped === 1 ? "it" : "them";
  const which = stopped === outcomes.length ? all : `${stopped} of these ${outcomes.length}`;
  return `${armed}The same command with --yes stops ${which}, after one more look.`;
}
