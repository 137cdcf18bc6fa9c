import type { AwsClients } from "../../adapters/aws/clients.ts";
import { rememberedDeliveries } from "../../adapters/aws/deliveries.ts";
import { type CallCounts, callCounts, metricLagMs } from "../../adapters/aws/interpreter-calls-counts.ts";
import { knownSpan } from "../../adapters/aws/session-calls-known.ts";
import { callsPlaces } from "../../adapters/aws/session-calls-places.ts";
import { readRecordedCalls } from "../../adapters/aws/session-calls-read.ts";
import type { PastCall, PastCalls } from "../../core/cleanup/backtest/backtest-types.ts";
import { longestCallMs } from "../../core/cleanup/evidence/call-evidence.ts";
import type { Span, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import type { InvocationStamp } from "../../core/cleanup/policy/policy.ts";
import type { Interpreter } from "../../core/inventory/interpreter.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { InterpreterId, SessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { pastCallOf } from "./past-calls.ts";

export interface CallsOfTarget {
  readonly of: (interpreter: InterpreterId, session: SessionId, life: Span) => PastCalls;
  /** What could not be read, as far as it is of sessions that were asked for. */
  readonly problems: () => readonly Problem[];
}

interface Known {
  readonly kind: "known";
  /** Up to where calls are known, where that is earlier than it should be, and why. */
  readonly late: { readonly from: Instant; readonly message: string } | null;
  readonly counts: PastCalls;
  /** Of single sessions, and in which time none of them is missing; null where that is nowhere. */
  readonly single: { readonly span: Span; readonly bySession: ReadonlyMap<SessionId, readonly PastCall[]> } | null;
}

/** Calls of a target as CloudWatch counts them, and those of single sessions as far as logs and spans hold all of these. */
export async function callsOfTarget(
  clients: AwsClients,
  target: Target,
  interpreters: readonly Interpreter[],
  window: Span,
  stamp: InvocationStamp,
  now: Instant,
  signal: AbortSignal,
): Promise<CallsOfTarget> {
  // What is counted at the window's edges needs what was in flight before and after it.
  const wide: Span = {
    from: plusMs(window.from, -2 * longestCallMs),
    until: instant(Math.min(now, plusMs(window.until, 2 * longestCallMs))),
  };
  const counted = await callCounts(clients, target, interpreters, wide, now, signal);
  const deliveriesOf = rememberedDeliveries(clients, ["TRACES", "APPLICATION_LOGS"]);
  const known = new Map<InterpreterId, Known | Unknown>();
  const problems: Problem[] = [];
  for (const interpreter of interpreters) {
    const counts = counted.get(interpreter.id);
    if (counts === undefined || counts.kind === "unknown") {
      if (counts !== undefined) known.set(interpreter.id, counts);
      continue;
    }
    const { places } = callsPlaces(target, interpreter.id, await deliveriesOf(target, signal));
    let single: Known["single"] = null;
    for (const place of places) {
      const read = await readRecordedCalls(clients, target, interpreter.id, place, wide, now, signal);
      if ("problem" in read) {
        problems.push(read.problem);
        continue;
      }
      if (read.odd > 0) continue;
      const span = knownSpan(counts, read.calls, stamp, plusMs(now, -metricLagMs - longestCallMs));
      if (span === null) continue;
      const bySession = Map.groupBy(read.calls, ({ session }) => session);
      single = { span, bySession: new Map([...bySession].map(([id, calls]) => [id, calls.map(pastCallOf)])) };
      break;
    }
    const late = counts.late === null ? null : { from: counts.completeUntil, message: counts.late.message };
    known.set(interpreter.id, { kind: "known", counts: countsOf(counts), single, late });
  }
  const missing = new Map<string, Problem>();
  return {
    problems: () => [...problems, ...missing.values()],
    of: (interpreter, session, life) => {
      const own = known.get(interpreter) ?? notListed(target, interpreter);
      const message = missingOf(own, life, window, now);
      if (message !== null) missing.set(message, { code: "CallsUnknown", message });
      return own.kind === "unknown" ? { kind: "none" } : choose(own, session, life);
    },
  };
}

/** What of a session's calls is not known, and should be; null where nothing is. That none was ever made is told by counting it. */
function missingOf(own: Known | Unknown, life: Span, window: Span, now: Instant): string | null {
  if (own.kind === "known") return own.late !== null && life.until > own.late.from ? own.late.message : null;
  return own.code === "never-called" && window.from >= plusMs(now, -listedMs) ? null : own.message;
}

/** CloudWatch lists series that had a datapoint within this time (read 2026-11): of an older one nobody knows whether it is there. */
const listedMs = 14 * 86_400_000;

const notListed = ({ region }: Target, interpreter: InterpreterId): Unknown => ({
  kind: "unknown",
  code: "no-call-logs",
  message: `Calls of interpreter ${interpreter} in ${region} were not read, because the account lists no such interpreter any more.`,
});

const countsOf = ({ window, completeUntil, minutes }: CallCounts): PastCalls => ({
  kind: "interpreter",
  window: { from: window.from, until: completeUntil },
  minutes,
});

/** Its own calls, where all of its life is in the time in which none is missing; else those of its interpreter. */
function choose({ counts, single }: Known, session: SessionId, life: Span): PastCalls {
  if (single === null || single.span.from > life.from || single.span.until < life.until) return counts;
  return { kind: "session", window: single.span, calls: single.bySession.get(session) ?? [] };
}
