import type { Instant } from "../kernel/instant.ts";
import { addUsd, compareUsd, subtractUsd, sumUsd, type Usd, zeroUsd } from "../kernel/money.ts";
import type { WindowSpan } from "./budget-window.ts";
import type { Spend } from "./spend.ts";

/** What one session cost, with its hours, as well as it is known. */
export type DatedCost =
  | {
      readonly kind: "charged";
      /** Null where an hour has no price. */
      readonly hours: readonly { readonly hourAt: Instant; readonly usd: Usd | null }[];
    }
  | {
      readonly kind: "bounded";
      readonly from: Instant;
      /** It lived no longer than this. */
      readonly until: Instant;
      /** Bounds of its whole life; null where the Region has no price. */
      readonly low: Usd | null;
      readonly high: Usd | null;
      /** Bounds of a part of its life. */
      readonly between: (from: Instant, until: Instant) => { readonly low: Usd | null; readonly high: Usd | null };
    };

/** The share of a session's cost that falls into a span; null where it has none in it. */
export function costWithin(cost: DatedCost, span: WindowSpan): Spend | null {
  if (cost.kind === "bounded") return boundsWithin(cost, span);
  const inside = cost.hours.filter(({ hourAt }) => hourAt >= span.from && hourAt < span.until);
  if (inside.length === 0) return null;
  const priced = inside.flatMap(({ usd }) => usd ?? []);
  const known = sumUsd(priced);
  // The sum of the priced hours alone is no figure of the session, but less it cannot have cost.
  if (priced.length < inside.length) return { known: zeroUsd, low: known, high: null, sessions: 1, unknownSessions: 1 };
  return { known, low: known, high: known, sessions: 1, unknownSessions: 0 };
}

function boundsWithin(cost: Extract<DatedCost, { kind: "bounded" }>, span: WindowSpan): Spend | null {
  const { from, until } = cost;
  // A life of no length lies at its start.
  if (from >= span.until || Math.max(until, from + 1) <= span.from) return null;
  const bounds = { low: cost.low ?? zeroUsd, high: cost.high };
  const isWhole = from >= span.from && until <= span.until;
  const { low, high } = isWhole ? bounds : partOf(cost, span);
  return { known: zeroUsd, low, high, sessions: 1, unknownSessions: 1 };
}

/**
 * What is certain of the whole life, and has no room in the part outside of the span, lies inside. At most, a part costs what
 * the whole does.
 */
function partOf(cost: Extract<DatedCost, { kind: "bounded" }>, span: WindowSpan) {
  const from = cost.from < span.from ? span.from : cost.from;
  const until = cost.until > span.until ? span.until : cost.until;
  const high = cost.between(from, until).high;
  const outside = [
    ...(cost.from < from ? [cost.between(cost.from, from).low] : []),
    ...(cost.until > until ? [cost.between(until, cost.until).low] : []),
  ];
  const least = outside.reduce<Usd | null>(
    (rest, part) => (rest === null || part === null ? null : subtractUsd(rest, part)),
    cost.low,
  );
  const isLess = high !== null && cost.high !== null && compareUsd(cost.high, high) < 0;
  return { low: least === null || compareUsd(least, zeroUsd) < 0 ? zeroUsd : least, high: isLess ? cost.high : high };
}

export const addSpend = (a: Spend, b: Spend): Spend => ({
  known: addUsd(a.known, b.known),
  low: addUsd(a.low, b.low),
  high: a.high === null || b.high === null ? null : addUsd(a.high, b.high),
  sessions: a.sessions + b.sessions,
  unknownSessions: a.unknownSessions + b.unknownSessions,
});
