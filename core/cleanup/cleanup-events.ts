import { targetKey } from "../inventory/target.ts";
import { type Instant, isoOf } from "../kernel/instant.ts";
import { formatUsd } from "../kernel/money.ts";
import type { Problem } from "../kernel/problem.ts";
import type { OutgoingEvent } from "../ports/events.ts";
import type { SwitchPosition } from "../ports/kill-switch.ts";
import type { StopRecord } from "../ports/stops.ts";
import type { SessionFacts } from "./decision/decision.ts";
import { evidenceDetail } from "./evidence/event-evidence.ts";
import type { PlanEntry } from "./plan/plan.ts";
import type { Protection, SessionMatch } from "./policy/policy.ts";
import type { PolicyRegret } from "./regret/regret.ts";
import type { Runaway } from "./runaway.ts";
import { type RecordedOverride, writtenOverride } from "./stop/recorded-override.ts";
import type { EntryOutcome } from "./stop/stop-outcome.ts";
import type { BarredPolicy } from "./stop/switch-standing.ts";

/** Raised when a detail loses a member or gives one another meaning; new members do not raise it. */
const version = "1";

interface Happened {
  readonly kind: string;
  readonly detailType: string;
  /** What tells it from others of its kind: the same happening always has the same id. */
  readonly parts: readonly (string | number)[];
  readonly detail: Readonly<Record<string, unknown>>;
  readonly action: string;
  readonly section: string;
}

const eventOf = (now: Instant, { kind, detailType, parts, detail, action, section }: Happened): OutgoingEvent => {
  const id = `${kind}/${parts.map((part) => encodeURIComponent(String(part).toWellFormed())).join("/")}`;
  const runbook = `docs/runbook.md#${section}`;
  return { id, at: now, detailType, detail: { version, id, ...detail, asOf: isoOf(now), action, runbook } };
};

type Key = PlanEntry["key"];
const partsOf = ({ account, region, interpreter, session }: Key) => [account, region, interpreter, session];

const entryDetail = ({ key, name, createdAt, policy, decision, evidence }: PlanEntry) => ({
  ...key,
  name,
  createdAt: isoOf(createdAt),
  policy: policy.id === "" ? null : policy.id,
  reason: decision.reason,
  text: decision.text,
  horizon: decision.horizon === null ? null : isoOf(decision.horizon),
  idleSince: decision.idleSince === null ? null : isoOf(decision.idleSince),
  evidence: evidenceDetail(evidence),
});

/**
 * Told once for a session and a policy as it is: each pass plans it anew as long as nobody stops it. `acts`: it is about to be stopped, which
 * is told once for each time that it is idle, as it may have worked since it was told before. A plan that only shows what would be is null:
 * it is not kept.
 */
export const stopPlannedEvent = (now: Instant, plan: string | null, entry: PlanEntry, acts: boolean): OutgoingEvent =>
  eventOf(now, {
    kind: "session-stop-planned",
    detailType: "Session Stop Planned",
    parts: [
      ...partsOf(entry.key),
      entry.policy.hash.slice(0, 16),
      ...(acts ? ["act", entry.decision.idleSince ?? entry.decision.reason] : ["observe"]),
    ],
    detail: { plan, mode: acts ? "enforce" : "observe", override: null, ...entryDetail(entry) },
    action: acts ? stopComesAction : "Nothing is stopped: see whether you agree, before policies enforce.",
    section: "session-stop-planned",
  });

/** A person stops it, whatever its policy says: each time that one does so is told. */
export const handStopPlannedEvent = (
  now: Instant,
  plan: string,
  entry: PlanEntry,
  { by, reason }: Pick<RecordedOverride, "by" | "reason">,
): OutgoingEvent =>
  eventOf(now, {
    kind: "session-stop-planned",
    detailType: "Session Stop Planned",
    parts: [...partsOf(entry.key), "hand", plan],
    detail: { plan, mode: "enforce", override: { by, reason }, ...entryDetail(entry) },
    action: stopComesAction,
    section: "session-stop-planned",
  });

const stopComesAction =
  "Nothing, if nobody needs the session. Otherwise `sandmeter protect` it, or `sandmeter disarm`.";

/** Of a record that is decided; null where nothing came of it that anyone needs to hear. */
export function stopRecordEvent(now: Instant, record: StopRecord): OutgoingEvent | null {
  const { entry, attempt, state, override, plan, intendedAt, decidedAt, problem } = record;
  const detail = {
    plan,
    attempt,
    override: writtenOverride(override),
    intendedAt: isoOf(intendedAt),
    decidedAt: decidedAt === null ? null : isoOf(decidedAt),
    ...entryDetail(entry),
  };
  const parts = [...partsOf(record.key), attempt];
  switch (state) {
    case "stopped":
      return eventOf(now, {
        kind: "session-stopped",
        detailType: "Session Stopped",
        parts,
        detail,
        action:
          "Nothing. If it was needed, `sandmeter explain` says why it was stopped, and `sandmeter disarm` ends it.",
        section: "session-stopped",
      });
    case "failed":
      return eventOf(now, {
        kind: "session-stop-failed",
        detailType: "Session Stop Failed",
        parts,
        detail: { ...detail, code: problem?.code ?? null, message: problem?.message ?? null },
        action: "See the message; the next pass decides about the session anew.",
        section: "session-stop-failed",
      });
    case "intended":
    case "already-gone":
    case "abandoned":
      return null;
  }
}

