import type { InterpreterId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { SessionRecord } from "../ports/registry.ts";

/** A session that ended, and whose caller may want it back. */
export interface Ending {
  readonly id: string;
  readonly interpreter: InterpreterId;
  readonly name: string;
  readonly at: Instant;
}

/** A session that began. */
interface Beginning {
  readonly interpreter: InterpreterId;
  readonly name: string;
  readonly at: Instant;
}

/** Which endings a session of the same name on the same interpreter followed within `withinMs`, and when; each is followed once. */
export function returnsAfter(
  endings: readonly Ending[],
  beginnings: readonly Beginning[],
  withinMs: number,
): ReadonlyMap<string, Instant> {
  const byName = Map.groupBy(beginnings, keyOf);
  const found = new Map<string, Instant>();
  for (const [key, own] of Map.groupBy(endings, keyOf)) {
    const begun = (byName.get(key) ?? []).toSorted((a, b) => a.at - b.at);
    const open = own.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    for (const { at } of begun) {
      // The latest ending before it: the others had their time, or wait for one of their own.
      const index = open.findLastIndex((ending) => ending.at <= at && at <= ending.at + withinMs);
      const [ending] = index < 0 ? [] : open.splice(index, 1);
      if (ending !== undefined) found.set(ending.id, at);
    }
  }
  return found;
}

export const beginningsOf = (sessions: readonly SessionRecord[]): readonly Beginning[] =>
  sessions.flatMap(({ interpreter, name, createdAt }) => (name === null ? [] : [{ interpreter, name, at: createdAt }]));

const keyOf = ({ interpreter, name }: Pick<Ending, "interpreter" | "name">): string => `${interpreter} ${name}`;
