import { idleAfterOf } from "../../../cleanup/decision/judge-activity.ts";
import type { Span, Unknown } from "../../../cleanup/evidence/evidence.ts";
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
import { type Instant, plusMs } from "../../../kernel/instant.ts";
import type { Problem } from "../../../kernel/problem.ts";
import type { ReadStoppedUsage } from "../../../ports/activity.ts";
import type { Documents } from "../../../ports/documents.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopRecord, StopRecords } from "../../../ports/stops.ts";
import { isReadInPart } from "../../../ports/stored-stop.ts";
import { recordsLagMs } from "../evidence/evidence-window.ts";
import { type Rules, rulesAt } from "../stored/stored-rules.ts";
import {
  type StoppedCallsPorts,
  type StoppedSession,
  stoppedInterpreterCalls,
  stoppedSessionCalls,
} from "./stopped-calls.ts";

export interface AftermathPorts extends StoppedCallsPorts {
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
/** Of all targets in one pass, which stops nothing before: with a pass every quarter of an hour, all that the cap allows by default. */
const mostLooks = 150;
/** Sessions of one interpreter that are looked at together: what is found of them is kept even if the pass is cut off at the next ones. */
const looksAtOnce = 25;

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
  const due: StopRecord[] = [];
  const unlessFails = tellingFailures(problems);
  let isWhole = true;
  for (const target of targets) {
    const from = plusMs(now, -lookedForMs);
    const known = await unlessFails(() => ports.records.between(target, from, plusMs(now, lookedForMs)));
    if (known === null) isWhole = false;
    // Whatever fails from here on, what is known of them already counts.
    for (const stop of known ?? []) stops.set(stop, stop);
    due.push(...(known ?? []).filter((stop) => isDue(stop, now)));
  }
  const keep = async (stop: StopRecord, aftermath: StopAftermath): Promise<void> => {
    const seen = { ...stop, aftermath };
    // Where another run was faster, it has seen the same.
    if ((await unlessFails(() => ports.records.put(seen))) !== "written") return;
    stops.set(stop, { ...seen, revision: stop.revision + 1 });
    problems.push(...wrongProblem(seen));
  };
  const looking: Looking = { ...ports, unlessFails, keep };
  const known = await dueOf(looking, now, due);
  for (const own of Map.groupBy(known, ({ stop: { key } }) => JSON.stringify([key.account, key.region])).values()) {
    await judgeAll(looking, now, stamp, own, signal);
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
interface Due extends StoppedSession {
  readonly stop: StopRecord;
  readonly horizon: Instant;
  readonly rules: Rules;
  /** From before the `idleAfter` before the horizon to the stop. */
  readonly window: Span;
}

/** Null where the state fails, which is told. */
type UnlessFails = <T>(act: () => Promise<T>) => Promise<T | null>;

interface Looking extends AftermathPorts {
  readonly unlessFails: UnlessFails;
  readonly keep: (stop: StopRecord, aftermath: StopAftermath) => Promise<void>;
}

/** A state that fails does so of each stop: that is told once. */
function tellingFailures(problems: Problem[]): UnlessFails {
  const told = new Set<string>();
  return async (act) => {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      if (!told.has(error.message)) problems.push({ code: "StateUnavailable", message: error.message });
      told.add(error.message);
      return null;
    }
  };
}

/** The oldest of all targets. Rules that cannot be read now may be read later: until then nothing is said of stops by them, and they take no other's look. */
async function dueOf(
  { documents, unlessFails, keep }: Looking,
  now: Instant,
  stops: readonly StopRecord[],
): Promise<readonly Due[]> {
  const due: Due[] = [];
  const unreadRules = new Set<string>();
  for (const stop of stops.toSorted((a, b) => a.intendedAt - b.intendedAt)) {
    if (due.length === mostLooks) break;
    const { decision, policy } = stop.entry;
    if (unreadRules.has(policy.hash)) continue;
    const kept = await unlessFails(async () => ({ rules: await rulesAt(documents, policy.hash, stop.intendedAt) }));
    if (kept === null) unreadRules.add(policy.hash);
    else if (decision.horizon === null || kept.rules === null) await keep(stop, withoutRules(now));
    else {
      const window = windowOf(stop, decision.horizon, idleAfterBy(kept.rules));
      due.push({ stop, horizon: decision.horizon, rules: kept.rules, session: stop.key.session, window });
    }
  }
  return due;
}

/** Of one target. What is found is kept as it comes, so that a pass that is cut off need not look again. */
async function judgeAll(
  ports: Looking,
  now: Instant,
  stamp: InvocationStamp,
  due: readonly Due[],
  signal: AbortSignal,
): Promise<void> {
  const [first] = due;
  if (first === undefined) return;
  const { account, region } = first.stop.key;
  const question = { target: { account, region }, stamp, now };
  const groups = [...Map.groupBy(due, ({ stop }) => stop.key.interpreter)].flatMap(([id, own]) => {
    const arn = own[0]?.stop.entry.arn;
    return arn === undefined ? [] : [{ interpreter: { id, arn }, own }];
  });
  const interpreters = groups.map(({ interpreter }) => interpreter);
  const whole = await ports.unlessFails(() => stoppedInterpreterCalls(ports, question, interpreters, due, signal));
  if (whole === null) return;
  for (const { interpreter, own } of groups) {
    const all = whole.get(interpreter.id) ?? unread;
    const callsOf = await ports.unlessFails(() => stoppedSessionCalls(ports, question, interpreter, all, own, signal));
    if (callsOf === null) continue;
    for (let from = 0; from < own.length; from += looksAtOnce) {
      const some = own.slice(from, from + looksAtOnce);
      const asked = some.map(({ session, window }) => ({ session, window }));
      const usage = await ports.unlessFails(() =>
        ports.readStoppedUsage(question.target, interpreter.id, asked, now, signal),
      );
      if (usage === null) break;
      for (const { stop, session, horizon, rules } of some) {
        const terms = { horizon, idleAfterMs: idleAfterBy(rules), idleVcpu: rules.idleVcpu };
        const traces = { usage: usage.get(session) ?? unread, calls: callsOf(session) };
        await ports.keep(stop, judgeStop(stop, terms, traces, now));
      }
    }
  }
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

const unread: Unknown = { kind: "unknown", code: "not-looked", message: "It was not looked at." };

const withoutRules = (judgedAt: Instant): StopAftermath => ({
  verdict: "unknown",
  judgedAt,
  workedAt: null,
  message: "By which rules it was stopped is not kept in this state.",
});
