import type { LocalSession } from "../world.ts";

const retentionMs = 30 * 24 * 3_600_000;

/** `forgotten`: ended more than 30 days ago, when AWS no longer lists a session. */
export type SessionStatus = "unborn" | "READY" | "TERMINATED" | "forgotten";

export function sessionStatusAt(session: LocalSession, now: number): SessionStatus {
  if (now < session.createdAt) return "unborn";
  const { endedAt } = plannedEnd(session);
  if (now < endedAt) return "READY";
  return now - endedAt > retentionMs ? "forgotten" : "TERMINATED";
}

export interface SessionEnd {
  readonly endedAt: number;
  readonly endedBy: "timeout" | "stop";
}

/** Null while it lives or is not born yet. */
export function endOf(session: LocalSession, now: number): SessionEnd | null {
  const end = plannedEnd(session);
  return now < end.endedAt ? null : end;
}

/** When it will have ended if nobody stops it before. The timeout is a hard one: a later stop changes nothing. */
export function plannedEnd(session: LocalSession): SessionEnd {
  const timeoutAt = session.createdAt + session.timeoutSeconds * 1000;
  return session.stoppedAt !== null && session.stoppedAt < timeoutAt
    ? { endedAt: session.stoppedAt, endedBy: "stop" }
    : { endedAt: timeoutAt, endedBy: "timeout" };
}

/** When a client's request stopped it, and not its own caller's plan; null: never. */
export function stoppedByClientAt(session: LocalSession): number | null {
  const isStopped = session.calls.some(
    (call) => call.operation === "StopCodeInterpreterSession" && call.isRefused !== true,
  );
  return isStopped ? plannedEnd(session).endedAt : null;
}
