import type { InterpreterId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";

/** SYSTEM interpreters belong to AWS and count toward no configuration quota; CUSTOM ones do. */
export type InterpreterKind = "SYSTEM" | "CUSTOM";

export interface Interpreter {
  readonly id: InterpreterId;
  readonly arn: string;
  readonly kind: InterpreterKind;
  /** The owner's text: untrusted. */
  readonly name: string | null;
  /** As the service says it; an unknown value is kept as it came. */
  readonly status: string;
  readonly createdAt: Instant | null;
}

/** SANDBOX, PUBLIC or VPC; an unknown value is kept as it came; null where it could not be read. */
export interface InterpreterDetail {
  readonly networkMode: string | null;
}
