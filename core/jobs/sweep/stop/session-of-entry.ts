import type { PlanEntry } from "../../../cleanup/plan/plan.ts";
import type { Session } from "../../../inventory/session.ts";

/** A session as the plan has it: where no listing is at hand, and for what a policy or a protection matches. */
export const sessionOfEntry = ({ key, interpreterKind, name, createdAt, timeoutSeconds }: PlanEntry): Session => ({
  target: { account: key.account, region: key.region },
  interpreter: key.interpreter,
  interpreterKind,
  id: key.session,
  name,
  status: "READY",
  createdAt,
  lastUpdatedAt: null,
  timeoutSeconds,
});
