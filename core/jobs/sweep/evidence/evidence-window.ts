import type { SessionFacts } from "../../../cleanup/decision/decision.ts";
import type { Span, Unknown } from "../../../cleanup/evidence/evidence.ts";
import { greatestOf } from "../../../kernel/extremes.ts";
import { type Instant, plusMs } from "../../../kernel/instant.ts";

/** Far enough back for the `idleAfter` before any horizon that is not too old. */
export function evidenceWindow(candidates: readonly SessionFacts[], now: Instant): Span {
  const idleAfterMs = Math.max(callMs, longestIdleAfter(candidates));
  return { from: plusMs(now, -(recordsLagMs + idleAfterMs + callMs + spareMs)), until: now };
}

/** The same for records: each says its own length, so that none of what they show can have begun much earlier. */
export const cpuWindow = (candidates: readonly SessionFacts[], now: Instant): Span => ({
  from: plusMs(now, -(recordsLagMs + longestIdleAfter(candidates) + spareMs)),
  until: now,
});

export const longestIdleAfter = (candidates: readonly SessionFacts[]): number =>
  greatestOf(candidates.map(({ policy }) => policy?.idleAfterMs ?? 0)) ?? 0;

export const notLooked: Unknown = {
  kind: "unknown",
  code: "not-looked",
  message: "It was not looked at in this pass.",
};

/** Says of what is not known when that was so, and of which time it was asked for: null where nobody asked. */
export const dated = <T extends { readonly kind: "known" }>(
  evidence: T | Unknown,
  asOf: Instant,
  window: Span | null,
): T | Unknown =>
  evidence.kind === "known" || evidence.asOf !== undefined
    ? evidence
    : { ...evidence, asOf, ...(window === null ? {} : { window }) };

const minuteMs = 60_000;
/** All records of a moment are there by then; see docs/idle.md. */
export const recordsLagMs = 75 * minuteMs;
/** A request that was in flight may have begun so much earlier. */
const callMs = 15 * minuteMs;
const spareMs = 5 * minuteMs;
