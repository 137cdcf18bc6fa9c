import { idleAfterOf } from "../../../cleanup/decision/judge-activity.ts";
import { longestCallMs } from "../../../cleanup/evidence/call-evidence.ts";
import type { CallEvidence, Span, Unknown } from "../../../cleanup/evidence/evidence.ts";
import type { InvocationStamp } from "../../../cleanup/policy/policy.ts";
import { judgeStop } from "../../../cleanup/regret/judge-stop.ts";
import {
  aftermathCounts,
  countsOfPart,
  isGuaranteed,
  type PassAftermath,
} from "../../../cleanup/stop/aftermath-counts.ts";
import type { StopAftermath } from "../../../cleanup/stop/stop-aftermath.ts";
import type { Target } from "../../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../../kernel/instant.ts";
import type { Problem } from "../../../kernel/problem.ts";
import type { ReadStoppedUsage } from "../../../ports/activity.ts";
import type { Documents } from "../../../ports/documents.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopRecord, StopRecords } from "../../../ports/stops.ts";
import { isReadInPart } from "../../../ports/stored-stop.ts";
import type { EvidencePorts } from "../evidence/evidence-ports.ts";
import { recordsLagMs } from "../evidence/evidence-window.ts";
import { type Rules, rulesAt } from "../stored/stored-rules.ts";

export interface AftermathPorts extends Pick<EvidencePorts, "readInterpreterCalls" | "readSessionCalls"> {
  readonly records: Pick<StopRecords, "between" | "put">;
  readonly documents: Pick<Documents, "read">;
  readonly readStoppedUsage: ReadStoppedUsage;
}

export interface AftermathPass extends PassAftermath {
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
  const stops = new Map<StopRecord, StopRecord>();
  const problems: Problem[] = [];
  let isWhole = true;
  for (const target of targets) {
    const told = new Set<string>();
    const unlessFails = async <T>(act: () => Promise<T>): Promise<T | null> => {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        // A state that fails does so of each stop.
        if (!told.has(error.message)) problems.push({ code: "StateUnavailable", message: error.message });
        told.add(error.message);
        return null;
      }
    };
    const from = plusMs(now, -lookedForMs);
    const known = await unlessFails(() => ports.records.between(target, from, plusMs(now, lookedForMs)));
    if (known === null) isWhole = false;
    // Whatever fails from here on, what is known of them already counts.
    for (const stop of known ?? []) stops.set(stop, stop);
    const due = (known ?? []).filter((stop) => isDue(stop, now)).slice(0, mostLooks);
    const judged = await judgeAll({ ...ports, unlessFails }, now, stamp, target, due, signal);
    for (const [stop, aftermath] of judged) {
      const seen = { ...stop, aftermath };
      // Where another run was faster, it has seen the same.
      if ((await unlessFails(() => ports.records.put(seen))) !== "written") continue;
      stops.set(stop, { ...seen, revision: stop.revision + 1 });
      problems.push(...wrongProblem(seen));
    }
  }
  const all = [...stops.values()];
  const wrongStops = all.filter((stop) => isGuaranteed(stop) && stop.aftermath?.verdict === "wrong");
  const counts = aftermathCounts(all);
  return { ...(isWhole ? counts : countsOfPart(counts)), wrongStops, problems };
}

function isDue(stop: StopRecord, now: Instant): boolean {
  const { aftermath, intendedAt } = stop;
  // What a newer release wrote of it is for that release to judge.
  if (!isGuaranteed(stop) || isReadInPart(stop)) return false;
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

/** Null where the state fails, which is told. */
type UnlessFails = <T>(act: () => Promise<T>) => Promise<T | null>;
type JudgePorts = AftermathPorts & { readonly unlessFails: UnlessFails };

async function judgeAll(
  ports: JudgePorts,
  now: Instant,
  stamp: InvocationStamp,
  target: Target,
  stops: readonly StopRecord[],
  signal: AbortSignal,
): Promise<ReadonlyMap<StopRecord, StopAftermath>> {
  const judged = new Map<StopRecord, StopAftermath>();
  const known: Due[] = [];
  for (const stop of stops) {
    const { horizon } = stop.entry.decision;
    const kept = await ports.unlessFails(async () => ({
      rules: await rulesAt(ports.documents, stop.entry.policy.hash, stop.intendedAt),
    }));
    // Rules that cannot be read now may be read later: until then nothing is said of the stop.
    if (kept === null) continue;
    const { rules } = kept;
    if (horizon === null || rules === null) judged.set(stop, withoutRules(now));
    else known.push({ stop, horizon, rules, window: windowOf(stop, horizon, idleAfterBy(rules)) });
  }
  const calls = await ports.unlessFails(() => callsOf(ports, now, stamp, target, known, signal));
  if (calls === null) return judged;
  for (const [interpreter, own] of Map.groupBy(known, ({ stop }) => stop.key.interpreter)) {
    const asked = own.map(({ stop, window }) => ({ session: stop.key.session, window }));
    const usage = await ports.unlessFails(() => ports.readStoppedUsage(target, interpreter, asked, now, signal));
    if (usage === null) continue;
    for (const { stop, horizon, rules } of own) {
      const terms = { horizon, idleAfterMs: idleAfterBy(rules), idleVcpu: rules.idleVcpu };
      const traces = {
        usage: usage.get(stop.key.session) ?? unread,
        calls: calls.get(stop.id) ?? unread,
      };
      judged.set(stop, judgeStop(stop, terms, traces, now));
    }
  }
  return judged;
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
