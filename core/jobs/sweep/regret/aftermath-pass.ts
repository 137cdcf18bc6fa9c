import { idleAfterOf } from "../../../cleanup/decision/judge-activity.ts";
import { longestCallMs } from "../../../cleanup/evidence/call-evidence.ts";
import type { CallEvidence, Span, Unknown } from "../../../cleanup/evidence/evidence.ts";
import type { InvocationStamp } from "../../../cleanup/policy/policy.ts";
import { judgeStop } from "../../../cleanup/regret/judge-stop.ts";
import { type AftermathCounts, aftermathCounts, isGuaranteed } from "../../../cleanup/stop/aftermath-counts.ts";
import type { StopAftermath } from "../../../cleanup/stop/stop-aftermath.ts";
import type { Target } from "../../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../../kernel/instant.ts";
import type { Problem } from "../../../kernel/problem.ts";
import type { ReadStoppedUsage } from "../../../ports/activity.ts";
import type { Documents } from "../../../ports/documents.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopRecord, StopRecords } from "../../../ports/stops.ts";
import type { EvidencePorts } from "../evidence/evidence-ports.ts";
import { recordsLagMs } from "../evidence/evidence-window.ts";
import { type Rules, rulesAt } from "../stored/stored-rules.ts";

export interface AftermathPorts extends Pick<EvidencePorts, "readInterpreterCalls" | "readSessionCalls"> {
  readonly records: Pick<StopRecords, "between" | "put">;
  readonly documents: Pick<Documents, "read">;
  readonly readStoppedUsage: ReadStoppedUsage;
}

export interface AftermathPass extends AftermathCounts {
  /** Stops of the day that must never have been. */
  readonly wrongStops: readonly StopRecord[];
  readonly problems: readonly Problem[];
}

/** Stops that are older have been looked at, or nobody swept for a day: then they stay unknown. */
const lookedForMs = 24 * 3_600_000;
/** What is missing by then does not come any more. */
const finalMs = 120 * 60_000;
/** Of one target in one pass: with a pass every quarter of an hour, all that the cap allows by default. */
const mostLooks = 150;
/** Before a window and after it, so that calls in it are known however they are stamped. */
const besideMs = longestCallMs + 5 * 60_000;

/**
 * Looks at stops by policies once all records of their sessions are surely there, each once, and once more where something was missing;
 * what it finds is kept with the stop. Throws only when `signal` is aborted.
 */
export async function aftermathPass(
  ports: AftermathPorts,
  now: Instant,
  stamp: InvocationStamp,
  targets: readonly Target[],
  signal: AbortSignal,
): Promise<AftermathPass> {
  const stops: StopRecord[] = [];
  const problems: Problem[] = [];
  for (const target of targets) {
    try {
      const known = await ports.records.between(target, plusMs(now, -lookedForMs), plusMs(now, lookedForMs));
      const due = known.filter((stop) => isDue(stop, now)).slice(0, mostLooks);
      const judged = new Map<string, StopRecord>();
      for (const stop of await judgeAll(ports, now, stamp, target, due, signal)) {
        // Where another run was faster, it has seen the same.
        if ((await ports.records.put(stop)) === "written")
          judged.set(stop.id, { ...stop, revision: stop.revision + 1 });
      }
      for (const stop of known) stops.push(judged.get(stop.id) ?? stop);
      for (const stop of judged.values()) problems.push(...wrongProblem(stop));
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      problems.push({ code: "StateUnavailable", message: error.message });
    }
  }
  const wrongStops = stops.filter((stop) => isGuaranteed(stop) && stop.aftermath?.verdict === "wrong");
  return { ...aftermathCounts(stops), wrongStops, problems };
}

function isDue(stop: StopRecord, now: Instant): boolean {
  const { aftermath, intendedAt } = stop;
  if (!isGuaranteed(stop)) return false;
  if (aftermath === undefined) return now - intendedAt >= recordsLagMs;
  const finalAt = plusMs(intendedAt, finalMs);
  return aftermath.verdict === "unknown" && aftermath.judgedAt < finalAt && now >= finalAt;
}

function wrongProblem({ key, entry, aftermath }: StopRecord): readonly Problem[] {
  if (aftermath?.verdict !== "wrong") return [];
  const message = `Session ${key.session} of ${key.interpreter} in ${key.region} was stopped by policy ${entry.policy.id} and must not have been. ${aftermath.message}`;
  return [{ code: "WrongStop", message }];
}

