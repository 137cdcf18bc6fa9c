import type { Instant } from "../../kernel/instant.ts";
import type { RefusedCalls } from "../../ports/activity.ts";
import type { StopRecord } from "../../ports/stops.ts";
import type { Unknown } from "../evidence/evidence.ts";
import { naturalReturns, type ReturnRate } from "./regret-natural.ts";
import { beginningsOf, placeOf, returnsAfter, type SeenSession, sessionPlaceOf } from "./regret-returns.ts";

export interface RegretLimits {
  /** A session of the same name that begins so soon after a stop may be a caller who wanted it. */
  readonly withinMs: number;
  /** Regretted stops over judged ones, 0 to 1, above which a policy is disarmed. */
  readonly mostRate: number;
  /** Fewer judged stops than this say nothing. */
  readonly leastStops: number;
}

export interface RegretFacts {
  /** Of all targets and some time up to now: a policy is judged by all that it stopped, wherever that was. */
  readonly stops: readonly StopRecord[];
  /** Sessions of the same targets and time, those that are gone and those that live. */
  readonly sessions: readonly SeenSession[];
  /** When each stopped session, as `sessionPlaceOf` names it, was called after its stop; unknown where nothing would tell. */
  readonly callsAfter: ReadonlyMap<string, RefusedCalls | Unknown>;
}

/** A stop that somebody minded, or seems to have. */
interface Regret {
  readonly stop: StopRecord;
  /**
   * `worked`: it was no idle session at all, as records say that came late. `called`: a call came for it. `returned`: its name came back,
   * more often than names do by themselves.
   */
  readonly how: "worked" | "called" | "returned";
  readonly at: Instant;
}

/** What became of the stops of one policy. */
export interface PolicyRegret {
  readonly policy: string;
  /** Stops whose time has passed, and those that are regretted already. */
  readonly judged: number;
  readonly pending: number;
  /** Judged stops of which nothing tells whether they were called. */
  readonly callsUnknown: number;
  /** Names that came back, and how many do by themselves; null where too few sessions ended by themselves to say. */
  readonly returned: number;
  readonly expectedReturns: number | null;
  readonly regrets: readonly Regret[];
  /** Null where nothing is judged. */
  readonly rate: number | null;
  readonly verdict: "keep" | "too-few" | "disarm";
}

/**
 * Judges policies by what happened after their stops. A session that is known by now to have worked, and a call that came for
 * a stopped one, are regrets for certain. Names are used again without one, so only those that came back beyond the rate seen after natural ends count, the soonest first; where that
 * rate is not known, all of them do. What a person stopped is that person's.
 */
export function judgeRegret(facts: RegretFacts, limits: RegretLimits, now: Instant): readonly PolicyRegret[] {
  const own = facts.stops.filter(({ state, override }) => state === "stopped" && override === null);
  const natural = naturalReturns(facts, limits.withinMs, now);
  const byPolicy = Map.groupBy(own, ({ entry }) => entry.policy.id);
  return [...byPolicy]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([policy, stops]) => judge(policy, stops, facts, natural, limits, now));
}

function judge(
  policy: string,
  stops: readonly StopRecord[],
  { sessions, callsAfter }: RegretFacts,
  natural: (place: string) => ReturnRate | null,
  { withinMs, mostRate, leastStops }: RegretLimits,
  now: Instant,
): PolicyRegret {
  const wrong = stops.flatMap((stop) => workedRegret(stop) ?? []);
  const called = stops.flatMap((stop): readonly Regret[] => {
    if (stop.aftermath?.verdict === "wrong") return [];
    const calls = callsAfter.get(sessionPlaceOf(stop.key));
    const at = calls?.kind === "known" ? firstAfter(calls.at, stop.intendedAt) : null;
    return at === null ? [] : [{ stop, how: "called", at }];
  });
  const certain = [...wrong, ...called];
  const isCertain = new Set(certain.map(({ stop }) => stop.id));
  const others = stops.filter(({ id }) => !isCertain.has(id));
  const endings = others.flatMap((stop) => {
    const { key, entry } = stop;
    return entry.name === null ? [] : [{ id: stop.id, place: placeOf(key), name: entry.name, at: stop.intendedAt }];
  });
  const backAt = returnsAfter(endings, beginningsOf(sessions), withinMs);
  const isOver = (stop: StopRecord): boolean => stop.intendedAt + withinMs <= now || backAt.has(stop.id);
  const judged = others.filter(isOver);
  const back = judged.flatMap((stop): readonly Regret[] => {
    const at = backAt.get(stop.id);
    return at === undefined ? [] : [{ stop, how: "returned", at }];
  });
  const expected = expectedOf(
    judged.filter(({ entry }) => entry.name !== null),
    natural,
  );
  const beyond = Math.max(0, back.length - Math.floor(expected === null ? 0 : expected.most));
  const soonest = back.toSorted((a, b) => delayOf(a) - delayOf(b) || (a.stop.id < b.stop.id ? -1 : 1)).slice(0, beyond);
  const regrets = [...certain, ...soonest];
  const count = judged.length + certain.length;
  const rate = count === 0 ? null : regrets.length / count;
  return {
    policy,
    judged: count,
    pending: stops.length - count,
    callsUnknown: judged.filter(({ key }) => callsAfter.get(sessionPlaceOf(key))?.kind !== "known").length,
    returned: back.length,
    expectedReturns: expected === null ? null : expected.mean,
    regrets,
    rate,
    verdict: count < leastStops ? "too-few" : rate !== null && rate > mostRate ? "disarm" : "keep",
  };
}

/** Null where nothing shows that it worked. */
export const workedRegret = (stop: StopRecord): Regret | null =>
  stop.aftermath?.verdict === "wrong" ? { stop, how: "worked", at: stop.aftermath.workedAt ?? stop.intendedAt } : null;

/**
 * How many names come back by themselves: on average, and at most for all that chance does (two standard deviations). Null where
 * that is not known of one of their interpreters.
 */
function expectedOf(
  stops: readonly StopRecord[],
  natural: (place: string) => ReturnRate | null,
): { readonly mean: number; readonly most: number } | null {
  let mean = 0;
  let variance = 0;
  for (const { key } of stops) {
    const rate = natural(placeOf(key));
    if (rate === null) return null;
    mean += rate.back / rate.ended;
    variance += (rate.back / rate.ended) * (1 - rate.back / rate.ended);
  }
  return { mean, most: mean + 2 * Math.sqrt(variance) };
}

const firstAfter = (calls: readonly Instant[], at: Instant): Instant | null =>
  calls.toSorted((a, b) => a - b).find((call) => call > at) ?? null;

const delayOf = ({ stop, at }: Regret): number => at - stop.intendedAt;
