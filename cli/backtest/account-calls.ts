import type { AwsClients } from "../../adapters/aws/clients.ts";
import { rememberedDeliveries } from "../../adapters/aws/deliveries.ts";
import { type CallCounts, callCounts, metricLagMs } from "../../adapters/aws/interpreter-calls-counts.ts";
import { knownSpan } from "../../adapters/aws/session-calls-known.ts";
import { callsPlaces } from "../../adapters/aws/session-calls-places.ts";
import { readRecordedCalls } from "../../adapters/aws/session-calls-read.ts";
import type { PastCall, PastCalls } from "../../core/cleanup/backtest-types.ts";
import { longestCallMs } from "../../core/cleanup/call-evidence.ts";
import type { Span } from "../../core/cleanup/evidence.ts";
import type { InvocationStamp } from "../../core/cleanup/policy.ts";
import type { Interpreter } from "../../core/inventory/interpreter.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { InterpreterId, SessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { pastCallOf } from "./past-calls.ts";

export interface CallsOfTarget {
  readonly of: (interpreter: InterpreterId, session: SessionId, life: Span) => PastCalls;
  readonly problems: readonly Problem[];
}

interface Known {
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
  const known = new Map<InterpreterId, Known>();
  const problems: Problem[] = [];
  for (const interpreter of interpreters) {
    const counts = counted.get(interpreter.id);
    if (counts === undefined || counts.kind === "unknown") {
      if (counts?.code === "failed") problems.push({ code: "CallsUnknown", message: counts.message });
      continue;
    }
    const { places } = callsPlaces(target, interpreter.id, await deliveriesOf(target, signal));
    let single: Known["single"] = null;
    for (const place of places) {
      const read = await readRecordedCalls(clients, target, interpreter.id, place, wide, signal);
      if ("problem" in read) {
        problems.push(read.problem);
        continue;
      }
      const span = knownSpan(counts, read.calls, stamp, plusMs(now, -metricLagMs - longestCallMs));
      if (span === null) continue;
      const bySession = Map.groupBy(read.calls, ({ session }) => session);
      single = { span, bySession: new Map([...bySession].map(([id, calls]) => [id, calls.map(pastCallOf)])) };
      break;
    }
    known.set(interpreter.id, { counts: countsOf(counts), single });
  }
  return { problems, of: (interpreter, session, life) => choose(known.get(interpreter), session, life) };
}

const countsOf = ({ window, completeUntil, minutes }: CallCounts): PastCalls => ({
  kind: "interpreter",
  window: { from: window.from, until: completeUntil },
  minutes,
});

/** Its own calls, where all of its life is in the time in which none is missing; else those of its interpreter. */
function choose(known: Known | undefined, session: SessionId, life: Span): PastCalls {
  if (known === undefined) return { kind: "none" };
  const { counts, single } = known;
  if (single === null || single.span.from > life.from || single.span.until < life.until) return counts;
  return { kind: "session", window: single.span, calls: single.bySession.get(session) ?? [] };
}
