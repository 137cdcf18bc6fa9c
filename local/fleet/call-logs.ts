import type { LocalCall, LocalSession, World } from "../world.ts";
import { callsOf } from "./calls.ts";
import { interpreterArn } from "./identifiers.ts";
import { plannedEnd } from "./life.ts";
import { between, hash, hashText } from "./random.ts";

type Operation = LocalCall["operation"] | "CodeInterpreterSessionExpire";

/** A call as application logs and spans tell it. */
export interface LoggedCall {
  readonly operation: Operation;
  readonly startAt: number;
  readonly endAt: number;
  readonly isRefused: boolean;
  readonly requestId: string;
  /** What the log event is stamped with. */
  readonly stampAt: number;
  /** When it can first be read; may lie in the future. */
  readonly ingestedAt: number;
  /** What a session had lived when this ended it, or found it stopped; null for other calls. */
  readonly livedSeconds: number | null;
}

const minute = 60_000;

/**
 * A session's calls stamped in [fromMs, toMs), and that it expired; by stamp. They hold what was answered, so each comes only
 * some time after its call is complete.
 */
export function loggedCalls(session: LocalSession, world: World, fromMs: number, toMs: number): readonly LoggedCall[] {
  const isStartStamped = world.unknowns.callLogStamp === "start";
  return [...callsOf(session, fromMs, toMs), ...expiryOf(session)]
    .map((call) => ({ ...call, stampAt: isStartStamped ? call.startAt : call.endAt }))
    .filter((call) => call.stampAt >= fromMs && call.stampAt < toMs)
    .map((call) => logged(call, session))
    .sort((one, other) => one.stampAt - other.stampAt || one.endAt - other.endAt);
}

/** What is written when nobody stopped a session and its time ran out. */
function expiryOf(session: LocalSession): readonly Pick<LoggedCall, "operation" | "startAt" | "endAt">[] {
  const { endedAt, endedBy } = plannedEnd(session);
  return endedBy === "timeout" ? [{ operation: "CodeInterpreterSessionExpire", startAt: endedAt, endAt: endedAt }] : [];
}

type Told = Pick<LoggedCall, "operation" | "startAt" | "endAt" | "stampAt"> &
  Pick<LocalCall, "isRefused" | "requestId">;

function logged(call: Told, session: LocalSession): LoggedCall {
  const seed = hash(hashText(session.activity.seed, `${call.operation}/${call.startAt}`), 70);
  const isLast = call.operation === "StopCodeInterpreterSession" || call.operation === "CodeInterpreterSessionExpire";
  return {
    ...call,
    isRefused: call.isRefused === true,
    requestId: call.requestId ?? uuidOf(seed),
    ingestedAt: call.endAt + Math.floor(between(1, 5, seed, 71) * minute),
    livedSeconds: isLast && call.isRefused !== true ? (call.endAt - session.createdAt) / 1000 : null,
  };
}

/** One line of APPLICATION_LOGS, without a line break: the members that the guide lists, of which `timestamp` is the event's own. */
export function applicationLogLine(call: LoggedCall, session: LocalSession): string {
  return JSON.stringify({
    resource_arn: interpreterArn(session.account, session.region, session.interpreterId),
    event_timestamp: call.stampAt,
    account_id: session.account,
    request_id: call.requestId,
    session_id: session.id,
    ...traceOf(call),
    service_name: "AgentCore.CodeInterpreter",
    operation: call.operation,
    request_payload: { name: "executeCode" },
    response_payload: call.isRefused
      ? {
          __type: "ResourceNotFoundException",
          message: `An active code interpreter session ${session.id} was not found.`,
        }
      : { isError: false },
  });
}

/** One span as `aws/spans` holds it, without a line break. */
export function spanLine(call: LoggedCall, session: LocalSession): string {
  const arn = interpreterArn(session.account, session.region, session.interpreterId);
  const { trace_id: traceId, span_id: spanId } = traceOf(call);
  return JSON.stringify({
    resource: {
      attributes: {
        "cloud.provider": "aws",
        "cloud.platform": "aws_bedrock_agentcore",
        "cloud.region": session.region,
        "cloud.resource_id": arn,
        "service.name": "AgentCore.CodeInterpreter",
      },
    },
    scope: { name: "" },
    traceId,
    spanId,
    name: call.operation,
    kind: "SERVER",
    startTimeUnixNano: call.startAt * 1_000_000,
    endTimeUnixNano: call.endAt * 1_000_000,
    durationNano: (call.endAt - call.startAt) * 1_000_000,
    attributes: {
      "aws.operation.name": call.operation,
      "aws.resource.arn": arn,
      "aws.request.id": call.requestId,
      "aws.account.id": session.account,
      "toolsession.id": session.id,
      "aws.xray.origin": "AWS::BedrockAgentCore::CodeInterpreter",
      "aws.resource.type": "AWS::BedrockAgentCore::CodeInterpreter",
      "aws.region": session.region,
      latency_ms: call.endAt - call.startAt,
      ...(call.isRefused ? { error_type: "user" } : {}),
      ...(call.livedSeconds === null ? {} : { session_duration_s: call.livedSeconds }),
    },
    status: { code: call.isRefused ? "ERROR" : "OK" },
  });
}

/** A trace id begins with its time, as X-Ray's do. */
function traceOf(call: LoggedCall): { readonly trace_id: string; readonly span_id: string } {
  const digits = hexOf(hashText(1, call.requestId), 5);
  const time = Math.floor(call.startAt / 1000)
    .toString(16)
    .padStart(8, "0");
  return { trace_id: time + digits.slice(0, 24), span_id: digits.slice(24, 40) };
}

const hexOf = (seed: number, words: number): string =>
  Array.from({ length: words }, (_, word) => hash(seed, 72, word).toString(16).padStart(8, "0")).join("");

function uuidOf(seed: number): string {
  const digits = hexOf(seed, 4);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join("-");
}
