import { expiresAtOf } from "../../inventory/session.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { StopRecord } from "../../ports/stops.ts";
import {
  beginningsOf,
  type Ending,
  placeOf,
  returnsAfter,
  type SeenSession,
  sessionPlaceOf,
} from "./regret-returns.ts";

/** Of sessions that ended by their time limit, how many had their name come back. */
export interface ReturnRate {
  readonly ended: number;
  readonly back: number;
}

/** Of fewer, nobody can say how often names come back. */
const leastEnded = 10;
/** A session that was listed so shortly before its time limit was not ended by its own caller. */
const listedMs = 10 * 60_000;

/** By place; where too few of its sessions ended so, by all of them; null where those are too few as well. */
export function naturalReturns(
  { stops, sessions }: { readonly stops: readonly StopRecord[]; readonly sessions: readonly SeenSession[] },
  withinMs: number,
  now: Instant,
): (place: string) => ReturnRate | null {
  const stopped = new Set(stops.map(({ key }) => sessionPlaceOf(key)));
  const endings = sessions.flatMap((seen): readonly Ending[] => {
    const { name, lastSeenAt } = seen;
    const at = expiresAtOf(seen);
    const id = sessionPlaceOf(seen);
    if (at === null || name === null || stopped.has(id)) return [];
    const isOver = at + withinMs <= now && lastSeenAt >= at - listedMs;
    return isOver ? [{ id, place: placeOf(seen), name, at }] : [];
  });
  const back = returnsAfter(endings, beginningsOf(sessions), withinMs);
  const rateOf = (some: readonly Ending[]): ReturnRate | null =>
    some.length < leastEnded ? null : { ended: some.length, back: some.filter(({ id }) => back.has(id)).length };
  const all = rateOf(endings);
  const byPlace = Map.groupBy(endings, ({ place }) => place);
  return (place) => rateOf(byPlace.get(place) ?? []) ?? all;
}
