import type { LocalSession } from "../world.ts";
import { type BusySpan, idleVcpu } from "./busy-span.ts";
import { busySpans } from "./busy-spans.ts";
import { plannedEnd } from "./life.ts";
import { bootSeconds, cpuNsOfSecond } from "./meter-records.ts";

/** A stretch in which a session truly works: a request in flight, or seconds of the meter at the idle level or above. */
export interface WorkSpan {
  readonly startAt: number;
  /** Not included. */
  readonly endAt: number;
  readonly cause: "call" | "cpu";
}

/**
 * The session's work that touches [fromMs, toMs), up to its end and to `toMs`; by start. The second is the finest that a
 * meter knows, so CPU is judged by whole seconds: one that is busy for a few milliseconds only is no busy one.
 */
export function workSpans(session: LocalSession, fromMs: number, toMs: number): WorkSpan[] {
  const { endedAt } = plannedEnd(session);
  const until = Math.min(toMs, endedAt);
  if (until <= fromMs) return [];
  // What makes a second busy can lie in it before the window or after it.
  const busy = busySpans(session, fromMs - 1000, Math.min(toMs + 1000, endedAt));
  const calls = busy.filter((span) => span.isRequest);
  const seconds = [...bootSpan(session), ...busy.flatMap((span) => busySeconds(session, span))];
  return [...joined(calls, "call"), ...joined(seconds, "cpu")]
    .map((span) => ({ ...span, endAt: Math.min(span.endAt, until) }))
    .filter((span) => span.startAt < until && span.endAt > fromMs)
    .sort((one, other) => one.startAt - other.startAt || one.endAt - other.endAt);
}

/** Whether a session worked at any moment of [fromMs, toMs). */
export const workedWithin = (session: LocalSession, fromMs: number, toMs: number): boolean =>
  workSpans(session, fromMs, toMs).length > 0;

/** The first moment from `at` on, and before the session's end, at which it works; null if there is none. */
export function nextWorkAt(session: LocalSession, at: number): number | null {
  const { endedAt } = plannedEnd(session);
  // In widening windows: the next work is usually near, and a leak has none for hours.
  for (let aheadMs = 900_000; ; aheadMs *= 4) {
    const until = Math.min(endedAt, at + aheadMs);
    const [next] = workSpans(session, at, until);
    if (next !== undefined) return Math.max(at, next.startAt);
    if (until >= endedAt) return null;
  }
}

type Stretch = Pick<WorkSpan, "startAt" | "endAt">;

/** The busy seconds of one stretch of work. Only its first and last second can have less of it than makes them busy. */
function busySeconds(session: LocalSession, { startAt, endAt, vcpu }: BusySpan): readonly Stretch[] {
  // What stays below the level all the time, as a trickle, makes no second busy by itself; what overlaps it is looked at too.
  if (vcpu < surelyBusy) return [];
  const { createdAt } = session;
  const { endedAt } = plannedEnd(session);
  const first = Math.floor((startAt - createdAt) / 1000);
  const last = Math.ceil((Math.min(endAt, endedAt) - createdAt) / 1000) - 1;
  const from = isBusySecond(session, first) ? first : first + 1;
  const to = isBusySecond(session, last) ? last : last - 1;
  return from > to ? [] : [{ startAt: createdAt + from * 1000, endAt: createdAt + (to + 1) * 1000 }];
}

/** A second uses 0.96 of its stretch's CPU at the least, so a stretch of this is busy whatever chance does. */
const surelyBusy = idleVcpu / 0.96;

function isBusySecond(session: LocalSession, index: number): boolean {
  const { cpuNs, lengthMs } = cpuNsOfSecond(session, index);
  return lengthMs > 0 && cpuNs >= idleVcpu * lengthMs * 1e6;
}

/** A microVM that boots works hard, be it minutes before its session is born. */
function bootSpan(session: LocalSession): readonly Stretch[] {
  const seconds = bootSeconds(session);
  return seconds === 0 ? [] : [{ startAt: session.bootAt, endAt: session.bootAt + seconds * 1000 }];
}

/** Stretches that touch each other made one. */
function joined(stretches: readonly Stretch[], cause: WorkSpan["cause"]): readonly WorkSpan[] {
  const found: { startAt: number; endAt: number; cause: WorkSpan["cause"] }[] = [];
  for (const { startAt, endAt } of stretches.toSorted((one, other) => one.startAt - other.startAt)) {
    const last = found.at(-1);
    if (last !== undefined && startAt <= last.endAt) last.endAt = Math.max(last.endAt, endAt);
    else found.push({ startAt, endAt, cause });
  }
  return found;
}
