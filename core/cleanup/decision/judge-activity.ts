import { greatestOf } from "../../kernel/extremes.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import { longestCallMs } from "../evidence/call-evidence.ts";
import type { CallEvidence, CpuEvidence, SessionEvidence, Unknown } from "../evidence/evidence.ts";
import type { InvocationStamp, Policy } from "../policy/policy.ts";
import type { SessionFacts } from "./decision.ts";
import { evidenceFault } from "./evidence-fault.ts";

/** What evidence comes to, beside age, protection and policy. */
export type Activity =
  | {
      /** Works at its horizon, or has since. */
      readonly kind: "active";
      readonly lastWorkAt: Instant;
      /** By its own CPU or calls, all needed evidence being there: not by what moves for reasons that nobody knows. */
      readonly certain: boolean;
    }
  | { readonly kind: "unprovable" | "unknown"; readonly message: string }
  | {
      readonly kind: "idle";
      readonly horizon: Instant;
      readonly idleSince: Instant;
      /** Known to have worked within `idleAfter` before its horizon. */
      readonly worked: boolean;
    };

/** How long a session must be idle by this policy. By calls alone it cannot be less than a call's length while stamps are unknown. */
export const idleAfterOf = (policy: Policy, stamp: InvocationStamp): number =>
  policy.evidence === "invocations" && stamp === "unknown"
    ? Math.max(policy.idleAfterMs, longestCallMs)
    : policy.idleAfterMs;

/**
 * The policy as it holds for a session: `evidence: invocations` is the owner's word that nothing works without a call, and where its own
 * records show work that no call explains, the word does not hold for it. It has to be proved idle as any other then.
 */
export function policyFor({ cpu, calls }: SessionEvidence, policy: Policy): Policy {
  if (policy.evidence === "strict" || cpu.kind === "unknown" || calls.kind === "unknown") return policy;
  const explainedUntil = Math.max(lastCall(calls) ?? 0, calls.window.from) + ownWorkMs;
  return cpu.lastBusyAt !== null && cpu.lastBusyAt > explainedUntil ? { ...policy, evidence: "strict" } : policy;
}

/** What a call leaves to be done when it is over, and what stamps of calls and of records may differ by. */
const ownWorkMs = 60_000;

/** H: the earlier of the horizons that count, null where one of them is not known. */
export function horizonOf({ cpu, calls }: SessionEvidence, evidence: Policy["evidence"]): Instant | null {
  if (calls.kind === "unknown") return null;
  if (evidence === "invocations") return calls.inFlightUntil;
  return cpu.kind === "unknown" ? null : instant(Math.min(cpu.covered.until, calls.inFlightUntil));
}

/** Docs: docs/idle.md. Known work comes first: no missing evidence hides it. */
export function judgeActivity(facts: SessionFacts, policy: Policy, idleAfterMs: number, now: Instant): Activity {
  const { session, evidence } = facts;
  const cpu = policy.evidence === "strict" && evidence.cpu.kind === "known" ? evidence.cpu : null;
  const calls = evidence.calls.kind === "known" ? evidence.calls : null;
  const horizon = horizonOf(evidence, policy.evidence);
  const fault = evidenceFault(facts, policy.evidence, horizon, idleAfterMs, now);

  const lastOwn = latest(cpu === null ? null : lastCpuWork(cpu), calls?.of === "session" ? lastCall(calls) : null);
  const lastWorkAt = latest(lastOwn, lastUpdate(facts));
  // Without a horizon, what the one known side has seen lately is all there is to go by.
  const seenUntil = horizon ?? cpu?.covered.until ?? calls?.inFlightUntil ?? now;
  const activeAfter = horizon === null ? plusMs(seenUntil, -idleAfterMs) : horizon;
  if (lastWorkAt !== null && lastWorkAt > activeAfter) {
    const certain = fault === null && horizon !== null && lastOwn !== null && lastOwn > plusMs(horizon, -idleAfterMs);
    return { kind: "active", lastWorkAt, certain };
  }

  const missing = [...(policy.evidence === "strict" ? [evidence.cpu] : []), evidence.calls].flatMap((item) =>
    item.kind === "unknown" ? [item] : [],
  );
  const unprovable = missing.find(({ code }) => isStructural(code));
  if (unprovable !== undefined) return { kind: "unprovable", message: unprovable.message };
  const [first] = missing;
  if (first !== undefined) return { kind: "unknown", message: first.message };
  if (horizon === null || calls === null) return { kind: "unknown", message: "Its evidence is not complete." };
  if (fault !== null) return { kind: "unknown", message: fault };

  const called = lastCall(calls);
  if (called !== null && called > horizon) {
    const { apart } = calls;
    const kind = apart === undefined || isStructural(apart.code) ? "unprovable" : "unknown";
    return { kind, message: apart?.message ?? calledText };
  }
  const since = latest(lastWorkAt, called, calls.window.from, cpu?.covered.from ?? null, cpu?.quietSince ?? null);
  const idleSince = instant(Math.max(session.createdAt, since ?? session.createdAt));
  const worked = lastOwn !== null && lastOwn > plusMs(horizon, -idleAfterMs);
  return { kind: "idle", horizon, idleSince, worked };
}

export const calledText =
  "Its interpreter was called, and it is not known for which session: turn on APPLICATION_LOGS or TRACES of the interpreter.";

/** What is missing by the way things are set up, so that waiting does not help. */
function isStructural(code: Unknown["code"]): boolean {
  switch (code) {
    case "no-usage-logs":
    case "at-teardown":
    case "never-called":
    case "no-call-logs":
    case "call-logs-differ":
    case "call-spans-differ":
      return true;
    case "no-records-yet":
    case "approximate":
    case "no-control-series":
    case "data-late":
    case "not-looked":
    case "failed":
      return false;
  }
}

/** A session whose last record works, works beyond its horizon as far as anybody knows. */
const lastCpuWork = ({ quietSince, lastBusyAt, covered }: CpuEvidence): Instant | null =>
  quietSince === null ? latest(lastBusyAt, plusMs(covered.until, 1)) : lastBusyAt;

const lastCall = ({ maybeInFlight }: CallEvidence): Instant | null =>
  greatestOf(maybeInFlight.map(({ until }) => until));

/** Nobody knows what moves it, so that it can only keep. It is `createdAt` in all that was ever seen. */
const lastUpdate = ({ session, evidence }: SessionFacts): Instant | null => {
  const at = latest(evidence.lastUpdatedAt, session.lastUpdatedAt);
  return at !== null && at > session.createdAt ? at : null;
};

function latest(...instants: readonly (Instant | null)[]): Instant | null {
  let last: Instant | null = null;
  for (const at of instants) if (at !== null && (last === null || at > last)) last = at;
  return last;
}
