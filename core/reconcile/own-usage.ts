import type { SandboxSize } from "../billing/bounded-cost.ts";
import { type GbUnit, gigabyteOf } from "../billing/gigabyte.ts";
import type { DatedCost } from "../budget/dated-cost.ts";
import type { Target } from "../inventory/target.ts";
import { targetKey } from "../inventory/target.ts";
import { startOfDay } from "../kernel/calendar.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import type { Meter } from "../reporting/cost-cells.ts";
import type { GroupedSession } from "../reporting/cost-groups.ts";
import type { CostTally, OpenSession } from "../reporting/cost-tally.ts";
import type { SessionFacts, TalliedUsage } from "../reporting/session-facts.ts";
import { longestLife } from "./longest-life.ts";

/** In vCPU-nanoseconds and byte-milliseconds. */
export type MeterUnits = Record<Meter, bigint>;

/** What sessions used at one price: what the rule makes of their records, what those say themselves, and what was shared out. */
export interface OwnUse {
  /** Dollars of an hour in units of 10^-12; null where there is no price. */
  readonly unitPrice: bigint | null;
  /** What a GB is in `unitPrice`. */
  readonly gb: GbUnit;
  rated: bigint;
  logged: bigint;
  allocated: bigint;
}

export interface OwnDay {
  readonly uses: Readonly<Record<Meter, OwnUse[]>>;
  /** The most that sessions without a figure can have used. */
  readonly bounded: MeterUnits;
  /** The most that was used in stretches without records. */
  readonly gaps: MeterUnits;
}

/** What the ledger has of one account in one Region. */
export interface OwnTarget extends Target {
  readonly days: Map<Instant, OwnDay>;
  /** The first hour with a figure; null where there is none. */
  firstChargeAt: Instant | null;
  /** The latest that any of it was settled. */
  lastSettledAt: Instant | null;
  readonly sessions: { rated: number; allocated: number; bounded: number };
  /** Of those with a figure. */
  approximate: number;
  provisional: number;
  lateRecords: number;
  /** Interpreters of sessions without a figure, with how many those are. */
  readonly unread: Map<InterpreterId, number>;
}

export interface OwnUsage {
  readonly tally: Pick<CostTally, "session">;
  readonly targets: () => ReadonlyMap<string, OwnTarget>;
}

const dayMs = 86_400_000;

/** Adds the ledger up by account, Region and day. Charges outside of the window are not told to it. */
export function ownUsage(
  window: { readonly from: Instant; readonly until: Instant },
  size: SandboxSize,
  gb: GbUnit,
): OwnUsage {
  const targets = new Map<string, OwnTarget>();
  // Only sessions that cross midnight come more than once.
  const begun = new Set<string>();
  let target: OwnTarget | null = null;
  let facts: SessionFacts | null = null;
  let interpreter: InterpreterId | null = null;
  let isCounted = false;

  const counted = (hourAt: Instant): { readonly of: OwnTarget; readonly facts: SessionFacts } => {
    if (target === null || facts === null) throw new Error("a session is added to before it has begun");
    if (!isCounted) {
      isCounted = true;
      count(target, facts);
      addGap(dayOf(target, startOfDay(hourAt)), facts, size, gb);
    }
    return { of: target, facts };
  };

  const open: OpenSession = {
    add: (usage) => {
      const { of, facts: own } = counted(usage.hourAt);
      if (of.firstChargeAt === null || usage.hourAt < of.firstChargeAt) of.firstChargeAt = usage.hourAt;
      addUse(dayOf(of, startOfDay(usage.hourAt)), usage, own.basis === "allocated");
    },
    bound: (hourAt, _spend, cost) => {
      const { of } = counted(hourAt);
      if (interpreter !== null) of.unread.set(interpreter, (of.unread.get(interpreter) ?? 0) + 1);
      addBounds(of, cost, window, size, gb);
    },
    end: () => undefined,
  };

  return {
    tally: {
      session: (session, of, crosses) => {
        target = targetOf(targets, session);
        facts = of;
        interpreter = session.interpreter;
        const name = crosses ? nameOf(session) : null;
        isCounted = name !== null && begun.has(name);
        if (name !== null) begun.add(name);
        return open;
      },
    },
    targets: () => targets,
  };
}

