import { evidenceOfCalls, longestCallMs } from "../../core/cleanup/evidence/call-evidence.ts";
import type { CallEvidence, Span, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { InterpreterId, SessionId } from "../../core/kernel/ids.ts";
import { type Instant, isoOf, plusMs } from "../../core/kernel/instant.ts";
import type { ReadSessionCalls } from "../../core/ports/activity.ts";
import type { AwsClients } from "./clients.ts";
import { rememberedDeliveries } from "./deliveries.ts";
import { type CallCounts, callCounts, metricLagMs } from "./interpreter-calls-counts.ts";
import { knownSpan } from "./session-calls-known.ts";
import { callsPlaces } from "./session-calls-places.ts";
import { type CallsPlace, type CallsRead, readRecordedCalls } from "./session-calls-read.ts";
import type { RecordedCall } from "./session-calls-record.ts";

/**
 * Reads calls of single sessions from spans, or else from application logs: both are written when a call is complete. They count
 * only as far as they hold all calls that the interpreter's `Invocations` count, because deliveries are best effort.
 */
export function awsSessionCalls(clients: AwsClients): ReadSessionCalls {
  const deliveriesOf = rememberedDeliveries(clients, ["TRACES", "APPLICATION_LOGS"]);
  return async (target, interpreter, sessions, window, stamp, now, signal) => {
    const all = (unknown: Unknown) => new Map(sessions.map((session) => [session, unknown] as const));
    const { places, none } = callsPlaces(target, interpreter.id, await deliveriesOf(target, signal));
    if (places.length === 0) return all(none);
    const counted = (await callCounts(clients, target, [interpreter], window, now, signal)).get(interpreter.id);
    if (counted === undefined) return new Map();
    if (counted.kind === "unknown") return all(counted);
    if (counted.late !== null) return all(counted.late);
    // What is in flight now is recorded nowhere yet.
    const latest = plusMs(now, -metricLagMs - longestCallMs);
    let reason: Unknown | null = null;
    for (const place of places) {
      const read = await readRecordedCalls(clients, target, interpreter.id, place, window, now, signal);
      if ("problem" in read) {
        // A group that was only guessed and is not there says less than why deliveries could not be read.
        const unread: Unknown = { kind: "unknown", code: "failed", message: read.problem.message };
        reason ??= none.code === "failed" ? none : unread;
        continue;
      }
      const span = read.odd > 0 ? null : knownSpan(counted, read.calls, stamp, latest);
      if (span !== null) return evidenceOf(sessions, read.calls, span, window, now);
      reason ??= differs(target, interpreter.id, place, counted, read);
    }
    return all(reason ?? none);
  };
}

function evidenceOf(
  sessions: readonly SessionId[],
  calls: readonly RecordedCall[],
  known: Span,
  window: Span,
  now: Instant,
): ReadonlyMap<SessionId, CallEvidence | Unknown> {
  const bySession = Map.groupBy(calls, ({ session }) => session);
  // As for a stamp that is not known, what was read reaches further than what is known by it.
  const reading = {
    asOf: now,
    of: "session",
    window: { from: plusMs(known.from, -longestCallMs), until: window.until },
    completeUntil: plusMs(known.until, longestCallMs),
    stamp: "unknown",
  } as const;
  return new Map(
    sessions.map((session) => {
      const own = (bySession.get(session) ?? []).map(({ from, until }) => ({ startAt: from, endAt: until }));
      return [session, evidenceOfCalls(own, reading)] as const;
    }),
  );
}

function differs(
  { region }: Target,
  interpreter: InterpreterId,
  { kind, group }: CallsPlace,
  { minutes, window, completeUntil }: CallCounts,
  { calls, odd }: CallsRead,
): Unknown {
  const inside = minutes.filter(({ minuteAt }) => minuteAt < completeUntil);
  const count = inside.reduce((sum, minute) => sum + (minute.count ?? 0), 0);
  const told = calls.filter(({ counted: { start } }) => start >= window.from && start < completeUntil).length;
  const what = kind === "logs" ? "APPLICATION_LOGS are on" : "TRACES are on";
  const hint =
    kind === "logs"
      ? "turn on TRACES of the interpreter, which say when each call began and ended"
      : "see whether all spans are kept in CloudWatch (Transaction Search), and whether calls were made before TRACES were turned on";
  const code = kind === "logs" ? "call-logs-differ" : "call-spans-differ";
  if (odd > 0) {
    const lines = odd === 1 ? "a call" : `${odd} calls`;
    const message = `${group} tells of ${lines} of ${interpreter} in ${region} at a time at which none can have been (in the future, over before it began, or longer than 15 minutes): which session was called is not known; see who writes it, and whether their clock is right.`;
    return { kind: "unknown", code, message };
  }
  return {
    kind: "unknown",
    code,
    message: `${what} and do not agree with the count: ${group} tells of ${told} calls of ${interpreter} in ${region} from ${isoOf(window.from)} to ${isoOf(completeUntil)}, and CloudWatch counts ${count}: which session was called is not known; ${hint}.`,
  };
}
