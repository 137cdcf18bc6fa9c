import { periodAt } from "../../billing/price-book.ts";
import { expiresAtOf, type Session } from "../../inventory/session.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import { decide } from "../decision/decide.ts";
import type { Decision, SessionFacts } from "../decision/decision.ts";
import type { CallEvidence, CpuEvidence, SessionEvidence, Span, Unknown } from "../evidence/evidence.ts";
import { hiding } from "../evidence/record-work.ts";
import { choosePolicy } from "../policy/choose-policy.ts";
import type { Policy, PolicySet } from "../policy/policy.ts";
import { protectionOf } from "../policy/protections.ts";
import { chargedLevel, idleCost } from "../savings/savings-rate.ts";
import { areCallsKnown, callsKnownAt, isCalledWithin } from "./backtest-calls.ts";
import { cpuKnownAt, type Piece } from "./backtest-timeline.ts";
import type { BacktestSettings, KeptReason, PastSession, Replayed, StopBasis, WouldBeStop } from "./backtest-types.ts";

/** Sessions live so long at most (AgentCore's quotas, read 2026-11): what stands for a time limit that is not known. */
const longestLifeMs = 8 * 3_600_000;
const minuteMs = 60_000;
/** All records of a moment are there by then, as a sweep takes it. */
const recordsLagMs = 75 * minuteMs;
const spareMs = 5 * minuteMs;
const callMs = 15 * minuteMs;

/** The first sweep that would have stopped a session, by what was known then; else why it was kept. */
export function replaySession(
  past: PastSession,
  pieces: readonly Piece[] | null,
  set: PolicySet,
  settings: BacktestSettings,
): Replayed {
  const session = withTimeLimit(past.session);
  const policy = choosePolicy(set.policies, session);
  const { sweepEveryMs, window } = settings;
  const first = Math.ceil((session.createdAt - window.from) / sweepEveryMs);
  let kept: KeptReason = "not-swept";
  for (let n = Math.max(0, first); ; n += 1) {
    const now = plusMs(window.from, n * sweepEveryMs);
    if (now >= window.until || now > past.end.earliest) return { kind: "kept", reason: kept };
    const at: Sweep = { now, policy, set, settings };
    const { facts, decision } = decideAt(past, session, pieces, at);
    if (decision.action === "stop") return stopOf(past, session, pieces, facts, decision, at);
    kept = moreTelling(kept, decision.reason);
  }
}

interface Sweep {
  readonly now: Instant;
  readonly policy: Policy | null;
  readonly set: PolicySet;
  readonly settings: BacktestSettings;
}

const withTimeLimit = (session: Session): Session => ({
  ...session,
  timeoutSeconds: session.timeoutSeconds ?? longestLifeMs / 1000,
});

/** The last reason, unless it only says that the end is near: it would hide why nothing happened before. */
const moreTelling = (before: KeptReason, reason: KeptReason): KeptReason =>
  before !== "not-swept" && before !== "too-young" && (reason === "expires-soon" || reason === "ended")
    ? before
    : reason;

const notLooked: Unknown = { kind: "unknown", code: "not-looked", message: "It was not looked at." };

function decideAt(
  past: PastSession,
  session: Session,
  pieces: readonly Piece[] | null,
  { now, policy, set, settings }: Sweep,
): { readonly facts: SessionFacts; readonly decision: Decision } {
  const decideSettings = { invocationStamp: set.invocationStamp, idleVcpu: settings.idleVcpu };
  const blank: SessionFacts = {
    session,
    policy,
    protection: protectionOf(set.protections, session, now),
    evidence: { cpu: notLooked, calls: notLooked, status: null, lastUpdatedAt: null },
  };
  // As in a sweep, evidence is read of those only that nothing else keeps.
  const decision = decide(blank, decideSettings, now);
  if (policy === null || decision.reason !== "unknown-activity") return { facts: blank, decision };
  const span = evidenceSpan(policy, now);
  const evidence: SessionEvidence = {
    ...blank.evidence,
    cpu: cpuAt(session, pieces, span, policy.idleAfterMs, now),
    calls: callsAt(past, policy, span, set, now),
  };
  const facts = { ...blank, evidence };
  return { facts, decision: decide(facts, decideSettings, now) };
}

/** What a sweep reads: far enough back for the `idleAfter` before any horizon that is not too old. */
const evidenceSpan = ({ idleAfterMs }: Policy, now: Instant): Span => ({
  from: plusMs(now, -(recordsLagMs + Math.max(callMs, idleAfterMs) + callMs + spareMs)),
  until: now,
});

