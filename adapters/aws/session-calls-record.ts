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

/** What a log says of a call is one moment of it, and not which. */
const besideMs = 15 * 60_000;

/** The call of a span of the interpreter, with its start and its end; null for any other line. */
export function callOfSpan(message: string, _stamp: number | null, interpreter: InterpreterId): RecordedCall | null {
  const span = parsed(message);
  const attributes = record(span["attributes"]);
  const arn = text(attributes["aws.resource.arn"]);
  const session = text(attributes["toolsession.id"]);
  const id = text(attributes["aws.request.id"]);
  const from = instantOfNanos(span["startTimeUnixNano"], Math.floor);
  const until = instantOfNanos(span["endTimeUnixNano"], Math.ceil);
  if (attributes["aws.operation.name"] !== callsOperation || !isOf(arn, interpreter)) return null;
  if (session === null || id === null || from === null || until === null) return null;
  return { id, session: session as SessionId, from, until, counted: { start: from, completion: until } };
}

/** The call of an application log of the interpreter; null for any other line. */
export function callOfLog(message: string, stamp: number | null, interpreter: InterpreterId): RecordedCall | null {
  const line = parsed(message);
  const session = text(line["session_id"]);
  const id = text(line["request_id"]);
  const said = line["event_timestamp"];
  const at = typeof said === "number" && Number.isFinite(said) ? said : stamp;
  if (line["operation"] !== callsOperation || !isOf(text(line["resource_arn"]), interpreter)) return null;
  if (session === null || id === null || at === null) return null;
  const stampAt = instant(at);
  const counted = { start: stampAt, completion: stampAt };
  return {
    id,
    session: session as SessionId,
    from: plusMs(stampAt, -besideMs),
    until: plusMs(stampAt, besideMs),
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
  return typeof nanos === "number" && Number.isFinite(nanos) && nanos > 0 ? instant(toMs(nanos / 1e6)) : null;
}
