import type { Labels } from "../attribution/attribution.ts";
import type { AccountId, InterpreterId, Region } from "../kernel/ids.ts";
import type { CostGroups, GroupedSession, SessionGroup } from "./cost-groups.ts";

/** The group of a session. Where sessions are not what is grouped by, those of one name and interpreter share one look-up. */
export function groupPlaces(
  groups: CostGroups,
  dimensions: readonly string[],
  labelsOf: (session: GroupedSession) => Labels,
): (session: GroupedSession) => SessionGroup {
  if (dimensions.length === 0) {
    let only: SessionGroup | null = null;
    return (session) => {
      only ??= groups.groupOf(session, {});
      return only;
    };
  }
  const bySession = dimensions.includes("session");
  const byName = dimensions.some((dimension) => !ofPlace.has(dimension));
  const known: NestedGroups = new Map();
  return (session) => {
    if (bySession) return groups.groupOf(session, labelsOf(session));
    // One map for each part of the key: to join the parts into one text would cost more than all of the look-ups.
    const { account, region, interpreter, name, principal } = session;
    const ofRegion = within(
      within(known, account, () => new Map()),
      region,
      () => new Map(),
    );
    const { plain, byPrincipal } = within(ofRegion, interpreter, newInterpreterGroups);
    const own = byName ? name : null;
    const make = (): SessionGroup => groups.groupOf(session, labelsOf(session));
    if (!byName || principal === null) return within(plain, own, make);
    return within(
      within(byPrincipal, own, () => new Map()),
      principal,
      make,
    );
  };
}

/** What sessions of one interpreter have in common; time and basis are no part of the key. */
const ofPlace: ReadonlySet<string> = new Set(["account", "region", "interpreter", "basis", "day", "hour"]);

/** By name, and by principal where one is known: a map for each name of its own would take more than all else. */
interface InterpreterGroups {
  readonly plain: Map<string | null, SessionGroup>;
  readonly byPrincipal: Map<string | null, Map<string, SessionGroup>>;
}

const newInterpreterGroups = (): InterpreterGroups => ({ plain: new Map(), byPrincipal: new Map() });

/** By account, Region and interpreter. */
type NestedGroups = Map<AccountId, Map<Region, Map<InterpreterId, InterpreterGroups>>>;

function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
