import type { LocalSession } from "../world.ts";
import type { BusySpan } from "./busy-span.ts";
import { between, chance } from "./random.ts";
import { sleeperSpans } from "./sleeper.ts";
import { visitSpans } from "./visits.ts";

/** The session's work that touches [fromMs, toMs), by start; not clipped to the session's end. */
export function busySpans(session: LocalSession, fromMs: number, toMs: number): BusySpan[] {
  const spans = [
    ...plannedSpans(session),
    ...slotSpans(session, fromMs, toMs),
    ...sleeperSpans(session, fromMs, toMs),
    ...visitSpans(session, fromMs, toMs),
    ...clientSpans(session),
  ];
  return spans
    .filter((span) => span.startAt < toMs && span.endAt > fromMs)
    .sort((one, other) => one.startAt - other.startAt || one.endAt - other.endAt);
}

/** Work in even stretches: one request in a slot, somewhere in its first part. */
interface Slots {
  readonly slotMs: number;
  /** Slots begin only before this offset from the session's creation. */
  readonly untilMs: number;
  /** How probable it is that a slot has a request; the first slot always has one. */
  readonly share: number;
  readonly requestMs: readonly [number, number];
  readonly vcpu: readonly [number, number];
}

function slotsOf(session: LocalSession): Slots | null {
  const { profile, seed } = session.activity;
  switch (profile) {
    case "steady": {
      const slotMs = between(12_000, 30_000, seed, 10);
      const level = between(0.15, 0.7, seed, 11);
      const requestMs = [slotMs * 0.3, slotMs * 0.6] as const;
      return { slotMs, untilMs: Number.POSITIVE_INFINITY, share: 1, requestMs, vcpu: [level * 0.8, level * 1.2] };
    }
    case "bursty": {
      const slotMs = between(90_000, 420_000, seed, 10);
      const requestMs = [3000, 60_000] as const;
      return { slotMs, untilMs: Number.POSITIVE_INFINITY, share: 0.7, requestMs, vcpu: [0.7, 1.9] };
    }
    case "idle-leak": {
      const slotMs = between(15_000, 40_000, seed, 10);
      const untilMs = between(60_000, 420_000, seed, 11);
      return { slotMs, untilMs, share: 0.8, requestMs: [500, 12_000], vcpu: [0.2, 1.5] };
    }
    case "ephemeral":
      return { slotMs: 4000, untilMs: 1, share: 1, requestMs: [300, 5000], vcpu: [0.3, 1.8] };
    case "async-job":
    case "hot-loop":
    case "sleeper":
    case "trickle":
    case "returning":
    case "client":
      return null;
    default:
      return profile satisfies never;
  }
}

function slotSpans(session: LocalSession, fromMs: number, toMs: number): BusySpan[] {
  const slots = slotsOf(session);
  if (slots === null) return [];
  const { seed } = session.activity;
  const spans: BusySpan[] = [];
  const first = Math.max(0, Math.floor((fromMs - session.createdAt) / slots.slotMs));
  for (let slot = first; ; slot++) {
    const offset = slot * slots.slotMs;
    if (offset >= slots.untilMs || session.createdAt + offset >= toMs) return spans;
    if (slot > 0 && chance(seed, 20, slot) >= slots.share) continue;
    // The longest request and the latest start still end within the slot, so slots never overlap.
    const startAt = session.createdAt + Math.floor(offset + 1000 + between(0, 0.3, seed, 21, slot) * slots.slotMs);
    const slotEnd = session.createdAt + Math.floor(offset + slots.slotMs);
    const endAt = Math.min(slotEnd, startAt + Math.floor(between(...slots.requestMs, seed, 22, slot)));
    spans.push({ startAt, endAt, vcpu: between(...slots.vcpu, seed, 23, slot), isRequest: true });
  }
}

const working = [0.4, 1.6] as const;
/** With what an idle microVM uses besides, it stays from 0.005 to 0.018 vCPU: below the idle level. */
const trickling = [0.005, 0.0138] as const;

/** The call that starts a planned session, and the work of profiles that is one long stretch. */
function plannedSpans(session: LocalSession): BusySpan[] {
  const { profile, seed } = session.activity;
  if (profile === "client") return [];
  const { createdAt } = session;
  const born = { startAt: createdAt, endAt: createdAt + startMs(session), vcpu: 0.3, isRequest: true };
  if (profile === "hot-loop") {
    const startAt = createdAt + 3000;
    // A synchronous request lasts 15 minutes at most; what it started goes on.
    const request = { startAt, endAt: startAt + 900_000, vcpu: 0, isRequest: true };
    return [born, request, { startAt, endAt: Number.POSITIVE_INFINITY, vcpu: 2, isRequest: false }];
  }
  // What was started once and then works without any further call.
  if (profile === "async-job" || profile === "trickle" || profile === "sleeper") {
    const startAt = createdAt + Math.floor(between(1500, 6000, seed, 12));
    const jobAt = startAt + Math.floor(between(300, 900, seed, 13));
    const request = { startAt, endAt: jobAt, vcpu: 0.4, isRequest: true };
    if (profile === "sleeper") return [born, request];
    const jobMs = Math.floor(between(1.5, 7, seed, 14) * 3_600_000);
    const vcpu = profile === "trickle" ? between(...trickling, seed, 15) : between(...working, seed, 15);
    return [born, request, { startAt: jobAt, endAt: jobAt + jobMs, vcpu, isRequest: false }];
  }
  return [born];
}

/** What real clients made it do. A call of no length still costs a moment of work. */
function clientSpans(session: LocalSession): BusySpan[] {
  return session.calls.flatMap((call, index) => {
    // Being stopped is no work, and nobody's use of the session; a refused call never reached it.
    if (call.operation === "StopCodeInterpreterSession" || call.isRefused === true) return [];
    const vcpu = between(0.4, 1.6, session.activity.seed, 30, index);
    const endAt = Math.max(call.endAt, call.startAt + 250);
    const request = { startAt: call.startAt, endAt, vcpu, isRequest: true };
    if (call.job === undefined || call.job.endAt <= call.startAt) return [request];
    return [request, { startAt: call.startAt, endAt: call.job.endAt, vcpu: call.job.vcpu, isRequest: false }];
  });
}

/** How long the call took that started the session. */
export const startMs = (session: LocalSession): number => 250 + Math.floor(600 * chance(session.activity.seed, 16));
