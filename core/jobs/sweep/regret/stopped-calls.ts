import { longestCallMs } from "../../../cleanup/evidence/call-evidence.ts";
import type { CallEvidence, Span, Unknown } from "../../../cleanup/evidence/evidence.ts";
import type { InvocationStamp } from "../../../cleanup/policy/policy.ts";
import type { Target } from "../../../inventory/target.ts";
import type { InterpreterId, SessionId } from "../../../kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../../kernel/instant.ts";
import type { EvidencePorts } from "../evidence/evidence-ports.ts";

export type StoppedCallsPorts = Pick<EvidencePorts, "readInterpreterCalls" | "readSessionCalls">;

/** Of one target at one time. */
export interface CallsQuestion {
  readonly target: Target;
  readonly stamp: InvocationStamp;
  readonly now: Instant;
}

export interface StoppedSession {
  readonly session: SessionId;
  readonly window: Span;
}

type Interpreter = Parameters<EvidencePorts["readInterpreterCalls"]>[1][number];
type Calls = CallEvidence | Unknown;

/** Before a window and after it, so that calls in it are known however they are stamped. */
const besideMs = longestCallMs + 5 * 60_000;

/** Of whole interpreters, which is the cheapest. */
export const stoppedInterpreterCalls = (
  { readInterpreterCalls }: StoppedCallsPorts,
  { target, stamp, now }: CallsQuestion,
  interpreters: readonly Interpreter[],
  stops: readonly StoppedSession[],
  signal: AbortSignal,
): Promise<ReadonlyMap<InterpreterId, Calls>> =>
  readInterpreterCalls(target, interpreters, callWindow(stops), stamp, now, signal);

/** Those of its interpreter for a session where that had none at the time; else the session's own. */
export async function stoppedSessionCalls(
  { readSessionCalls }: StoppedCallsPorts,
  { target, stamp, now }: CallsQuestion,
  interpreter: Interpreter,
  all: Calls,
  stops: readonly StoppedSession[],
  signal: AbortSignal,
): Promise<(session: SessionId) => Calls> {
  const open = stops.filter(({ window }) => !isQuiet(all, window));
  if (open.length === 0) return () => all;
  const ids = open.map(({ session }) => session);
  const own = await readSessionCalls(target, interpreter, ids, callWindow(open), stamp, now, signal);
  return (session) => {
    const ofSession = own.get(session);
    return ofSession?.kind === "known" ? ofSession : all;
  };
}

const callWindow = (stops: readonly StoppedSession[]): Span => ({
  from: plusMs(instant(Math.min(...stops.map(({ window }) => window.from))), -besideMs),
  until: plusMs(instant(Math.max(...stops.map(({ window }) => window.until))), besideMs),
});

const isQuiet = (calls: Calls, { from, until }: Span): boolean =>
  calls.kind === "known" && !calls.maybeInFlight.some((span) => span.from < until && span.until > from);
