import { deliveryValidationLine } from "../../fleet/delivery.ts";
import { plannedEnd } from "../../fleet/life.ts";
import { hashText } from "../../fleet/random.ts";
import { usageLogLine, usageRecords } from "../../fleet/usage-records.ts";
import type { LocalInterpreter, LocalSession, World } from "../../world.ts";

/** A log event; its message is made only when somebody reads it. */
export interface LogEvent {
  /** Digits that sort as the events do: by time stamp first. */
  readonly id: string;
  readonly stream: string;
  readonly at: number;
  readonly ingestedAt: number;
  readonly message: () => string;
}

/** Stream names of a delivery. The first is what AWS calls it; that of the usage records is not known. */
const VALIDATION_STREAM = "log_stream_created_by_aws_to_validate_log_delivery_subscriptions";
const USAGE_STREAM = "BedrockAgentCoreCodeInterpreter_UsageLogs";

/** The interpreter's sessions that can have records in [from, to). */
export const sessionsIn = (
  sessions: Iterable<LocalSession>,
  span: { readonly from: number; readonly to: number; readonly now: number },
): readonly LocalSession[] =>
  [...sessions].filter(
    (session) =>
      session.createdAt <= span.now && session.bootAt < span.to && plannedEnd(session).endedAt + 1000 >= span.from,
  );

/** The first moment from `from` on at which the group can have an event; null where none will come. */
export function nextEventAt(
  world: World,
  interpreters: readonly LocalInterpreter[],
  sessions: readonly LocalSession[],
  from: number,
): number | null {
  let next = Number.POSITIVE_INFINITY;
  for (const interpreter of interpreters) {
    const line = deliveryValidationLine(interpreter, world);
    if (line !== null && line.stampAt >= from) next = Math.min(next, line.stampAt);
  }
  for (const session of sessions) {
    if (plannedEnd(session).endedAt + 1000 >= from) next = Math.min(next, Math.max(from, session.bootAt));
  }
  return next === Number.POSITIVE_INFINITY ? null : next;
}

/** The events with a time stamp in [from, to) that were delivered by `now`, in order. */
export function eventsIn(
  world: World,
  interpreters: readonly LocalInterpreter[],
  sessions: readonly LocalSession[],
  span: { readonly from: number; readonly to: number; readonly now: number },
): readonly LogEvent[] {
  const events: LogEvent[] = [];
  for (const interpreter of interpreters) {
    const line = deliveryValidationLine(interpreter, world);
    if (line === null || line.stampAt < span.from || line.stampAt >= span.to || line.ingestedAt > span.now) continue;
    events.push({
      id: idOf(line.stampAt, hashText(world.seed, interpreter.id), 0),
      stream: VALIDATION_STREAM,
      at: line.stampAt,
      ingestedAt: line.ingestedAt,
      message: () => line.message,
    });
  }
  for (const session of sessions) {
    const number = hashText(world.seed, session.id);
    let last = { at: -1, ordinal: 0 };
    for (const record of usageRecords(session, world, span.from, span.to)) {
      // Numbered before the undelivered ones are left out, so that a record keeps its id from page to page.
      last = { at: record.stampAt, ordinal: record.stampAt === last.at ? last.ordinal + 1 : 0 };
      if (record.ingestedAt > span.now) continue;
      events.push({
        id: idOf(record.stampAt, number, last.ordinal),
        stream: USAGE_STREAM,
        at: record.stampAt,
        ingestedAt: record.ingestedAt,
        message: () => usageLogLine(record, session),
      });
    }
  }
  return events.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** 56 digits, like the ids of AWS. */
const idOf = (at: number, session: number, ordinal: number): string =>
  `${String(at).padStart(16, "0")}${String(session).padStart(20, "0")}${String(ordinal).padStart(20, "0")}`;
