import type { UsageColumns } from "../../core/billing/usage-columns.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { Instant } from "../../core/kernel/instant.ts";

/** Where records of an interpreter are missing, as far as sessions show it that have some before and some after. */
export interface RecordHoles {
  readonly take: (key: SessionKey, usage: UsageColumns) => void;
  /** Whether any are missing in the minutes right after an instant: what ended then may have gone on. */
  readonly isHoleAfter: (key: SessionKey, at: Instant) => boolean;
}

const minuteMs = 60_000;

/** A session that lives has records in each minute. Asked once all are there. */
export function recordHoles(): RecordHoles {
  const interpreters = new Map<string, Map<string, Set<number>>>();
  const holes = new Map<string, readonly Hole[]>();
  return {
    take: (key, { at, length }) => {
      const sessions = interpreters.get(interpreterOf(key)) ?? new Map<string, Set<number>>();
      interpreters.set(interpreterOf(key), sessions);
      const minutes = sessions.get(key.session) ?? new Set<number>();
      sessions.set(key.session, minutes);
      let last = Number.NaN;
      for (let row = 0; row < length; row += 1) {
        const minute = Math.floor((at[row] ?? 0) / minuteMs);
        if (minute !== last) minutes.add(minute);
        last = minute;
      }
    },
    isHoleAfter: (key, at) => {
      const name = interpreterOf(key);
      const own = holes.get(name) ?? holesOf(interpreters.get(name) ?? new Map());
      holes.set(name, own);
      const minute = Math.floor(at / minuteMs);
      // A lost line or two are no minute.
      return own.some(({ from, until }) => from <= minute + 1 && minute + 2 < until);
    },
  };
}

/** Whole minutes, half open. */
interface Hole {
  readonly from: number;
  readonly until: number;
}

const holesOf = (sessions: ReadonlyMap<string, ReadonlySet<number>>): readonly Hole[] =>
  [...sessions.values()].flatMap((minutes) => {
    const inOrder = [...minutes].toSorted((a, b) => a - b);
    return inOrder.flatMap((from, place) => {
      const until = inOrder[place + 1] ?? from;
      return until > from + 1 ? [{ from: from + 1, until }] : [];
    });
  });

const interpreterOf = ({ account, region, interpreter }: SessionKey): string => `${account} ${region} ${interpreter}`;
