import type { Target } from "../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import { sessionPart } from "../../ports/ledger-key.ts";
import type { SessionRecord } from "../../ports/registry.ts";
import type { AccountsPorts } from "../accounts/ports.ts";
import type { Candidate } from "./candidates.ts";
import { wholeHoursOf, wholeUntil } from "./hours.ts";
import { endOfRecord } from "./life.ts";
import type { SettleMemory } from "./memory.ts";
import { isUnread, type ReadSources } from "./source.ts";

export interface KnownSessions {
  /** Sessions that live, and those that went since all that went were closed. */
  readonly records: readonly SessionRecord[];
  /** Whether a session that the ledger does not have open is worth a look. */
  readonly isWanted: (record: SessionRecord) => boolean;
  /** Where the next pass begins to look, with the names of those that this one left open. */
  readonly goneSince: (found: readonly Candidate[], left: ReadonlySet<string>) => Instant;
}

/** The registry learns of an end a little later than it was: what went just before is looked at once more. */
const overlapMs = 3_600_000;
/** A session that could not be closed for a week holds up the mark no longer: its bill remembers what is known. */
const holdsUpMs = 7 * 24 * 3_600_000;
/** A session that is listed as live this long after its time limit has ended all the same. */
const overdueMs = 75 * 60_000;

/** What the passes of the scan know of the sessions of a target. */
export async function knownSessions(
  { registry, kind }: Pick<AccountsPorts, "registry" | "kind">,
  now: Instant,
  target: Target,
  sources: ReadSources,
  memory: SettleMemory,
): Promise<KnownSessions> {
  const { openSessions } = await registry.load(target);
  const unread = [...sources.located.keys()].some((interpreter) => isUnread(sources, interpreter, now));
  // Who shared an hour with a session may have gone a whole life before it.
  const reachMs = unread ? (kind.maxTimeoutSeconds + 3600) * 1000 : 0;
  const gone = await registry.goneSince(target, plusMs(memory.goneSince, -reachMs));
  const isNewlyWhole = (record: SessionRecord): boolean =>
    wholeUntil(now) > memory.sharedUntil && wholeHoursOf(record, now).length > 0;
  return {
    records: [...openSessions, ...gone],
    isWanted: (record) => {
      if (record.goneAt !== null) return record.goneAt >= memory.goneSince;
      const end = endOfRecord(record);
      if (end !== null && now - end >= overdueMs) return true;
      return isUnread(sources, record.interpreter, now) && isNewlyWhole(record);
    },
    goneSince: (found, left) => {
      const waiting = found.flatMap(({ record, key }) =>
        record?.goneAt != null && left.has(sessionPart(key)) && now - record.goneAt < holdsUpMs ? [record.goneAt] : [],
      );
      return instant(Math.max(memory.goneSince, Math.min(now - overlapMs, ...waiting)));
    },
  };
}
