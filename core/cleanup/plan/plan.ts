import type { SessionKey } from "../../billing/usage-record.ts";
import type { InterpreterKind } from "../../inventory/interpreter.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Decision } from "../decision/decision.ts";
import type { SessionEvidence } from "../evidence/evidence.ts";

/** One session that is to be stopped, with all that this rests on. */
export interface PlanEntry {
  readonly key: SessionKey;
  readonly arn: string;
  readonly interpreterKind: InterpreterKind;
  /** The caller's text: untrusted. */
  readonly name: string | null;
  readonly createdAt: Instant;
  readonly timeoutSeconds: number | null;
  readonly policy: { readonly id: string; readonly hash: string };
  readonly decision: Decision;
  readonly evidence: SessionEvidence;
  /** SHA-256 of the entry as it was made: a changed one is refused, the others go on. */
  readonly digest: string;
}

export interface Plan {
  /** Begins with the instant at which it was made, so that plans sort by time. */
  readonly id: string;
  readonly madeAt: Instant;
  readonly expiresAt: Instant;
  readonly entries: readonly PlanEntry[];
}
