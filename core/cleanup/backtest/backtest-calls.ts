import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import { evidenceOfCalls, evidenceOfMinutes, longestCallMs } from "../evidence/call-evidence.ts";
import type { CallEvidence, Span } from "../evidence/evidence.ts";
import type { InvocationStamp } from "../policy/policy.ts";
import type { PastCalls } from "./backtest-types.ts";

/** Metrics of a minute are complete by then, and lines of logs are there. */
const callsLagMs = 5 * 60_000;
const minuteMs = 60_000;

/**
 * What was known of calls at `now`. Where nothing was recorded, none are assumed: what is replayed so goes by CPU alone, and whoever asks
 * has to say so.
 */
export function callsKnownAt(calls: PastCalls, window: Span, stamp: InvocationStamp, now: Instant): CallEvidence {
  const completeUntil = instant(Math.floor((now - callsLagMs) / minuteMs) * minuteMs);
  switch (calls.kind) {
    case "none":
      return evidenceOfCalls([], { asOf: now, of: "session", window, completeUntil, stamp: "unknown" });
    case "session": {
      const readUntil = instant(Math.min(completeUntil, calls.window.until));
      const known = calls.calls.filter(({ at }) => plusMs(at, callsLagMs) <= now);
      return evidenceOfCalls(
        known.map(({ from, until }) => ({ startAt: from, endAt: until })),
        {
          asOf: now,
          of: "session",
          // As for a stamp that is not known, what was read reaches further than what is known by it.
          window: { from: plusMs(calls.window.from, -longestCallMs), until: now },
          completeUntil: readUntil,
          stamp: "unknown",
        },
      );
    }
    case "interpreter": {
      const readUntil = instant(Math.min(completeUntil, calls.window.until));
      const known = calls.minutes.filter(({ minuteAt }) => minuteAt < readUntil && minuteAt >= window.from);
      const from = instant(Math.max(window.from, calls.window.from));
      return evidenceOfMinutes(known, {
        asOf: now,
        of: "interpreter",
        window: { from, until: now },
        completeUntil: readUntil,
        stamp,
      });
    }
  }
}

/** Whether the session itself was called after an instant, or between two. */
export const isCalledWithin = (calls: PastCalls, from: number, until: number): boolean =>
  calls.kind === "session" && calls.calls.some((call) => call.at > from && call.surelyFrom < until);

/** Whether all calls of the session in [from, until) are recorded as its own, or the interpreter had none that could be. */
export function areCallsKnown(calls: PastCalls, from: number, until: number): boolean {
  switch (calls.kind) {
    case "none":
      return false;
    case "session":
      return calls.mayMiss !== true && calls.window.from <= from && calls.window.until >= until;
    case "interpreter": {
      if (calls.window.from > from || calls.window.until < until) return false;
      // A call lasts so long at most, and nobody knows which end of it is counted.
      const near = calls.minutes.filter(
        ({ minuteAt }) => minuteAt + minuteMs + longestCallMs > from && minuteAt - longestCallMs < until,
      );
      return near.every(({ count }) => count === 0);
    }
  }
}
