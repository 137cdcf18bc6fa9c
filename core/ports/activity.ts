import type { UsageColumns } from "../billing/usage-columns.ts";
import type { CallEvidence, CpuEvidence, Span, Unknown } from "../cleanup/evidence/evidence.ts";
import type { InvocationStamp } from "../cleanup/policy/policy.ts";
import type { Target } from "../inventory/target.ts";
import type { InterpreterId, SessionId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";

/**
 * Reads calls of whole interpreters: of each, in which minutes there were any. Absent minutes are without calls only under the
 * conditions of docs/idle.md; where they are not met, the answer is unknown. Throws only when `signal` is aborted.
 */
export type ReadInterpreterCalls = (
  target: Target,
  interpreters: readonly { readonly id: InterpreterId; readonly arn: string }[],
  window: Span,
  stamp: InvocationStamp,
  now: Instant,
  signal: AbortSignal,
) => Promise<ReadonlyMap<InterpreterId, CallEvidence | Unknown>>;

/** The same for single sessions of one interpreter, from its application logs or spans, where they are on and tell all calls. */
export type ReadSessionCalls = (
  target: Target,
  interpreter: { readonly id: InterpreterId; readonly arn: string },
  sessions: readonly SessionId[],
  window: Span,
  /** How the metric counts calls that theirs are held against. */
  stamp: InvocationStamp,
  now: Instant,
  signal: AbortSignal,
) => Promise<ReadonlyMap<SessionId, CallEvidence | Unknown>>;

/** Calls that came for a session after it had been stopped, as far as they are recorded: none is no proof that none came. */
export interface RefusedCalls {
  readonly kind: "known";
  readonly at: readonly Instant[];
}

/** Reads them for sessions of one interpreter, from its application logs or spans. Throws only when `signal` is aborted. */
export type ReadRefusedCalls = (
  target: Target,
  interpreter: InterpreterId,
  stops: readonly { readonly session: SessionId; readonly stoppedAt: Instant }[],
  now: Instant,
  signal: AbortSignal,
) => Promise<ReadonlyMap<SessionId, RefusedCalls | Unknown>>;

/** Usage records of sessions that were stopped, each of its own time. Throws only when `signal` is aborted. */
export type ReadStoppedUsage = (
  target: Target,
  interpreter: InterpreterId,
  stops: readonly { readonly session: SessionId; readonly window: Span }[],
  now: Instant,
  signal: AbortSignal,
) => Promise<ReadonlyMap<SessionId, { readonly kind: "known"; readonly rows: UsageColumns } | Unknown>>;

export interface CpuQuestion {
  /** How long a stretch of records proves anything. */
  readonly neededMs: number;
  /** `until-work`: older records may be left out where the newest show work that keeps a session whatever was before it. */
  readonly depth: "whole" | "until-work";
  /** Hears how many sessions more have been looked at. */
  readonly onLooked?: (sessions: number) => void;
}

/** CPU of sessions of one interpreter, by their usage records of the window. Throws only when `signal` is aborted. */
export type ReadSessionCpu = (
  target: Target,
  interpreter: InterpreterId,
  sessions: readonly SessionId[],
  window: Span,
  question: CpuQuestion,
  now: Instant,
  signal: AbortSignal,
) => Promise<ReadonlyMap<SessionId, CpuEvidence | Unknown>>;
