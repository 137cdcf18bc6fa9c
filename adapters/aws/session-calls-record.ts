import { longestCallMs } from "../../core/cleanup/evidence/call-evidence.ts";
import type { InterpreterId, SessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { callsOperation } from "./interpreter-calls-series.ts";
import { record, text } from "./members.ts";

/** A call that ran code in a session, or was meant to. */
export interface RecordedCall {
  /** Of the request: however often it is told, it is one. */
  readonly id: string;
  readonly session: SessionId;
  /** When it can have been in flight. */
  readonly from: Instant;
  readonly until: Instant;
  /** When the metric counts it, if it counts calls as they begin, or as they are complete. */
  readonly counted: { readonly start: Instant; readonly completion: Instant };
}

/** Clocks of two machines may differ by so much. */
export const clockSkewMs = 60_000;

/**
 * The call of a span of the interpreter, with its start and its end; null for any other line. `odd`: of a call at a time at which none can
 * have been, as a clock that is wrong or somebody else writes it. Whoever reads it does not know what was called when.
 */
export function callOfSpan(
  message: string,
  _stamp: number | null,
  interpreter: InterpreterId,
  latest: Instant,
): RecordedCall | "odd" | null {
  const span = parsed(message);
  const attributes = record(span["attributes"]);
  const arn = text(attributes["aws.resource.arn"]);
  const session = text(attributes["toolsession.id"]);
  const id = text(attributes["aws.request.id"]);
  if (attributes["aws.operation.name"] !== callsOperation || !isOf(arn, interpreter)) return null;
  if (session === null || id === null) return null;
  const from = instantOfNanos(span["startTimeUnixNano"], Math.floor);
  const until = instantOfNanos(span["endTimeUnixNano"], Math.ceil);
  if (from === null || until === null || until < from || until - from > longestCallMs + clockSkewMs) return "odd";
  if (until > latest + clockSkewMs) return "odd";
  return { id, session: session as SessionId, from, until, counted: { start: from, completion: until } };
}

/** The call of an application log of the interpreter; null for any other line, and `odd` as of a span. */
export function callOfLog(
  message: string,
  stamp: number | null,
  interpreter: InterpreterId,
  latest: Instant,
): RecordedCall | "odd" | null {
  const line = parsed(message);
  const session = text(line["session_id"]);
  const id = text(line["request_id"]);
  const said = line["event_timestamp"];
  const at = instantOf(typeof said === "number" ? said : stamp, Math.trunc);
  if (line["operation"] !== callsOperation || !isOf(text(line["resource_arn"]), interpreter)) return null;
  if (session === null || id === null) return null;
  if (at === null || at > latest + clockSkewMs) return "odd";
  const counted = { start: at, completion: at };
  return {
    id,
    session: session as SessionId,
    // What a log says of a call is one moment of it, and not which.
    from: plusMs(at, -longestCallMs),
    until: plusMs(at, longestCallMs),
    counted,
  };
}

/** A line that is none is a record of something else, as the first line of a delivery is. */
function parsed(message: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(message));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

const isOf = (arn: string | null, interpreter: InterpreterId): boolean =>
  arn !== null && arn.slice(arn.lastIndexOf("/") + 1) === interpreter;

/** Nanoseconds come as a number, of which a double has all but the last few hundred, or as text. */
function instantOfNanos(value: unknown, toMs: (ms: number) => number): Instant | null {
  const nanos = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof nanos === "number" ? instantOf(nanos / 1e6, toMs) : null;
}

/** Null where it is no instant that can be told and kept. */
function instantOf(value: unknown, toMs: (ms: number) => number): Instant | null {
  const ms = typeof value === "number" ? toMs(value) : Number.NaN;
  return Number.isSafeInteger(ms) && ms > 0 && ms <= endOfTime ? instant(ms) : null;
}

/** The last instant that a date can say. */
export const endOfTime = instant(8.64e15);