/** A stop with what a look at it goes by. */
interface Due {
  readonly stop: StopRecord;
  readonly horizon: Instant;
  readonly rules: Rules;
  /** From before the `idleAfter` before the horizon to the stop. */
  readonly window: Span;
}

async function judgeAll(
  ports: AftermathPorts,
  now: Instant,
  stamp: InvocationStamp,
  target: Target,
  stops: readonly StopRecord[],
  signal: AbortSignal,
): Promise<readonly StopRecord[]> {
  const known: Due[] = [];
  const blind: StopRecord[] = [];
  for (const stop of stops) {
    const { horizon } = stop.entry.decision;
    const rules = await rulesAt(ports.documents, stop.entry.policy.hash, stop.intendedAt);
    if (horizon === null || rules === null) blind.push(stop);
    else known.push({ stop, horizon, rules, window: windowOf(stop, horizon, idleAfterBy(rules)) });
  }
  const calls = await callsOf(ports, now, stamp, target, known, signal);
  const judged: StopRecord[] = [];
  for (const [interpreter, own] of Map.groupBy(known, ({ stop }) => stop.key.interpreter)) {
    const asked = own.map(({ stop, window }) => ({ session: stop.key.session, window }));
    const usage = await ports.readStoppedUsage(target, interpreter, asked, now, signal);
    for (const { stop, horizon, rules } of own) {
      const terms = { horizon, idleAfterMs: idleAfterBy(rules), idleVcpu: rules.idleVcpu };
      const traces = {
        usage: usage.get(stop.key.session) ?? unread,
        calls: calls.get(stop.id) ?? unread,
      };
      judged.push({ ...stop, aftermath: judgeStop(stop, terms, traces, now) });
    }
  }
  return [...judged, ...blind.map((stop) => ({ ...stop, aftermath: withoutRules(now) }))];
}

const idleAfterBy = ({ policy, invocationStamp }: Rules): number =>
  idleAfterOf({ ...policy, match: everything }, invocationStamp);
const everything = { account: null, region: null, interpreter: null, session: null, name: null };

/** A record of the second before tells that there is no gap at the beginning. */
const recordMs = 2000;
const windowOf = ({ intendedAt }: StopRecord, horizon: Instant, idleAfterMs: number): Span => ({
  from: plusMs(horizon, -idleAfterMs - recordMs),
  until: plusMs(intendedAt, recordMs),
});

/** By stop. Those of the interpreter where it had none at the time, which is the cheapest; else the session's own. */
async function callsOf(
  { readInterpreterCalls, readSessionCalls }: AftermathPorts,
  now: Instant,
  stamp: InvocationStamp,
  target: Target,
  due: readonly Due[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CallEvidence | Unknown>> {
  const found = new Map<string, CallEvidence | Unknown>();
  if (due.length === 0) return found;
  const byInterpreter = Map.groupBy(due, ({ stop }) => stop.key.interpreter);
  const interpreters = [...byInterpreter].flatMap(([id, [first]]) =>
    first === undefined ? [] : [{ id, arn: first.stop.entry.arn }],
  );
  const whole = await readInterpreterCalls(target, interpreters, callWindow(due), stamp, now, signal);
  for (const interpreter of interpreters) {
    const own = byInterpreter.get(interpreter.id) ?? [];
    const all = whole.get(interpreter.id) ?? unread;
    const open = own.filter(({ window }) => !isQuiet(all, window));
    const ids = open.map(({ stop }) => stop.key.session);
    const single =
      open.length === 0
        ? new Map<string, CallEvidence | Unknown>()
        : await readSessionCalls(target, interpreter, ids, callWindow(open), stamp, now, signal);
    for (const { stop } of own) {
      const ofSession = single.get(stop.key.session);
      found.set(stop.id, ofSession?.kind === "known" ? ofSession : all);
    }
  }
  return found;
}

const callWindow = (due: readonly Due[]): Span => ({
  from: plusMs(instant(Math.min(...due.map(({ window }) => window.from))), -besideMs),
  until: plusMs(instant(Math.max(...due.map(({ window }) => window.until))), besideMs),
});

const isQuiet = (calls: CallEvidence | Unknown, { from, until }: Span): boolean =>
  calls.kind === "known" && !calls.maybeInFlight.some((span) => span.from < until && span.until > from);

const unread: Unknown = { kind: "unknown", code: "not-looked", message: "It was not looked at." };

const withoutRules = (judgedAt: Instant): StopAftermath => ({
  verdict: "unknown",
  judgedAt,
  workedAt: null,
  message: "By which rules it was stopped is not kept in this state.",
});
