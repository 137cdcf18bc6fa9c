import type { LocalSession, World } from "../world.ts";
import { plannedEnd, stoppedByClientAt } from "./life.ts";
import { costOf, decimalUsd, memoryUsd, peakBytesOf } from "./session-cost.ts";
import { nextWorkAt } from "./work-spans.ts";

/** What a session that a client stopped would have done if nobody had. */
export interface AfterStop {
  /** The next moment at which it would have worked: that of the stop, if it worked then; null: never again. */
  readonly workedAgainAt: number | null;
  readonly endedAt: number;
  /** What the rest of its life would have cost: all of it, and its memory alone at the peak that it had reached. Null without a price. */
  readonly remainingUsd: string | null;
  readonly remainingIdleUsd: string | null;
}

/** Null for a session that lives, or that ended as it was planned. */
export function afterStop(session: LocalSession, world: World, now: number, withCost: boolean): AfterStop | null {
  const stoppedAt = stoppedByClientAt(session);
  if (stoppedAt === null || stoppedAt > now) return null;
  const ghost = unstopped(session);
  const { endedAt } = plannedEnd(ghost);
  return {
    workedAgainAt: nextWorkAt(ghost, stoppedAt),
    endedAt,
    ...(withCost
      ? costsOf(session, ghost, world, { stoppedAt, endedAt })
      : { remainingUsd: null, remainingIdleUsd: null }),
  };
}

const unstopped = (session: LocalSession): LocalSession => ({
  ...session,
  stoppedAt: session.plannedStopAt,
  calls: session.calls.filter((call) => call.operation !== "StopCodeInterpreterSession" && call.isRefused !== true),
});

type Costs = Pick<AfterStop, "remainingUsd" | "remainingIdleUsd">;

/** A session is stopped once, and what would have come after that does not change any more. */
const kept = new WeakMap<LocalSession, Costs>();

function costsOf(
  session: LocalSession,
  ghost: LocalSession,
  world: World,
  { stoppedAt, endedAt }: { readonly stoppedAt: number; readonly endedAt: number },
): Costs {
  const known = kept.get(session);
  if (known !== undefined) return known;
  const paid = costOf(session, world, stoppedAt).ratedUsd;
  const whole = costOf(ghost, world, endedAt).ratedUsd;
  const costs = {
    remainingUsd: paid === null || whole === null ? null : decimalUsd(picodollars(whole) - picodollars(paid)),
    remainingIdleUsd: memoryUsd(session.region, stoppedAt, peakBytesOf(session), endedAt - stoppedAt),
  };
  kept.set(session, costs);
  return costs;
}

const picodollars = (usd: string): bigint => BigInt(usd.replace(".", ""));
