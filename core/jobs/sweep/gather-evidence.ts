import { choosePolicy } from "../../cleanup/choose-policy.ts";
import { type DecideSettings, decide } from "../../cleanup/decide.ts";
import type { SessionFacts } from "../../cleanup/decision.ts";
import type { CallEvidence, CpuEvidence, SessionEvidence, Span, Unknown } from "../../cleanup/evidence.ts";
import type { PolicySet } from "../../cleanup/policy.ts";
import { protectionOf } from "../../cleanup/protections.ts";
import type { Session } from "../../inventory/session.ts";
import type { Target } from "../../inventory/target.ts";
import type { InterpreterId, SessionId } from "../../kernel/ids.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import type { ReadInterpreterCalls, ReadSessionCalls, ReadSessionCpu } from "../../ports/activity.ts";

export interface EvidencePorts {
  readonly readInterpreterCalls: ReadInterpreterCalls;
  readonly readSessionCalls: ReadSessionCalls;
  readonly readSessionCpu: ReadSessionCpu;
}

export interface EvidenceInput extends DecideSettings {
  readonly policies: PolicySet;
  /** Of each interpreter that has sessions. */
  readonly arnOf: (interpreter: InterpreterId) => string | null;
  /** How many sessions' usage records are read at most. */
  readonly looksAtMost: number;
  /** What an earlier pass saw; null: nothing. */
  readonly remembered: (session: Session) => { readonly lookedAt: Instant; readonly cpu: CpuEvidence | null } | null;
}

export interface Gathered {
  /** Of all sessions, those that need no evidence included. */
  readonly facts: readonly SessionFacts[];
  /** What was read of the CPU of those that were looked at. */
  readonly looked: ReadonlyMap<Session, CpuEvidence | Unknown>;
}

const minuteMs = 60_000;
/** All records of a moment are there by then; see docs/idle.md. */
const lagMs = 75 * minuteMs;
/** A request that was in flight may have begun so much earlier. */
const callMs = 15 * minuteMs;
const spareMs = 5 * minuteMs;

/**
 * Gathers what decisions go by. Only of sessions that nothing else keeps: calls of whole interpreters first, which are cheapest
 * and keep most; calls of single sessions only where the interpreter's would keep them; CPU of no more than `looksAtMost`, those first
 * that were not looked at for longest. What is not looked at is unknown. Throws only when `signal` is aborted.
 */
export async function gatherEvidence(
  ports: EvidencePorts,
  now: Instant,
  input: EvidenceInput,
  target: Target,
  sessions: readonly Session[],
  signal: AbortSignal,
): Promise<Gathered> {
  const all = sessions.map((session) => blankFacts(session, input.policies, now));
  const candidates = all.filter((facts) => decide(facts, input, now).reason === "unknown-activity");
  const calls = await callsOf(ports, now, input, target, candidates, signal);
  const looked = await cpuOf(ports, now, input, target, candidates, calls, signal);
  return {
    looked,
    facts: all.map((facts): SessionFacts => {
      const { session } = facts;
      const evidence: SessionEvidence = {
        ...facts.evidence,
        calls: calls.get(session) ?? notLooked,
        cpu: looked.get(session) ?? input.remembered(session)?.cpu ?? notLooked,
      };
      return { ...facts, evidence };
    }),
  };
}

const notLooked: Unknown = { kind: "unknown", code: "not-looked", message: "It was not looked at in this pass." };

const blankFacts = (session: Session, { policies, protections }: PolicySet, now: Instant): SessionFacts => ({
  session,
  policy: choosePolicy(policies, session),
  protection: protectionOf(protections, session, now),
  evidence: { cpu: notLooked, calls: notLooked, status: null, lastUpdatedAt: session.lastUpdatedAt },
});

/** Far enough back for the `idleAfter` before any horizon that is not too old. */
function windowOf(candidates: readonly SessionFacts[], now: Instant): Span {
  const idleAfterMs = Math.max(callMs, idleAfterOfAll(candidates));
  return { from: plusMs(now, -(lagMs + idleAfterMs + callMs + spareMs)), until: now };
}

const idleAfterOfAll = (candidates: readonly SessionFacts[]): number =>
  Math.max(0, ...candidates.map(({ policy }) => policy?.idleAfterMs ?? 0));