function cpuAt(
  session: Session,
  pieces: readonly Piece[] | null,
  span: Span,
  neededMs: number,
  now: Instant,
): CpuEvidence | Unknown {
  if (pieces === null) {
    const message = "Nothing was recorded of its interpreter's usage: turn on USAGE_LOGS of it.";
    return { kind: "unknown", code: "no-usage-logs", message };
  }
  const known = cpuKnownAt(pieces, span, neededMs, now);
  if (known !== null) return known;
  if (pieces.some(({ isPlain, knownAt, firstAt }) => !isPlain && knownAt <= now && firstAt >= span.from)) return hiding;
  if (now - session.createdAt <= recordsLagMs) {
    return { kind: "unknown", code: "no-records-yet", message: "None of its usage records had come." };
  }
  const message = "No usage record of it had come for more than 75 minutes: they seem to come when sessions end.";
  return { kind: "unknown", code: "at-teardown", message };
}

function callsAt(
  { calls }: PastSession,
  policy: Policy,
  span: Span,
  { invocationStamp }: PolicySet,
  now: Instant,
): CallEvidence | Unknown {
  if (calls.kind === "none" && policy.evidence === "invocations") {
    return { kind: "unknown", code: "no-call-logs", message: "Nothing was recorded of its calls, which alone count." };
  }
  return callsKnownAt(calls, span, invocationStamp, now);
}

function stopOf(
  past: PastSession,
  session: Session,
  pieces: readonly Piece[] | null,
  { evidence }: SessionFacts,
  decision: Decision,
  { now, policy, settings }: Sweep,
): WouldBeStop {
  const from = decision.horizon ?? now;
  const isRace =
    (pieces ?? []).some(({ busy }) => busy !== null && busy.from < now && busy.until > from) ||
    isCalledWithin(past.calls, from, now);
  const latest = past.end.latest ?? expiresAtOf(session) ?? now;
  const endedAt = { low: Math.max(now, past.end.earliest), high: Math.max(now, past.end.earliest, latest) };
  return {
    kind: "stop",
    basis: basisOf(past, decision),
    reason: decision.reason,
    policy: policy?.id ?? "",
    at: now,
    horizon: decision.horizon,
    verdict: verdictOf(past, pieces, { horizon: from, now, endsBy: instant(endedAt.high) }, settings),
    isRace,
    usd: usdOf(past, pieces, evidence, now, endedAt, settings),
    freedMs: { low: endedAt.low - now, high: endedAt.high - now },
  };
}

const basisOf = ({ calls }: PastSession, { reason }: Decision): StopBasis => {
  if (reason === "over-age-busy") return "busy-by-choice";
  return calls.kind === "none" ? "cpu-alone" : "proved";
};

/** Known work comes first. It did not work again only where all of its life since then is recorded. */
function verdictOf(
  past: PastSession,
  pieces: readonly Piece[] | null,
  { horizon, now, endsBy }: { readonly horizon: Instant; readonly now: Instant; readonly endsBy: Instant },
  { window }: BacktestSettings,
): WouldBeStop["verdict"] {
  const own = pieces ?? [];
  if (own.some(({ busy }) => busy !== null && busy.until > now)) return "false";
  // A call of what had ended is refused, and no work.
  if (isCalledWithin(past.calls, now, endsBy)) return "false";
  const endsAt = own.at(-1)?.endsAt ?? Number.NEGATIVE_INFINITY;
  const isAliveAtEnd = past.end.latest === null && plusMs(past.end.earliest, recordsLagMs) > window.until;
  const isRecorded =
    endsAt + minuteMs >= past.end.earliest && !own.some(({ isAfterGap, firstAt }) => isAfterGap && firstAt > horizon);
  return isRecorded &&
    !isAliveAtEnd &&
    past.mayGoOn !== true &&
    areCallsKnown(past.calls, now, Math.max(now, past.end.earliest))
    ? "right"
    : "unverified";
}

/** An idle rest of its life: its memory alone, at the level that it had by then. */
function usdOf(
  { session, isWhole }: PastSession,
  pieces: readonly Piece[] | null,
  { cpu }: SessionEvidence,
  now: Instant,
  endedAt: { readonly low: number; readonly high: number },
  settings: BacktestSettings,
): WouldBeStop["usd"] {
  const { region } = session.target;
  const period = periodAt(settings.prices, region, now);
  if (period === null) return null;
  const peak = (pieces ?? []).findLast(({ firstAt }) => firstAt < now)?.peakLevel ?? -1;
  const last = cpu.kind === "known" ? cpu.memoryBytes : null;
  const least = period.rule === "2026-09" && peak >= 0 ? Math.max(peak, last ?? peak) : last;
  // A higher level may lie before what was recorded.
  const level = chargedLevel(settings, period, least, isWhole && peak >= 0 ? peak : null);
  const low = idleCost(settings, region, now, instant(endedAt.low), level.low);
  const high = idleCost(settings, region, now, instant(endedAt.high), level.high);
  return low === null || high === null ? null : { low, high };
}
