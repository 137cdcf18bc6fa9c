import { gigabyteOf } from "../billing/gigabyte.ts";
import { type PricedUsage, usageAt } from "./cost-cells.ts";
import type { GroupedSession } from "./cost-groups.ts";
import type { SessionFacts, TalliedUsage } from "./session-facts.ts";

/** One of the sessions that cost most within the window. */
export interface TopSession {
  readonly session: GroupedSession;
  readonly facts: SessionFacts;
  readonly usage: readonly PricedUsage[];
}

/** The session that is being added up; a session without a figure is not among those that are known to cost most. */
export interface TopCandidates {
  /** `crossing` names a session that may come again; null: all of it comes at once. */
  readonly begin: (session: GroupedSession, facts: SessionFacts, crossing: string | null) => void;
  readonly add: (row: TalliedUsage) => void;
  readonly end: () => void;
  readonly all: () => readonly TopSession[];
}

interface Entry extends TopSession {
  usage: readonly PricedUsage[];
  readonly crosses: boolean;
  /** Of what has come of it, once that has ended. */
  weight: number;
}

/** Keeps the `most` sessions that cost most; those that cross midnight are kept until all of them has come. */
export function topSessions(most: number): TopCandidates {
  let kept: Entry[] = [];
  /** What costs no more is not among the first. */
  let leastWeight = 0;
  const crossing = new Map<string, Entry>();
  let entry: Entry | null = null;
  return {
    begin: (session, facts, name) => {
      if (most === 0) return;
      entry = (name === null ? undefined : crossing.get(name)) ?? {
        session,
        facts,
        usage: [],
        crosses: name !== null,
        weight: 0,
      };
      if (name !== null) crossing.set(name, entry);
    },
    add: (row) => {
      if (entry === null) return;
      const line = usageAt(entry, row);
      line.usage += row.usage;
      if (row.idle === null) line.unsplit += row.usage;
      else line.idle += row.idle;
      line.peakTax += row.peakTax ?? 0n;
    },
    end: () => {
      if (entry === null) return;
      entry.weight = entry.usage.reduce((sum, line) => sum + weightOf(line), 0);
      if (entry.crosses || entry.weight <= leastWeight) return;
      kept.push(entry);
      // Cut when it is twice as long: sorting at each session would cost more than all else.
      if (kept.length < 2 * most + 64) return;
      kept = heaviest(kept, most);
      // One that costs as much as the last of them is among the first by its name.
      leastWeight = Math.max(0, (kept.at(-1)?.weight ?? 0) * (1 - 1e-9));
    },
    all: () => heaviest([...kept, ...[...crossing.values()].filter(({ weight }) => weight > 0)], most),
  };
}

/** Dollars times a constant, as a float: it decides who is among the first and nothing that is printed. */
const weightOf = ({ meter, unitPrice, gb, usage }: PricedUsage): number =>
  unitPrice === null
    ? 0
    : (Number(usage) * Number(unitPrice)) / (meter === "vCPU" ? 3.6e12 : 3.6e6 * gigabyteOf(gb).bytes);

const heaviest = (entries: readonly Entry[], most: number): Entry[] =>
  entries.toSorted((a, b) => b.weight - a.weight || (a.session.session < b.session.session ? -1 : 1)).slice(0, most);
