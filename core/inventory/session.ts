import type { InterpreterId, SessionId } from "../kernel/ids.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import type { InterpreterKind } from "./interpreter.ts";
import type { Target } from "./target.ts";

/** What the listing says of a session. */
export interface SessionSummary {
  readonly id: SessionId;
  /** The caller's text, not unique, 1 to 100 characters: untrusted. */
  readonly name: string | null;
  /** READY or TERMINATED; an unknown value is kept as it came. */
  readonly status: string;
  readonly createdAt: Instant;
  /** Neither an activity time nor an end time: what moves it is not documented. */
  readonly lastUpdatedAt: Instant | null;
}

/** What a look-up of the one session says; only it says the time limit. */
export interface SessionDetail {
  readonly status: string | null;
  /** As in the summary: a session that ended before any listing saw it is known from here alone. */
  readonly name: string | null;
  readonly createdAt: Instant | null;
  /** The hard lifetime from creation, in seconds, whatever the activity. */
  readonly timeoutSeconds: number | null;
}

/** A session with all that one pass learned of it. */
export interface Session extends SessionSummary {
  readonly target: Target;
  readonly interpreter: InterpreterId;
  readonly interpreterKind: InterpreterKind;
  readonly timeoutSeconds: number | null;
}

/** When the hard timeout ends the session; null where the timeout is unknown. */
export const expiresAtOf = (session: Pick<Session, "createdAt" | "timeoutSeconds">): Instant | null =>
  session.timeoutSeconds === null ? null : plusMs(session.createdAt, session.timeoutSeconds * 1000);
