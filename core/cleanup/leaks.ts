import { type BoundedCostInput, boundedCost } from "../billing/bounded-cost.ts";
import { periodAt } from "../billing/price-book.ts";
import type { Session } from "../inventory/session.ts";
import { type Target, targetKey } from "../inventory/target.ts";
import { leastOf } from "../kernel/extremes.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import { sumUsd } from "../kernel/money.ts";
import type { Decision, SessionFacts } from "./decision/decision.ts";
import { calledText } from "./decision/judge-activity.ts";
import type { Unknown } from "./evidence/evidence.ts";
import { chargedLevel, idleCost, type UsdBounds } from "./savings/savings-rate.ts";

/** `idle`: it is proved. All others: what is missing for a proof; `called`: it is not known of which session the calls are. */
export type LeakReason = "idle" | "called" | UnprovableCode;
type UnprovableCode = Extract<
  Unknown["code"],
  "no-usage-logs" | "at-teardown" | "never-called" | "no-call-logs" | "call-logs-differ" | "call-spans-differ"
>;

/** Sessions of one interpreter that nobody uses, or of which nothing can show that somebody does. */
export interface Leaks {
  readonly target: Target;
  readonly interpreter: InterpreterId;
  readonly reason: LeakReason;
  readonly isProvable: boolean;
  /** So many slots of the quota. */
  readonly sessions: number;
  readonly oldestCreatedAt: Instant;
  /** What they cost so far, and each hour from now on; null where that of one of them is not known. */
  readonly soFar: UsdBounds | null;
  readonly anHour: UsdBounds | null;
  /** What makes it provable: a type of log, or the owner's word that nothing works without a call. Null: nothing does. */
  readonly turnOn: "USAGE_LOGS" | "TRACES" | "evidence: invocations" | null;
  /** What is known of one of them, or what is missing and what to turn on. */
  readonly text: string;
}

export interface LeaksInput extends Pick<BoundedCostInput, "prices" | "gb" | "size"> {
  /** Null where nothing is known of a session's cost. */
  readonly soFarOf: (session: Session) => UsdBounds | null;
}

export interface DecidedSession {
  readonly facts: SessionFacts;
  readonly decision: Decision;
}

const hourMs = 3_600_000;

/** By interpreter and reason: those that can be proved first, then those with the most sessions. */
export function leaksOf(decided: readonly DecidedSession[], input: LeaksInput, now: Instant): readonly Leaks[] {
  const found = decided.flatMap((item) => leakOf(item) ?? []);
  const groups = Map.groupBy(found, ({ facts: { session }, reason }) =>
    [targetKey(session.target), session.interpreter, reason].join(" "),
  );
  return [...groups]
    .flatMap(([key, group]) => {
      const [first] = group;
      return first === undefined ? [] : [{ key, leaks: leaksOfGroup(first, group, input, now) }];
    })
    .toSorted(
      (a, b) =>
        Number(b.leaks.isProvable) - Number(a.leaks.isProvable) ||
        b.leaks.sessions - a.leaks.sessions ||
        (a.key < b.key ? -1 : 1),
    )
    .map(({ leaks }) => leaks);
}

function leaksOfGroup(
  { facts: { session }, reason, text }: Leak,
  group: readonly Leak[],
  input: LeaksInput,
  now: Instant,
): Leaks {
  const sessions = group.map(({ facts }) => facts.session);
  return {
    target: session.target,
    interpreter: session.interpreter,
    reason,
    isProvable: reason === "idle",
    sessions: group.length,
    oldestCreatedAt: leastOf(sessions.map(({ createdAt }) => createdAt)) ?? session.createdAt,
    soFar: sumOf(sessions.map(input.soFarOf)),
    anHour: sumOf(group.map(({ facts }) => anHourOf(facts, reason, input, now))),
    turnOn: turnOnOf(reason),
    text,
  };
}

interface Leak {
  readonly facts: SessionFacts;
  readonly reason: LeakReason;
  readonly text: string;
}

/** Null for what is no leak as far as anybody knows: it works, is protected, or will be known in a while. */
function leakOf({ facts, decision }: DecidedSession): Leak | null {
  if (decision.reason === "idle-observed" || decision.reason === "over-age") {
    return { facts, reason: "idle", text: decision.text };
  }
  if (decision.reason !== "unprovable") return null;
  const { policy, evidence } = facts;
  const needed = policy?.evidence === "invocations" ? [evidence.calls] : [evidence.cpu, evidence.calls];
  for (const item of needed) {
    if (item.kind === "unknown" && isUnprovable(item.code)) return { facts, reason: item.code, text: item.message };
  }
  const apart = evidence.calls.kind === "known" ? evidence.calls.apart : undefined;
  if (apart !== undefined && isUnprovable(apart.code)) return { facts, reason: apart.code, text: apart.message };
  return { facts, reason: "called", text: calledText };
}

/** One that is idle is charged for its memory; of any other it is not known whether it works. */
function anHourOf(
  { session, evidence: { cpu } }: SessionFacts,
  reason: LeakReason,
  { prices, gb, size }: LeaksInput,
  now: Instant,
): UsdBounds | null {
  const { region } = session.target;
  const until = plusMs(now, hourMs);
  const period = periodAt(prices, region, now);
  if (period === null) return null;
  const { memoryGb } = size;
  const last = cpu.kind === "known" ? cpu.memoryBytes : null;
  const level = chargedLevel({ gb, memoryGb }, period, last, null);
  const idle = (bytes: number) => idleCost({ prices, gb, memoryGb }, region, now, until, bytes);
  const full = boundedCost({ prices, gb, size, region, createdAt: now, endedAt: until, asOf: until });
  const low = idle(level.low);
  const high = reason === "idle" ? idle(level.high) : full.high;
  return low === null || high === null ? null : { low, high };
}

function turnOnOf(reason: LeakReason): Leaks["turnOn"] {
  switch (reason) {
    case "no-usage-logs":
      return "USAGE_LOGS";
    case "called":
    case "no-call-logs":
    case "call-logs-differ":
      return "TRACES";
    case "at-teardown":
      return "evidence: invocations";
    case "idle":
    case "never-called":
    // They are on.
    case "call-spans-differ":
      return null;
  }
}

const unprovable: readonly UnprovableCode[] = [
  "no-usage-logs",
  "at-teardown",
  "never-called",
  "no-call-logs",
  "call-logs-differ",
  "call-spans-differ",
];
const isUnprovable = (code: Unknown["code"]): code is UnprovableCode => unprovable.some((each) => each === code);

const sumOf = (parts: readonly (UsdBounds | null)[]): UsdBounds | null => {
  const known = parts.flatMap((part) => part ?? []);
  if (known.length < parts.length) return null;
  return { low: sumUsd(known.map(({ low }) => low)), high: sumUsd(known.map(({ high }) => high)) };
};
