import type { Unknown } from "../cleanup/evidence/evidence.ts";
import type { Decided } from "../cleanup/plan/make-plan.ts";

/** A session of which it is not known whether it works, as reports write it. */
export interface ReportedUnknown {
  readonly account: string;
  readonly region: string;
  readonly interpreter: string;
  readonly session: string;
  /** What is missing; `unfit`: nothing is, but it is of another clock, too old, or does not reach far enough. */
  readonly missing: Unknown["code"] | "unfit";
  readonly text: string;
}

export const reportedUnknowns = (decided: readonly Decided[]): readonly ReportedUnknown[] =>
  decided
    .filter(({ decision }) => decision.reason === "unknown-activity")
    .map((item) => {
      const { session } = item.facts;
      return {
        account: session.target.account,
        region: session.target.region,
        interpreter: session.interpreter,
        session: session.id,
        missing: missingOf(item),
        text: item.decision.text,
      };
    });

/** Of what is missing, that which the decision is told by. */
function missingOf({ facts: { evidence }, decision }: Decided): ReportedUnknown["missing"] {
  const { cpu, calls } = evidence;
  const apart = calls.kind === "known" ? calls.apart : undefined;
  const told = [cpu, calls, apart].find((item) => item?.kind === "unknown" && decision.text.endsWith(item.message));
  return told?.kind === "unknown" ? told.code : "unfit";
}
