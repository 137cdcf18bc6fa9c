import type { Attribution } from "../attribution/attribution.ts";
import { attribute } from "../attribution/attribution.ts";
import type { GbUnit } from "../billing/gigabyte.ts";
import type { DatedCost } from "../budget/dated-cost.ts";
import type { Spend } from "../budget/spend.ts";
import type { Instant } from "../kernel/instant.ts";
import type { CostBasis } from "../ledger/charge.ts";
import { addBounds, type CostCell, usageAt } from "./cost-cells.ts";
import { type CostGroups, costGroups, type GroupedSession, isLabel, type SessionGroup } from "./cost-groups.ts";
import { groupPlaces } from "./cost-places.ts";
import { type TopSession, topSessions } from "./cost-top.ts";
import type { SessionFacts, TalliedUsage } from "./session-facts.ts";

/** Counts of sessions, each once, whatever the groups. */
export interface SessionCounts {
  sessions: number;
  settled: number;
  provisional: number;
  unpriced: number;
  bounded: number;
  approximate: number;
  lateUnverifiable: number;
  gapMs: number;
  readonly byBasis: Map<CostBasis, { sessions: number; withoutFigure: number }>;
  /** The latest that anything of it was looked at. */
  asOf: Instant | null;
}

export interface CostTally {
  /**
   * Begins a session, or goes on with one that crosses midnight: `crosses` says that it may have been begun before. There are
   * hundreds of thousands, so all share one `OpenSession`: each is ended before the next begins.
   */
  readonly session: (session: GroupedSession, facts: SessionFacts, crosses: boolean) => OpenSession;
  readonly handOver: CostGroups["handOver"];
  readonly counts: () => SessionCounts;
  /** What a GB is in all that was added. */
  readonly units: () => ReadonlySet<GbUnit>;
  readonly top: () => readonly TopSession[];
}

export interface OpenSession {
  readonly add: (usage: TalliedUsage) => void;
  /** A session without charges: its bounds within the window, at an hour that is in it, and those of its whole life. */
  readonly bound: (hourAt: Instant, spend: Spend, cost: DatedCost) => void;
  readonly end: () => void;
}

/** What is remembered of a session from row to row. */
interface SessionState {
  counted: boolean;
  unpriced: boolean;
  /** Those it has rows in: hardly ever more than one or two. */
  readonly cells: CostCell[];
  readonly unpricedIn: CostCell[];
}

/**
 * Adds sessions up by groups, for as many of them as there are: what it keeps grows with the groups that occur, and with the
 * sessions only where those are what is grouped by, or cross midnight.
 */
export function costTally(
  dimensions: readonly string[],
  attribution: Attribution,
  tagsOf: (session: GroupedSession) => Readonly<Record<string, string>> | null,
  top: number,
): CostTally {
  const groups = costGroups(dimensions);
  const hasLabels = dimensions.some(isLabel);
  const places = groupPlaces(groups, dimensions, (session) =>
    hasLabels ? attribute(attribution, { ...session, tags: tagsOf(session) }) : {},
  );
  const best = topSessions(top);
  const counts = emptyCounts();
  // Only those that cross midnight are remembered: all others come once.
  const begun = new Map<string, SessionState>();

  const units = new Set<GbUnit>();
  let state = newState();
  let group: SessionGroup | null = null;
  let facts: SessionFacts | null = null;
  let lastHour: Instant | null = null;
  let lastCell: CostCell | null = null;
  const cellAt = (hourAt: Instant): CostCell => {
    if (lastCell !== null && lastHour === hourAt) return lastCell;
    if (group === null || facts === null) throw new Error("a session is added to before it has begun");
    const cell = groups.cellOf(group, hourAt, facts.basis);
    lastHour = hourAt;
    lastCell = cell;
    if (!state.cells.includes(cell)) {
      state.cells.push(cell);
      cell.sessions += 1;
    }
    if (!state.counted) {
      state.counted = true;
      count(counts, facts);
    }
    return cell;
  };

  const open: OpenSession = {
    add: (row) => {
      const cell = cellAt(row.hourAt);
      units.add(row.gb);
      const line = usageAt(cell, row);
      line.usage += row.usage;
      if (row.idle === null) line.unsplit += row.usage;
      else line.idle += row.idle;
      if (row.logged !== null) line.logged += row.logged;
      if (row.peakTax !== null) line.peakTax += row.peakTax;
      best.add(row);
      if (row.unitPrice !== null) return;
      if (!state.unpricedIn.includes(cell)) {
        state.unpricedIn.push(cell);
        cell.unknownSessions += 1;
      }
      if (!state.unpriced) {
        state.unpriced = true;
        counts.unpriced += 1;
        ofBasis(counts, cell.basis).withoutFigure += 1;
      }
    },
    bound: (hourAt, spend) => {
      const cell = cellAt(hourAt);
      cell.unknownSessions += 1;
      counts.bounded += 1;
      ofBasis(counts, cell.basis).withoutFigure += 1;
      addBounds(cell, spend);
    },
    end: best.end,
  };

  return {
    session: (session, of, crosses) => {
      group = places(session);
      facts = of;
      lastCell = null;
      const name = crosses ? nameOf(session) : null;
      state = (name === null ? undefined : begun.get(name)) ?? newState();
      if (name !== null) begun.set(name, state);
      best.begin(session, of, name);
      return open;
    },
    handOver: groups.handOver,
    counts: () => counts,
    units: () => units,
    top: best.all,
  };
}

const newState = (): SessionState => ({ counted: false, unpriced: false, cells: [], unpricedIn: [] });

const emptyCounts = (): SessionCounts => ({
  sessions: 0,
  settled: 0,
  provisional: 0,
  unpriced: 0,
  bounded: 0,
  approximate: 0,
  lateUnverifiable: 0,
  gapMs: 0,
  byBasis: new Map(),
  asOf: null,
});

function count(counts: SessionCounts, facts: SessionFacts): void {
  counts.sessions += 1;
  ofBasis(counts, facts.basis).sessions += 1;
  if (facts.final) counts.settled += 1;
  else counts.provisional += 1;
  if (facts.approximate !== null) counts.approximate += 1;
  counts.lateUnverifiable += facts.lateUnverifiable;
  counts.gapMs += facts.gapMs;
  if (counts.asOf === null || facts.asOf > counts.asOf) counts.asOf = facts.asOf;
}

function ofBasis({ byBasis }: SessionCounts, basis: CostBasis): { sessions: number; withoutFigure: number } {
  const known = byBasis.get(basis) ?? { sessions: 0, withoutFigure: 0 };
  byBasis.set(basis, known);
  return known;
}

const nameOf = ({ account, region, interpreter, session }: GroupedSession): string =>
  JSON.stringify([account, region, interpreter, session]);
