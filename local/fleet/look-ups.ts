import type { Place } from "../world.ts";

/** Requests that only look: no use of any session, and counted in the metrics of calls like all others. */
export const lookUpOperations = ["GetCodeInterpreterSession", "ListCodeInterpreterSessions"] as const;
type LookUp = (typeof lookUpOperations)[number];

/** What the metrics can still show of them. */
const keptMs = 15 * 86_400_000;

const kept = new WeakMap<Place, Map<string, number[]>>();

export function countLookUp(place: Place, interpreterId: string, operation: LookUp, now: number): void {
  const ofPlace = kept.get(place) ?? new Map<string, number[]>();
  kept.set(place, ofPlace);
  const key = `${operation}/${interpreterId}`;
  const known = ofPlace.get(key) ?? [];
  ofPlace.set(key, known);
  known.push(now);
  // Cut in large steps: one by one would copy the list at every look-up.
  if (known.length % 10_000 === 0)
    ofPlace.set(
      key,
      known.filter((at) => now - at <= keptMs),
    );
}

/** When real clients looked, oldest first. */
export const lookUpsOf = (place: Place, interpreterId: string, operation: LookUp): readonly number[] =>
  kept.get(place)?.get(`${operation}/${interpreterId}`) ?? [];
