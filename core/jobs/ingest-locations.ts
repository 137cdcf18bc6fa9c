import type { Target } from "../inventory/target.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import { mapConcurrently } from "../kernel/map-concurrently.ts";
import type { Problem } from "../kernel/problem.ts";
import { type Located, locationKey, type UsageLocation } from "../ports/usage-source.ts";
import type { AccountsPorts } from "./accounts-ports.ts";
import { type RememberedPlace, readPlaces, writePlaces } from "./ingest-place-memory.ts";
import { finalAfterMs } from "./ingest-windows.ts";

/** Where the records of a target's interpreters are. */
export interface FoundPlaces {
  readonly listed: readonly InterpreterId[];
  readonly located: ReadonlyMap<InterpreterId, Located>;
  /** The places to read. An interpreter whose records moved has two for a while. */
  readonly locations: ReadonlyMap<InterpreterId, readonly UsageLocation[]>;
  readonly problems: readonly Problem[];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A look-up that failed says nothing: the next pass but a few tries it again. */
const retryMs = 10 * minuteMs;
/** Until a silence of two hours after the last record has been read for good, with an hour to spare. */
const readOnMs = finalAfterMs + finalAfterMs + hourMs;
/** A session stays listed that long after its end, and can be rated from its source again. */
const forgottenAfterMs = 30 * 24 * hourMs;
const lookUpsAtOnce = 4;

/** Looks up, once an hour, where each interpreter's records are. Those that vanished are read on until nothing comes any more. */
export async function findPlaces(
  { sandboxes, usage, documents }: Pick<AccountsPorts, "sandboxes" | "usage" | "documents">,
  now: Instant,
  target: Target,
  signal: AbortSignal,
): Promise<FoundPlaces> {
  const listing = await sandboxes.listInterpreters(target, signal);
  const listed = listing.items.map(({ id }) => id);
  const memory = await readPlaces(documents, target);
  const due = listed.filter((id) => (memory.byInterpreter.get(id)?.dueAt ?? now) <= now);
  const looked = new Map(
    await mapConcurrently(due, lookUpsAtOnce, async (id) => [id, await usage.locate(target, id, signal)] as const),
  );
  const living = new Set(listed);
  const places = new Map(
    [...new Set([...memory.byInterpreter.keys(), ...listed])].flatMap((id) => {
      const isGone = listing.complete && !living.has(id);
      const place = placeNow(memory.byInterpreter.get(id) ?? null, looked.get(id) ?? null, isGone, now);
      return place === null ? [] : [[id, place] as const];
    }),
  );
  const isChanged =
    places.size !== memory.byInterpreter.size ||
    [...places].some(([id, place]) => memory.byInterpreter.get(id) !== place);
  // Stale: another run has just looked up the same places.
  if (isChanged) await writePlaces(documents, target, { ...memory, byInterpreter: places });
  return {
    listed,
    located: new Map([...places].map(([id, place]) => [id, locatedNow(place)])),
    locations: new Map([...places].map(([id, place]) => [id, locationsOf(place, now)])),
    problems: [
      ...listing.problems,
      ...[...looked.values()].flatMap(problemOf),
      ...[...places].flatMap(([id, { located }]) => (looked.has(id) ? [] : problemOf(located))),
    ],
  };
}

/** The same place as `before` where nothing changed; null where there is nothing to remember. */
function placeNow(
  before: RememberedPlace | null,
  looked: Located | null,
  isGone: boolean,
  now: Instant,
): RememberedPlace | null {
  if (before === null) {
    return looked === null ? null : { located: looked, dueAt: dueAfter(looked, now), goneAt: null, former: [] };
  }
  const goneAt = isGone ? (before.goneAt ?? now) : null;
  if (goneAt !== null && now - goneAt > forgottenAfterMs) return null;
  const kept = before.former.filter(({ leftAt }) => now - leftAt < readOnMs);
  if (looked === null) {
    const isSame = goneAt === before.goneAt && kept.length === before.former.length;
    return isSame ? before : { ...before, goneAt, former: kept };
  }
  const dueAt = dueAfter(looked, now);
  // Not to know is no news: what was found is read on.
  if (isUnknown(looked) && !isUnknown(before.located)) return { ...before, dueAt, goneAt, former: kept };
  const left =
    before.located.kind === "found" && !isAt(looked, before.located.location)
      ? [{ location: before.located.location, leftAt: now }]
      : [];
  return {
    located: looked,
    dueAt,
    goneAt,
    former: [...left, ...kept.filter(({ location }) => !isAt(looked, location))],
  };
}

/** As long as the last records of a former place may come, it is the place of an interpreter that has no other. */
function locatedNow({ located, former }: RememberedPlace): Located {
  const [last] = former;
  return located.kind === "none" && last !== undefined ? { kind: "found", location: last.location } : located;
}

function locationsOf({ located, goneAt, former }: RememberedPlace, now: Instant): readonly UsageLocation[] {
  const isRead = located.kind === "found" && (goneAt === null || now - goneAt < readOnMs);
  return [...(isRead ? [located.location] : []), ...former.map(({ location }) => location)];
}

const dueAfter = (looked: Located, now: Instant): Instant => plusMs(now, isUnknown(looked) ? retryMs : hourMs);
const isUnknown = (located: Located): boolean => located.kind === "none" && located.reason === "unknown";
const isAt = (located: Located, location: UsageLocation): boolean =>
  located.kind === "found" && locationKey(located.location) === locationKey(location);

/** That nobody turned usage logs on is a fact and no failure. */
const problemOf = (located: Located): readonly Problem[] =>
  located.kind === "none" && located.reason !== "not-enabled" ? [located.problem] : [];