function targetOf(targets: Map<string, OwnTarget>, { account, region }: Target): OwnTarget {
  const key = targetKey({ account, region });
  const known = targets.get(key);
  if (known !== undefined) return known;
  const fresh: OwnTarget = {
    account,
    region,
    days: new Map(),
    firstChargeAt: null,
    lastSettledAt: null,
    sessions: { rated: 0, allocated: 0, bounded: 0 },
    approximate: 0,
    provisional: 0,
    lateRecords: 0,
    unread: new Map(),
  };
  targets.set(key, fresh);
  return fresh;
}

function count(target: OwnTarget, facts: SessionFacts): void {
  if (facts.basis === "rated" || facts.basis === "allocated") {
    target.sessions[facts.basis] += 1;
    if (!facts.final) target.provisional += 1;
  } else target.sessions.bounded += 1;
  if (facts.approximate !== null) target.approximate += 1;
  target.lateRecords += facts.lateUnverifiable;
  const { lastSettledAt } = target;
  if (facts.final && (lastSettledAt === null || facts.asOf > lastSettledAt)) target.lastSettledAt = facts.asOf;
}

function dayOf({ days }: OwnTarget, at: Instant): OwnDay {
  const known = days.get(at);
  if (known !== undefined) return known;
  const nothing = (): MeterUnits => ({ vCPU: 0n, Memory: 0n });
  const fresh: OwnDay = { uses: { vCPU: [], Memory: [] }, bounded: nothing(), gaps: nothing() };
  days.set(at, fresh);
  return fresh;
}

function addUse({ uses }: OwnDay, usage: TalliedUsage, isAllocated: boolean): void {
  const own = uses[usage.meter];
  let use = own.find(({ unitPrice, gb }) => unitPrice === usage.unitPrice && gb === usage.gb);
  if (use === undefined) {
    use = { unitPrice: usage.unitPrice, gb: usage.gb, rated: 0n, logged: 0n, allocated: 0n };
    own.push(use);
  }
  if (isAllocated) use.allocated += usage.usage;
  else use.rated += usage.usage;
  use.logged += usage.logged ?? 0n;
}

/** Without records, memory is charged at the peak as far as it is known, and at most every vCPU was busy. */
function addGap({ gaps }: OwnDay, { gapMs, peakBytes }: SessionFacts, size: SandboxSize, gb: GbUnit): void {
  if (gapMs === 0) return;
  const { bytes, floorBytes } = gigabyteOf(gb);
  const memory = peakBytes === null ? size.memoryGb * bytes : Math.max(peakBytes, floorBytes);
  gaps.vCPU += vcpuNsOf(gapMs, size);
  gaps.Memory += BigInt(gapMs) * BigInt(Math.round(memory));
}

/** The most that a life can have used, on each day that it lies in. */
function addBounds(
  target: OwnTarget,
  cost: DatedCost,
  window: { readonly from: Instant; readonly until: Instant },
  size: SandboxSize,
  gb: GbUnit,
): void {
  if (cost.kind !== "bounded") return;
  const first = startOfDay(cost.from < window.from ? window.from : cost.from);
  const until = Math.min(longestLife(cost), window.until);
  for (let day = first; day < until; day = plusMs(day, dayMs)) {
    const from = Math.max(cost.from, window.from, day);
    const aliveMs = Math.max(0, Math.min(until, day + dayMs) - from);
    const { bounded } = dayOf(target, day);
    bounded.vCPU += vcpuNsOf(aliveMs, size);
    bounded.Memory += BigInt(aliveMs) * BigInt(Math.round(size.memoryGb * gigabyteOf(gb).bytes));
  }
}

const vcpuNsOf = (ms: number, { vcpu }: SandboxSize): bigint => BigInt(ms) * BigInt(Math.round(vcpu * 1e6));

const nameOf = ({ account, region, interpreter, session }: GroupedSession): string =>
  JSON.stringify([account, region, interpreter, session]);
