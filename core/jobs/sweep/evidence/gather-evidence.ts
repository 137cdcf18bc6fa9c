import { type DecideSettings, decide } from "../../../cleanup/decision/decide.ts";
import type { SessionFacts } from "../../../cleanup/decision/decision.ts";
import type { CallEvidence, CpuEvidence, SessionEvidence, Unknown } from "../../../cleanup/evidence/evidence.ts";
import { choosePolicy } from "../../../cleanup/policy/choose-policy.ts";
import { protectionOf } from "../../../cleanup/policy/protections.ts";
import type { Session } from "../../../inventory/session.ts";
import type { Target } from "../../../inventory/target.ts";
import type { SessionId } from "../../../kernel/ids.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { EvidenceInput, EvidencePorts } from "./evidence-ports.ts";
import { dated, evidenceWindow, notLooked, recordsLagMs } from "./evidence-window.ts";
import { gatherCpu } from "./gather-cpu.ts";

export interface Gathered {
  /** Of all sessions, those that need no evidence included. */
  readonly facts: readonly SessionFacts[];
  /** What was read of the CPU of those that were looked at. */
  readonly looked: ReadonlyMap<Session, CpuEvidence | Unknown>;
}

/**
 * Gathers what decisions go by. Only of sessions that nothing else keeps, unless a person asks: calls of whole interpreters first, which are cheapest
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
  const all = sessions.map((session) => blankFacts(session, input, now));
  const candidates = input.of === "all" ? all : all.filter((facts) => isOpen(facts, input, now));
  const calls = await callsOf(ports, now, input, target, candidates, signal);
  const asked = candidates.map((facts) => ({ facts, calls: calls.get(facts.session) ?? notLooked }));
  const decisive = new Set(candidates);
  const bystanders = all.filter((facts) => !decisive.has(facts));
  const looked = await gatherCpu(ports, now, input, target, asked, bystanders, signal);
  return {
    looked,
    facts: all.map((facts): SessionFacts => {
      const { session } = facts;
      const evidence: SessionEvidence = {
        ...facts.evidence,
        calls: calls.get(session) ?? dated<never>(notLooked, now, null),
        cpu: looked.get(session) ?? rememberedOf(input, session) ?? dated<never>(notLooked, now, null),
      };
      return { ...facts, evidence };
    }),
  };
}

const blankFacts = (session: Session, { policies, listedAt }: EvidenceInput, now: Instant): SessionFacts => ({
  session,
  policy: choosePolicy(policies.policies, session),
  protection: protectionOf(policies.protections, session, now),
  evidence: {
    cpu: notLooked,
    calls: notLooked,
    status: null,
    lastUpdatedAt: session.lastUpdatedAt,
    listedAsOf: listedAt ?? now,
  },
});

function rememberedOf({ remembered }: EvidenceInput, session: Session): CpuEvidence | Unknown | null {
  const it = remembered(session);
  return it === null ? null : dated(it.cpu, it.lookedAt, null);
}

/** What was updated lately is kept by that, but where what is known to work may be stopped: that only evidence says. */
function isOpen(facts: SessionFacts, settings: DecideSettings, now: Instant): boolean {
  const { reason } = decide(facts, settings, now);
  return reason === "unknown-activity" || (reason === "active" && mayStopBusy(facts, now));
}

const mayStopBusy = ({ session, policy }: SessionFacts, now: Instant): boolean =>
  policy?.maxAgeStopsBusy === true && policy.maxAgeMs !== null && now - session.createdAt >= policy.maxAgeMs;

async function callsOf(
  { readInterpreterCalls, readSessionCalls }: EvidencePorts,
  now: Instant,
  { invocationStamp, arnOf }: EvidenceInput,
  target: Target,
  candidates: readonly SessionFacts[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Session, CallEvidence | Unknown>> {
  if (candidates.length === 0) return new Map();
  const window = evidenceWindow(candidates, now);
  const byInterpreter = Map.groupBy(candidates, ({ session }) => session.interpreter);
  const interpreters = [...byInterpreter.keys()].flatMap((id) => {
    const arn = arnOf(id);
    return arn === null ? [] : [{ id, arn }];
  });
  const ofInterpreters = await readInterpreterCalls(target, interpreters, window, invocationStamp, now, signal);
  const found = new Map<Session, CallEvidence | Unknown>();
  for (const interpreter of interpreters) {
    const own = byInterpreter.get(interpreter.id) ?? [];
    const whole = dated(ofInterpreters.get(interpreter.id) ?? notLooked, now, window);
    const barred = own.filter((facts) => mayBar(whole, facts, now)).map(({ session }) => session.id);
    const single =
      barred.length === 0
        ? new Map<SessionId, CallEvidence | Unknown>()
        : await readSessionCalls(target, interpreter, barred, window, invocationStamp, now, signal);
    for (const { session } of own) {
      const its = single.get(session.id);
      found.set(session, ownOr(whole, its === undefined ? its : dated(its, now, window)));
    }
  }
  return found;
}

/** Its own where they are known, else those of its interpreter, with why. */
function ownOr(whole: CallEvidence | Unknown, own: CallEvidence | Unknown | undefined): CallEvidence | Unknown {
  if (own === undefined) return whole;
  if (own.kind === "known") return own;
  return whole.kind === "known" ? { ...whole, apart: own } : whole;
}

/** Whether calls of the interpreter, or that they are not known, would keep a session that may well be idle. */
function mayBar(whole: CallEvidence | Unknown, { policy }: SessionFacts, now: Instant): boolean {
  if (whole.kind === "unknown") return true;
  const from = now - recordsLagMs - (policy?.idleAfterMs ?? 0);
  return whole.maybeInFlight.some((span) => span.until > from);
}
