import type { PlanEntry } from "../../core/cleanup/plan/plan.ts";
import { canBeOverridden, neverStopText } from "../../core/cleanup/policy/protections.ts";
import { type ToldProtection, toldProtection, unknownProtection } from "../../core/cleanup/policy/told-protection.ts";
import { finishedAfterMs } from "../../core/cleanup/stop/presumed-stop.ts";
import { byEarlierStops, hasEnded } from "../../core/jobs/sweep/stop/earlier-stops.ts";
import type { StoppedByHand } from "../../core/jobs/sweep/stop/stop-by-hand.ts";
import { lookAtCap, type StopCap } from "../../core/jobs/sweep/stop/stop-cap.ts";
import type { StopOverride } from "../../core/jobs/sweep/stop/stop-ports.ts";
import { refusedBy } from "../../core/jobs/sweep/stop/stop-refusal.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import type { Came } from "../../core/reporting/stop-report.ts";
import type { Stores } from "../accounts/stores.ts";

/**
 * What becomes of those that nothing else bars, by what is written down of other stops and of the cap, without a look at any session. In the
 * order in which they would be stopped. `listed`: as live, a moment ago. Throws `RegistryError`.
 */
export async function afterOthers(
  { documents, stopRecords }: Pick<Stores, "documents" | "stopRecords">,
  cap: StopCap,
  came: readonly Came[],
  listed: "listed" | "unlisted",
  now: Instant,
): Promise<readonly Came[]> {
  const answer = await lookAtCap(documents, cap, now);
  let left = answer.kind === "left" ? answer.stops : 0;
  const then = answer.kind === "left" ? await lookAtCap(documents, cap, now, left) : answer;
  const foretold: Came[] = [];
  for (const it of came) {
    const next = it.kind === "would-stop" ? byRecords(it.entry, await stopRecords.ofSession(it.entry.key)) : it;
    if (next !== null) foretold.push(next);
    else if (then.kind === "spent" && left === 0) foretold.push(refusedBy(it, "cap", then.message));
    else {
      left -= 1;
      foretold.push(it);
    }
  }
  return foretold;

  function byRecords(entry: PlanEntry, earlier: readonly StopRecord[]): Came | null {
    if (listed === "unlisted" && earlier.some(hasEnded)) return { kind: "already-gone", entry, problem: null };
    // What was left undecided for longer is found out before anything is stopped.
    const recent = earlier.filter(
      ({ state, intendedAt }) => state !== "intended" || now - intendedAt < finishedAfterMs,
    );
    return byEarlierStops({ entry }, recent, null, now);
  }
}

/** A session that a person wants to be stopped, with what can be told of it without stopping anything. */
export interface Foreseen {
  readonly came: Came;
  readonly protection: ToldProtection | null;
}

export function foreseenOf({ plan, decided }: StoppedByHand, override: StopOverride): readonly Foreseen[] {
  const nameOf = (interpreter: string, session: string): string => `${interpreter}/${session}`;
  const protectionOf = new Map(
    decided.map(({ facts: { session, protection } }) => [nameOf(session.interpreter, session.id), protection] as const),
  );
  return (plan?.entries ?? []).map((entry): Foreseen => {
    const protection = protectionOf.get(nameOf(entry.key.interpreter, entry.key.session)) ?? null;
    if (protection === null) {
      const { protections, policyUnread } = override;
      const unknown = protections && policyUnread !== null ? unknownProtection(policyUnread) : null;
      return { came: { kind: "would-stop", entry }, protection: unknown };
    }
    const told = toldProtection(protection);
    const mayLift = canBeOverridden(protection);
    if (override.protections && mayLift) return { came: { kind: "would-stop", entry }, protection: told };
    const message = mayLift ? "It is protected: --override-protection stops it all the same." : neverStopText;
    return { came: { kind: "refused", entry, reason: "protected", message }, protection: told };
  });
}
