import type { Target } from "../../inventory/target.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import { mapConcurrently } from "../../kernel/map-concurrently.ts";
import type { Problem } from "../../kernel/problem.ts";
import { type Located, locationKey, type UsageLocation } from "../../ports/usage-source.ts";
import { orTold } from "../accounts/document-problem.ts";
import type { AccountsPorts } from "../accounts/ports.ts";
import { type RememberedPlace, readPlaces, writePlaces } from "./place-memory.ts";
import { finalAfterMs } from "./windows.ts";

/** Where the records of a target's interpreters are. */
export interface FoundPlaces {
  readonly listed: readonly InterpreterId[];
  readonly located: ReadonlyMap<InterpreterId, Located>;
  /** The places to read. An interpreter whose records moved has two for a while. */
  readonly locations: ReadonlyMap<InterpreterId, readonly FoundPlace[]>;
  /** The places that have records of it, those that are read no more included: the last one first. */
  readonly known: ReadonlyMap<InterpreterId, readonly KnownPlace[]>;
  readonly problems: readonly Problem[];
}

/** A place that has records of an interpreter, or had them when it was left. */
export interface KnownPlace {
  readonly location: UsageLocation;
  /** When its records were first found elsewhere, or nowhere; null where they still go there. */
  readonly leftAt: Instant | null;
}

interface FoundPlace {
  readonly location: UsageLocation;
  /** When it was first found. */
  readonly since: Instant;
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
/** Beyond it, what moves from place to place is forgotten sooner: the document has to stay small. */
const mostFormer = 8;

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
  const due = listed.filter((id) => isDue(memory.byInterpreter.get(id)?.dueAt ?? now, now));
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
  const unwritten = await orTold("Where usage records are is looked up again by the next pass", async () => {
    // Stale: another run has just looked up the same places.
    if (isChanged) await writePlaces(documents, target, { ...memory, byInterpreter: places });
    return [];
  });
  return {
    listed,
    located: new Map([...places].map(([id, place]) => [id, locatedNow(place, now)])),
    locations: new Map([...places].map(([id, place]) => [id, locationsOf(place, now)])),
    known: new Map([...places].map(([id, place]) => [id, knownOf(place)])),
    problems: [
      ...listing.problems,
      ...unwritten,
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
    if (looked === null) return null;
    return { located: looked, since: now, dueAt: dueAfter(looked, now), goneAt: null, former: [] };
  }
  const goneAt = isGone ? (before.goneAt ?? now) : null;
  if (goneAt !== null && now - goneAt > forgottenAfterMs) return null;
  const kept = before.former.filter(({ leftAt }) => now - leftAt < forgottenAfterMs);
  if (looked === null) {
    const isSame = goneAt === before.goneAt && kept.length === before.former.length;
    return isSame ? before : { ...before, goneAt, former: kept };
  }
  const dueAt = dueAfter(looked, now);
  // Not to know is no news: what was found is read on.
  if (isUnknown(looked) && !isUnknown(before.located)) return { ...before, dueAt, goneAt, former: kept };
  const { located } = before;
  const isLeft = located.kind === "found" && !isAt(looked, located.location);
  const left = isLeft ? [{ location: located.location, since: before.since, leftAt: now }] : [];
  const isSame = located.kind === "found" && !isLeft;
  const back = kept.find(({ location }) => isAt(looked, location));
  return {
    located: looked,
    since: isSame ? before.since : (back?.since ?? now),
    dueAt,
    goneAt,
    former: [...left, ...kept.filter((one) => one !== back)].slice(0, mostFormer),
  };
}

/** As long as the last records of a former place may come, it is the place of an interpreter that has no other. */
function locatedNow({ located, former }: RememberedPlace, now: Instant): Located {
  const [last] = former.filter((one) => isReadOn(one, now));
  return located.kind === "none" && last !== undefined ? { kind: "found", location: last.location } : located;
}

function locationsOf({ located, since, goneAt, former }: RememberedPlace, now: Instant): readonly FoundPlace[] {
  const isRead = located.kind === "found" && (goneAt === null || now - goneAt < readOnMs);
  const own = isRead ? [{ location: located.location, since }] : [];
  return [...own, ...former.filter((one) => isReadOn(one, now))];
}

const knownOf = ({ located, former }: RememberedPlace): readonly KnownPlace[] => [
  ...(located.kind === "found" ? [{ location: located.location, leftAt: null }] : []),
  ...former,
];

const isReadOn = ({ leftAt }: { readonly leftAt: Instant }, now: Instant): boolean => now - leftAt < readOnMs;
const dueAfter = (looked: Located, now: Instant): Instant => plusMs(now, isUnknown(looked) ? retryMs : hourMs);
/** What is due in more than an hour was put off by a clock that was ahead. */
const isDue = (dueAt: Instant, now: Instant): boolean => dueAt <= now || dueAt - now > hourMs;
const isUnknown = (located: Located): boolean => located.kind === "none" && located.reason === "unknown";
const isAt = (located: Located, location: UsageLocation): boolean =>
  located.kind === "found" && locationKey(located.location) === locationKey(location);

/** That nobody turned usage logs on is a fact and no failure. */
const problemOf = (located: Located): readonly Problem[] =>
  located.kind === "none" && located.reason !== "not-enabled" ? [located.problem] : [];
