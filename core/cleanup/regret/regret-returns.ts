import type { SessionKey } from "../../billing/usage-record.ts";
import type { Target } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { SessionRecord } from "../../ports/registry.ts";

/** What the registry has of a session, and where: the same interpreter is in every Region. */
export type SeenSession = SessionRecord & Target;

/** A session that ended, and whose caller may want it back. */
export interface Ending {
  readonly id: string;
  /** As `placeOf` names it. */
  readonly place: string;
  readonly name: string;
  readonly at: Instant;
}

/** A session that began. */
interface Beginning {
  readonly place: string;
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

export const beginningsOf = (sessions: readonly SeenSession[]): readonly Beginning[] =>
  sessions.flatMap((seen) =>
    seen.name === null ? [] : [{ place: placeOf(seen), name: seen.name, at: seen.createdAt }],
  );

/** One interpreter of one target. */
export const placeOf = ({ account, region, interpreter }: Omit<SessionKey, "session">): string =>
  JSON.stringify([account, region, interpreter]);

/** The whole key: ids of sessions are unique within their interpreter alone. */
export const sessionPlaceOf = (key: SessionKey): string => JSON.stringify([placeOf(key), key.session]);

const keyOf = ({ place, name }: Pick<Ending, "place" | "name">): string => JSON.stringify([place, name]);
