import type { Interpreter, InterpreterDetail } from "../inventory/interpreter.ts";
import type { SessionDetail, SessionSummary } from "../inventory/session.ts";
import type { Target } from "../inventory/target.ts";
import type { InterpreterId, SessionId } from "../kernel/ids.ts";
import type { Listing, Problem } from "../kernel/problem.ts";

/** A look-up of one thing. `gone`: the service says that it does not exist (any more). */
export type Lookup<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly problem: Problem };

/**
 * Reads the sandboxes of one target. Implementations page to the end, keep what was read when a later page fails,
 * never throw for what a service answers, and throw only when `signal` is aborted.
 */
export interface SandboxReader {
  readonly listInterpreters: (target: Target, signal: AbortSignal) => Promise<Listing<Interpreter>>;
  readonly getInterpreter: (
    target: Target,
    id: InterpreterId,
    signal: AbortSignal,
  ) => Promise<Lookup<InterpreterDetail>>;
  /** Sessions that the service lists as live. No order is promised. */
  readonly listReadySessions: (
    target: Target,
    interpreter: InterpreterId,
    signal: AbortSignal,
  ) => Promise<Listing<SessionSummary>>;
  readonly getSession: (
    target: Target,
    interpreter: InterpreterId,
    session: SessionId,
    signal: AbortSignal,
  ) => Promise<Lookup<SessionDetail>>;
}

/**
 * Sessions that ended in the last 30 days: thousands of pages, in no order, so that they are asked for once a day at most, and
 * some pages at a time. `next` is where the listing goes on; null where it is at its end, or cannot go on.
 */
export type ListEndedSessions = (
  target: Target,
  interpreter: InterpreterId,
  part: { readonly from: string | null; readonly pages: number },
  signal: AbortSignal,
) => Promise<Listing<SessionSummary> & { readonly next: string | null; readonly pages: number }>;

/** Tags of an interpreter; the SYSTEM interpreter is AWS's and has none. */
export type ReadTags = (
  target: Target,
  interpreter: InterpreterId,
  signal: AbortSignal,
) => Promise<Lookup<Readonly<Record<string, string>>>>;
