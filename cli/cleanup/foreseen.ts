import { canBeOverridden, neverStopText } from "../../core/cleanup/policy/protections.ts";
import { type ToldProtection, toldProtection, unknownProtection } from "../../core/cleanup/policy/told-protection.ts";
import type { StoppedByHand } from "../../core/jobs/sweep/stop/stop-by-hand.ts";
import type { StopOverride } from "../../core/jobs/sweep/stop/stop-ports.ts";
import type { Came } from "../../core/reporting/stop-report.ts";

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
