import { applicationLogLine, type LoggedCall, loggedCalls, spanLine } from "../../fleet/call-logs.ts";
import { lastTraceAt } from "../../fleet/calls.ts";
import { deliveryValidationLine, type ValidationLine } from "../../fleet/delivery.ts";
import { plannedEnd } from "../../fleet/life.ts";
import { hashText } from "../../fleet/random.ts";
import { usageLogLine, usageRecords } from "../../fleet/usage-records.ts";
import type { LocalInterpreter, LocalSession, World } from "../../world.ts";
import type { LogGroup, LogKind, Source } from "./groups.ts";

/** A log event; its message is made only when somebody reads it. */
export interface LogEvent {
  /** Digits that sort as the events do: by time stamp first. */
  readonly id: string;
  readonly stream: string;
  readonly at: number;
  readonly ingestedAt: number;
  readonly message: () => string;
}

interface Span {
  readonly from: number;
  /** Not included. */
  readonly to: number;
  readonly now: number;
}

/** Stream names. The first is what AWS calls it; those of usage and application records follow the names seen of Runtime's. */
const VALIDATION_STREAM = "log_stream_created_by_aws_to_validate_log_delivery_subscriptions";
const STREAMS: Readonly<Record<LogKind, string>> = {
  usage: "BedrockAgentCoreCodeInterpreter_UsageLogs",
  application: "BedrockAgentCoreCodeInterpreter_ApplicationLogs",
  spans: "default",
};

/** Those that can have events in [from, to). */
export const sourcesIn = (sources: readonly Source[], { from, to, now }: Span): readonly Source[] =>
  sources.filter(
    ({ session, kind }) =>
      session.createdAt <= now && beginsAt(session, kind) < to && endsAt(session, kind) + 1000 >= from,
  );

const beginsAt = (session: LocalSession, kind: LogKind): number =>
  kind === "usage" ? session.bootAt : session.createdAt;

/** Calls may come for a session that has ended; they are refused, and logged. */
const endsAt = (session: LocalSession, kind: LogKind): number =>
  kind === "usage" ? plannedEnd(session).endedAt : lastTraceAt(session);

/** The first moment from `from` on at which the group can have an event; null where none will come. */
export function nextEventAt(world: World, group: LogGroup, sources: readonly Source[], from: number): number | null {
  let next = Number.POSITIVE_INFINITY;
  for (const { line } of validationLines(world, group)) {
    if (line.stampAt >= from) next = Math.min(next, line.stampAt);
  }
  for (const { session, kind } of sources) {
    if (endsAt(session, kind) + 1000 >= from) next = Math.min(next, Math.max(from, beginsAt(session, kind)));
  }
  return next === Number.POSITIVE_INFINITY ? null : next;
}

/** The events with a time stamp in [from, to) that were delivered by `now`, in order. */
export function eventsIn(world: World, group: LogGroup, sources: readonly Source[], span: Span): readonly LogEvent[] {
  const events: LogEvent[] = [];
  for (const { line, interpreter, kind } of validationLines(world, group)) {
    if (line.stampAt < span.from || line.stampAt >= span.to || line.ingestedAt > span.now) continue;
    events.push({
      id: idOf(line.stampAt, hashText(world.seed, `${interpreter.id}${kind === "usage" ? "" : kind}`), 0),
      stream: VALIDATION_STREAM,
      at: line.stampAt,
      ingestedAt: line.ingestedAt,
      message: () => line.message,
    });
  }
  for (const { session, kind } of sources) {
    const number = hashText(world.seed, `${session.id}${kind === "usage" ? "" : kind}`);
    let last = { at: -1, ordinal: 0 };
    for (const record of recordsOf(session, kind, world, span)) {
      // Numbered before the undelivered ones are left out, so that a record keeps its id from page to page.
      last = { at: record.at, ordinal: record.at === last.at ? last.ordinal + 1 : 0 };
      if (record.ingestedAt > span.now) continue;
      const { at, ingestedAt, message } = record;
      events.push({ id: idOf(at, number, last.ordinal), stream: STREAMS[kind], at, ingestedAt, message });
    }
  }
  return events.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A search looks at a message, measures it and gives it. */
function madeOnce(make: () => string): () => string {
  let made: string | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

type Recorded = Pick<LogEvent, "at" | "ingestedAt" | "message">;

function recordsOf(session: LocalSession, kind: LogKind, world: World, { from, to }: Span): readonly Recorded[] {
  const called = (line: (call: LoggedCall) => string, operations: readonly LoggedCall[]): readonly Recorded[] =>
    operations.map((call) => ({ at: call.stampAt, ingestedAt: call.ingestedAt, message: madeOnce(() => line(call)) }));
  switch (kind) {
    case "usage":
      return usageRecords(session, world, from, to).map((record) => ({
        at: record.stampAt,
        ingestedAt: record.ingestedAt,
        message: madeOnce(() => usageLogLine(record, session)),
      }));
    case "application":
      return called(
        (call) => applicationLogLine(call, session),
        // The guide promises application logs of this operation alone.
        loggedCalls(session, world, from, to).filter(({ operation }) => operation === "InvokeCodeInterpreter"),
      );
    case "spans":
      return called((call) => spanLine(call, session), loggedCalls(session, world, from, to));
    default:
      return kind satisfies never;
  }
}

/** X-Ray tells nobody that it may write. */
function validationLines(
  world: World,
  group: LogGroup,
): readonly { readonly interpreter: LocalInterpreter; readonly kind: LogKind; readonly line: ValidationLine }[] {
  return group.writers.flatMap(({ interpreter, kind }) =>
    kind === "spans" ? [] : [{ interpreter, kind, line: deliveryValidationLine(interpreter, kind, world) }],
  );
}

/** 56 digits, like the ids of AWS. */
const idOf = (at: number, session: number, ordinal: number): string =>
  `${String(at).padStart(16, "0")}${String(session).padStart(20, "0")}${String(ordinal).padStart(20, "0")}`;