const hourMs = 3_600_000;
const mostSessions = 20;

/** What a breaker refused in one pass over a target: told once an hour. */
export function refusedEvent(now: Instant, outcomes: readonly EntryOutcome[]): OutgoingEvent | null {
  const refused = outcomes.flatMap((it) => (it.kind === "refused" && it.reason === "breaker" ? [it] : []));
  const [first] = refused;
  if (first === undefined) return null;
  const { account, region } = first.entry.key;
  return eventOf(now, {
    kind: "cleanup-refused",
    detailType: "Cleanup Refused",
    parts: [account, region, Math.floor(now / hourMs)],
    detail: {
      account,
      region,
      refusal: first.reason,
      message: first.message,
      count: refused.length,
      sessions: refused.slice(0, mostSessions).map(({ entry }) => entry.key.session),
    },
    action: "See whether so many stops are right (`sandmeter plan`), then raise the breaker, or mend the policy.",
    section: "cleanup-refused",
  });
}

/** Somebody turned all stopping off, or most policies were regretted too often. */
export const disarmedEvent = (now: Instant, { by, why, at }: SwitchPosition): OutgoingEvent =>
  eventOf(now, {
    kind: "cleanup-disarmed",
    detailType: "Cleanup Disarmed",
    parts: [at ?? 0],
    detail: { scope: "all", policy: null, by, why, at: at === null ? null : isoOf(at) },
    action: "Nothing is stopped until `sandmeter arm`: find out why it was disarmed first.",
    section: "cleanup-disarmed",
  });

/** One policy was regretted too often, and stops nothing more; others go on. */
export const policyDisarmedEvent = (now: Instant, { policy, why, at }: BarredPolicy): OutgoingEvent =>
  eventOf(now, {
    kind: "cleanup-disarmed",
    detailType: "Cleanup Disarmed",
    parts: [at, policy],
    detail: { scope: "policy", policy, by: "sandmeter", why, at: isoOf(at) },
    action: "It stops nothing until `sandmeter arm`: see what was regretted, and mend the policy first.",
    section: "cleanup-disarmed",
  });

/** Most policies were regretted too often, and the switch could not be turned. */
export interface NotDisarmed {
  /** Null where whoever armed it did not say. */
  readonly armedAt: Instant | null;
  readonly why: string;
  readonly problem: Problem;
}

/** Told once for each arming: each pass tries again, as long as nobody arms anew. */
export const notDisarmedEvent = (now: Instant, { armedAt, why, problem }: NotDisarmed): OutgoingEvent =>
  eventOf(now, {
    kind: "cleanup-disarm-failed",
    detailType: "Cleanup Disarm Failed",
    parts: [armedAt ?? 0],
    detail: {
      armedAt: armedAt === null ? null : isoOf(armedAt),
      why,
      code: problem.code,
      message: `${why}, and the switch could not be turned: ${problem.message}`,
    },
    action: "Run `sandmeter disarm`: until somebody arms anew, only what shares this state stops nothing.",
    section: "cleanup-disarm-failed",
  });

export const regrettedEvent = (now: Instant, regret: PolicyRegret["regrets"][number]): OutgoingEvent =>
  eventOf(now, {
    kind: "stop-regretted",
    detailType: "Stop Regretted",
    parts: [...partsOf(regret.stop.key), regret.how],
    detail: { how: regret.how, at: isoOf(regret.at), plan: regret.stop.plan, ...entryDetail(regret.stop.entry) },
    action:
      regret.how === "worked"
        ? "It worked and must not have been stopped: set its policy to observe, and keep what `sandmeter explain` says."
        : "See why it was stopped (`sandmeter explain`): idleAfter may be too short for these sessions.",
    section: "stop-regretted",
  });

export const runawayEvent = (now: Instant, { session }: Pick<SessionFacts, "session">, found: Runaway): OutgoingEvent =>
  eventOf(now, {
    kind: "session-runaway",
    detailType: "Session Runaway",
    parts: [targetKey(session.target), session.interpreter, session.id, found.hot === null ? "usd" : "hot"],
    detail: {
      ...session.target,
      interpreter: session.interpreter,
      session: session.id,
      name: session.name,
      createdAt: isoOf(session.createdAt),
      hotSince: found.hot === null ? null : isoOf(found.hot.since),
      hotUntil: found.hot === null ? null : isoOf(found.hot.until),
      usd: found.usd === null ? null : formatUsd(found.usd),
    },
    action: "It works, so nothing stops it: ask its owner, or `sandmeter stop` it by hand.",
    section: "session-runaway",
  });

export const protectionLapsingEvent = (
  now: Instant,
  { match, why, until }: Protection & { readonly until: Instant },
): OutgoingEvent =>
  eventOf(now, {
    kind: "protection-lapsing",
    detailType: "Protection Lapsing",
    parts: [JSON.stringify(writtenOut(match)), until],
    detail: { match: writtenOut(match), why, until: isoOf(until) },
    action: "Give it a later end (`sandmeter protect`), or let policies hold again.",
    section: "protection-lapsing",
  });

const writtenOut = ({ name, ...match }: SessionMatch) => ({ ...match, name: name?.text ?? null });