async function callsOf(
  { readInterpreterCalls, readSessionCalls }: EvidencePorts,
  now: Instant,
  { invocationStamp, arnOf }: EvidenceInput,
  target: Target,
  candidates: readonly SessionFacts[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Session, CallEvidence | Unknown>> {
  if (candidates.length === 0) return new Map();
  const window = windowOf(candidates, now);
  const byInterpreter = Map.groupBy(candidates, ({ session }) => session.interpreter);
  const interpreters = [...byInterpreter.keys()].flatMap((id) => {
    const arn = arnOf(id);
    return arn === null ? [] : [{ id, arn }];
  });
  const ofInterpreters = await readInterpreterCalls(target, interpreters, window, invocationStamp, now, signal);
  const found = new Map<Session, CallEvidence | Unknown>();
  for (const interpreter of interpreters) {
    const own = byInterpreter.get(interpreter.id) ?? [];
    const whole = ofInterpreters.get(interpreter.id) ?? notLooked;
    const barred = own.filter((facts) => mayBar(whole, facts, now)).map(({ session }) => session.id);
    const single =
      barred.length === 0
        ? new Map<SessionId, CallEvidence | Unknown>()
        : await readSessionCalls(target, interpreter, barred, window, invocationStamp, now, signal);
    for (const { session } of own) {
      const itself = single.get(session.id);
      found.set(session, itself?.kind === "known" ? itself : whole);
    }
  }
  return found;
}

/** Whether calls of the interpreter, or that they are not known, would keep a session that may well be idle. */
function mayBar(whole: CallEvidence | Unknown, { policy }: SessionFacts, now: Instant): boolean {
  if (whole.kind === "unknown") return true;
  const from = now - lagMs - (policy?.idleAfterMs ?? 0);
  return whole.maybeInFlight.some((span) => span.until > from);
}

async function cpuOf(
  { readSessionCpu }: EvidencePorts,
  now: Instant,
  { remembered, looksAtMost }: EvidenceInput,
  target: Target,
  candidates: readonly SessionFacts[],
  calls: ReadonlyMap<Session, CallEvidence | Unknown>,
  signal: AbortSignal,
): Promise<ReadonlyMap<Session, CpuEvidence | Unknown>> {
  const due = candidates.filter((facts) => needsCpu(facts, remembered(facts.session)?.cpu ?? null, now));
  const chosen = due
    .toSorted(
      (a, b) =>
        Number(calls.get(b.session)?.kind === "known") - Number(calls.get(a.session)?.kind === "known") ||
        (remembered(a.session)?.lookedAt ?? 0) - (remembered(b.session)?.lookedAt ?? 0) ||
        a.session.createdAt - b.session.createdAt,
    )
    .slice(0, looksAtMost);
  const looked = new Map<Session, CpuEvidence | Unknown>();
  for (const [interpreter, group] of Map.groupBy(chosen, ({ session }) => session.interpreter)) {
    const ids = group.map(({ session }) => session.id);
    const found = await readSessionCpu(
      target,
      interpreter,
      ids,
      windowOf(group, now),
      idleAfterOfAll(group),
      now,
      signal,
    );
    for (const { session } of group) {
      looked.set(session, withoutRecords(found.get(session.id) ?? notLooked, session, now));
    }
  }
  return looked;
}

/** What was seen quiet for less than `idleAfter` cannot have been quiet for long enough before that has passed since. */
function needsCpu({ policy }: SessionFacts, before: CpuEvidence | null, now: Instant): boolean {
  if (policy === null || policy.evidence === "invocations") return false;
  return before === null || now >= plusMs(before.quietSince ?? before.covered.until, policy.idleAfterMs);
}

/** A session that lives longer than any record is late has some, unless they come when it ends. */
function withoutRecords(cpu: CpuEvidence | Unknown, session: Session, now: Instant): CpuEvidence | Unknown {
  const isOld = now - session.createdAt > lagMs;
  if (cpu.kind === "known" || cpu.code !== "no-records-yet" || !isOld) return cpu;
  const message =
    "Its interpreter's usage logs are on, and no record of it has come for more than 75 minutes: they seem to come when sessions end.";
  return { kind: "unknown", code: "at-teardown", message };
}
