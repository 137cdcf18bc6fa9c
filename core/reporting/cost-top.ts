import type { Spend } from "../budget/spend.ts";
import { type PricedUsage, usageAt } from "./cost-cells.ts";
import type { GroupedSession } from "./cost-groups.ts";
import type { SessionFacts, TalliedUsage } from "./cost-tally.ts";

/** One of the sessions that cost most within the window. */
export interface TopSession {
  readonly session: GroupedSession;
  readonly facts: SessionFacts;
  readonly usage: readonly PricedUsage[];
}

export interface Candidate {
  readonly add: (row: TalliedUsage) => void;
  /** A session without a figure is not among those that are known to cost most. */
  readonly bound: (spend: Spend) => void;
  readonly end: () => void;
}

interface Entry extends TopSession {
  readonly usage: PricedUsage[];
  weight: number;
}

/** Keeps the `most` sessions that cost most; those that cross midnight are kept until all of them has come. */
export function topSessions(most: number): {
  readonly begin: (session: GroupedSession, facts: SessionFacts, crossing: string | null) => Candidate | null;
  readonly all: () => readonly TopSession[];
} {
  let kept: Entry[] = [];
  const crossing = new Map<string, Entry>();
  // Cut when it is twice as long: sorting at each session would cost more than all else.
  const keep = (entry: Entry): void => {
    if (entry.weight === 0) return;
    kept.push(entry);
    if (kept.length >= 2 * most + 64) kept = heaviest(kept, most);
  };
  return {
    begin: (session, facts, name) => {
      if (most === 0) return null;
      const entry = (name === null ? undefined : crossing.get(name)) ?? { session, facts, usage: [], weight: 0 };
      if (name !== null) crossing.set(name, entry);
      return {
        add: (row) => {
          const line = usageAt(entry, row.meter, row.unitPrice);
          line.usage += row.usage;
          if (row.idle === null) line.unsplit += row.usage;
          else line.idle += row.idle;
          line.peakTax += row.peakTax ?? 0n;
          entry.weight += weightOf(row);
        },
        bound: () => undefined,
        end: () => {
          if (name === null) keep(entry);
        },
      };
    },
    all: () => heaviest([...kept, ...[...crossing.values()].filter(({ weight }) => weight > 0)], most),
  };
}

/** Dollars times a constant, as a float: it decides who is among the first and nothing that is printed. */
const weightOf = ({ meter, unitPrice, usage }: TalliedUsage): number =>
  unitPrice === null ? 0 : (Number(usage) * Number(unitPrice)) / (meter === "vCPU" ? 3.6e12 : 3.6e6 * 2 ** 30);

const heaviest = (entries: readonly Entry[], most: number): Entry[] =>
  entries.toSorted((a, b) => b.weight - a.weight || (a.session.session < b.session.session ? -1 : 1)).slice(0, most);
