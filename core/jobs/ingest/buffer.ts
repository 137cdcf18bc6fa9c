import { joinColumns, type UsageColumns } from "../../billing/usage-columns.ts";
import type { SessionKey } from "../../billing/usage-record.ts";
import type { Target } from "../../inventory/target.ts";
import { sessionPart, targetPart } from "../../ports/ledger-key.ts";
import type { SessionBatch } from "../../ports/usage-source.ts";

/** Records of one session that were read and not folded yet. */
export interface SessionRows {
  /** Tells the session from those of all targets. */
  readonly name: string;
  readonly key: SessionKey;
  readonly usage: UsageColumns;
}

/** Gathers the records of a window by session, so that a session is folded and written once for each window. */
export interface UsageBuffer {
  /** Answers how many of the records are of a target that is not watched. */
  readonly add: (batches: readonly SessionBatch[]) => number;
  /** Records that are held. */
  readonly size: () => number;
  /** Hands over what is held, and holds nothing any more. */
  readonly take: () => readonly SessionRows[];
}

export function usageBuffer(isWatched: (target: Target) => boolean): UsageBuffer {
  let held = new Map<string, HeldRows>();
  let size = 0;
  const entryOf = (key: SessionKey): HeldRows | null => {
    const name = `${targetPart(key)}/${sessionPart(key)}`;
    const found = held.get(name);
    if (found !== undefined) return found;
    if (!isWatched(key)) return null;
    const entry = { key, parts: [] };
    held.set(name, entry);
    return entry;
  };
  return {
    add: (batches) => {
      let foreign = 0;
      for (const { key, usage } of batches) {
        const entry = entryOf(key);
        if (entry === null) {
          foreign += usage.length;
          continue;
        }
        entry.parts.push(usage);
        size += usage.length;
      }
      return foreign;
    },
    size: () => size,
    take: () => {
      const taken = [...held].map(([name, { key, parts }]) => ({ name, key, usage: joinColumns(parts) }));
      held = new Map();
      size = 0;
      return taken;
    },
  };
}

interface HeldRows {
  readonly key: SessionKey;
  readonly parts: UsageColumns[];
}
