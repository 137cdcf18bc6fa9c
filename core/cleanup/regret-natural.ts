import { expiresAtOf } from "../inventory/session.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { SessionRecord } from "../ports/registry.ts";
import type { StopRecord } from "../ports/stops.ts";
import { beginningsOf, type Ending, returnsAfter } from "./regret-returns.ts";

/** Of sessions that ended by their time limit, how many had their name come back. */
export interface ReturnRate {
  readonly ended: number;
  readonly back: number;
}

/** Of fewer, nobody can say how often names come back. */
const leastEnded = 10;
/** A session that was listed so shortly before its time limit was not ended by its own caller. */
const listedMs = 10 * 60_000;

/** By interpreter; where too few of its sessions ended so, by all of them; null where those are too few as well. */
export function naturalReturns(
  { stops, sessions }: { readonly stops: readonly StopRecord[]; readonly sessions: readonly SessionRecord[] },
  withinMs: number,
  now: Instant,
): (interpreter: InterpreterId) => ReturnRate | null {
  const stopped = new Set(stops.map(({ key }) => key.session));
  const endings = sessions.flatMap((record): readonly Ending[] => {
    const { interpreter, session, name, lastSeenAt } = record;
    const at = expiresAtOf(record);
    if (at === null || name === null || stopped.has(session)) return [];
    const isOver = at + withinMs <= now && lastSeenAt >= at - listedMs;
    return isOver ? [{ id: session, interpreter, name, at }] : [];
  });
  const back = returnsAfter(endings, beginningsOf(sessions), withinMs);
  const rateOf = (some: readonly Ending[]): ReturnRate | null =>
    some.length < leastEnded ? null : { ended: some.length, back: some.filter(({ id }) => back.has(id)).length };
  const all = rateOf(endings);
  const byInterpreter = Map.groupBy(endings, ({ interpreter }) => interpreter);
  return (interpreter) => rateOf(byInterpreter.get(interpreter) ?? []) ?? all;
}
