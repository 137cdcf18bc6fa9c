import type { Target } from "../../inventory/target.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { ReadMark } from "../../ports/ledger.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import { locationKey, type UsageLocation } from "../../ports/usage-source.ts";
import type { FoundPlaces } from "./locations.ts";

/** By the key of the place. */
export type LedgerMarks = ReadonlyMap<string, ReadMark>;

/** One target's part of a place. */
interface PlaceMember {
  readonly target: Target;
  readonly interpreters: readonly InterpreterId[];
  /** Null where the target's records of the place were never read. */
  readonly mark: ReadMark | null;
  /** When the place was first found for one of them. */
  readonly since: Instant;
}

/** A place with usage records, read once for all that share it. */
export interface UsagePlace {
  readonly location: UsageLocation;
  /** The first is the one through whose account and Region the place is read. */
  readonly members: readonly [PlaceMember, ...(readonly PlaceMember[])];
}

interface TargetPlaces {
  readonly target: Target;
  readonly marks: LedgerMarks;
  readonly places: Pick<FoundPlaces, "locations">;
}

/**
 * The places of all targets. A name of a log group is a place in its own account and Region; a folder or a bucket is the same
 * one for all, and may be shared. Those that were read least come first, so that none waits for ever where a pass ends early.
 */
export function placesOf(targets: readonly TargetPlaces[]): readonly UsagePlace[] {
  const places = new Map<string, { location: UsageLocation; members: Map<string, PlaceMember> }>();
  for (const { target, marks, places: found } of targets) {
    for (const [interpreter, locations] of found.locations) {
      for (const { location, since } of locations) {
        const key = locationKey(location);
        const name = location.kind === "log-group" ? `${targetPart(target)} ${key}` : key;
        const place = places.get(name) ?? { location, members: new Map<string, PlaceMember>() };
        places.set(name, place);
        const known = place.members.get(targetPart(target));
        const member = {
          target,
          interpreters: [...(known?.interpreters ?? []), interpreter],
          mark: marks.get(key) ?? null,
          since: earlierOf(known?.since ?? since, since),
        };
        place.members.set(targetPart(target), member);
      }
    }
  }
  return [...places.values()]
    .flatMap(({ location, members }) => {
      const [first, ...others] = members.values();
      return first === undefined ? [] : [{ location, members: [first, ...others] as const }];
    })
    .sort((a, b) => oldestMark(a) - oldestMark(b));
}

const earlierOf = (a: Instant, b: Instant): Instant => (a < b ? a : b);
const oldestMark = ({ members }: UsagePlace): number => Math.min(...members.map(({ mark }) => mark?.finalUntil ?? 0));
