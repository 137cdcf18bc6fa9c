import type { LocalCall, LocalSession } from "../world.ts";
import { idleVcpu } from "./busy-span.ts";
import { busySpans, startMs } from "./busy-spans.ts";
import { plannedEnd } from "./life.ts";

const stopMs = 60;

/**
 * The calls that touch [fromMs, toMs), by plan and by real clients, each ended by the session's end at the latest. A call
 * that starts after the present has not happened yet: ask for a window up to now.
 */
export function callsOf(session: LocalSession, fromMs: number, toMs: number): LocalCall[] {
  const { endedAt } = plannedEnd(session);
  return [...plannedCalls(session, fromMs, Math.min(toMs, endedAt)), ...session.calls, ...plannedStop(session)]
    .filter((call) => call.startAt < toMs && call.endAt >= fromMs)
    .map((call) =>
      call.endAt > endedAt && call.startAt < endedAt && call.isRefused !== true ? { ...call, endAt: endedAt } : call,
    )
    .sort((one, other) => one.startAt - other.startAt || one.endAt - other.endAt);
}

function plannedCalls(session: LocalSession, fromMs: number, toMs: number): LocalCall[] {
  if (session.activity.profile === "client") return [];
  const started: LocalCall = {
    operation: "StartCodeInterpreterSession",
    startAt: session.createdAt,
    endAt: session.createdAt + startMs(session),
  };
  const real = session.calls.length === 0 ? session : { ...session, calls: [] };
  // The window is widened by a millisecond, for a span's end is exclusive and a call's last moment is not.
  const invoked = busySpans(real, fromMs - 1, toMs)
    .filter((span) => span.isRequest && span.startAt > session.createdAt)
    .map(({ startAt, endAt }): LocalCall => ({ operation: "InvokeCodeInterpreter", startAt, endAt }));
  return started.startAt < toMs ? [started, ...invoked] : invoked;
}

/** Its caller's own stop, unless a real client's came first. */
function plannedStop(session: LocalSession): LocalCall[] {
  const end = plannedEnd(session);
  const isReal = session.calls.some(
    (call) => call.operation === "StopCodeInterpreterSession" && call.isRefused !== true,
  );
  if (end.endedBy !== "stop" || isReal || session.activity.profile === "client") return [];
  const startAt = Math.max(session.createdAt, end.endedAt - stopMs);
  return [{ operation: "StopCodeInterpreterSession", startAt, endAt: end.endedAt }];
}

/**
 * The last moment up to `now` with a request in flight or a job at the idle level or above; null if there was none. Being
 * stopped is no activity.
 */
export function lastActiveAt(session: LocalSession, now: number): number | null {
  if (now < session.createdAt) return null;
  const until = Math.min(now, plannedEnd(session).endedAt);
  // Looking back in widening windows: the last work is usually near, and an idle leak's is hours ago.
  for (let backMs = 900_000; ; backMs *= 4) {
    const from = Math.max(session.createdAt - 1, until - backMs);
    const ends = busySpans(session, from, until + 1)
      .filter((span) => span.startAt <= until && (span.isRequest || span.vcpu >= idleVcpu))
      .map((span) => Math.min(span.endAt, until));
    if (ends.length > 0) return Math.max(...ends);
    if (from < session.createdAt) return null;
  }
}

/** When the last Invoke started up to `now`, of those that `counts`; null if there was none. */
export function lastInvokeAt(
  session: LocalSession,
  now: number,
  counts: (call: LocalCall) => boolean = () => true,
): number | null {
  // Looking back in widening windows, as for the last work.
  for (let backMs = 900_000; ; backMs *= 4) {
    const from = Math.max(session.createdAt - 1, now - backMs);
    const last = callsOf(session, from, now + 1).findLast(
      (call) => call.operation === "InvokeCodeInterpreter" && call.startAt <= now && counts(call),
    );
    if (last !== undefined) return last.startAt;
    if (from < session.createdAt) return null;
  }
}

/** When nothing of a session can be told any more: its end, or the last call that came for it after that. */
export function lastTraceAt(session: LocalSession): number {
  const { endedAt } = plannedEnd(session);
  const last = session.calls.at(-1);
  return last === undefined ? endedAt : Math.max(endedAt, last.endAt);
}
