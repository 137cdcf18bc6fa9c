import type { AccountId, InterpreterId, Region, SessionId } from "../kernel/ids.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import { type FigureReason, type UsageFigures, usageFiguresProblem } from "./usage-figures.ts";

/** Whose usage a record is: the key of a metered session. Its parts are other people's text. */
export interface SessionKey {
  readonly account: AccountId;
  readonly region: Region;
  readonly interpreter: InterpreterId;
  readonly session: SessionId;
}

/** One valid USAGE_LOGS record. */
export interface UsageRecord extends SessionKey, UsageFigures {}

/** Why a line is set aside; the first reason that applies. */
export type RecordReason =
  | "not-json"
  | "plain-text"
  | "not-an-object"
  | "missing-account"
  | "missing-region"
  | "missing-arn"
  | "missing-session"
  | FigureReason;

/**
 * Why a line that is no JSON is set aside. AWS writes a sentence into a place when deliveries to it begin; what has a brace may
 * be a record that was cut off, or one with something before it.
 */
export const unparsedReason = (line: string): RecordReason => (/[{}]/.test(line) ? "not-json" : "plain-text");

/**
 * Reads what `JSON.parse` made of one line. `latestAt` is the last timestamp that is believed: a day after now.
 * The guide spells the duration `elapsed_time_seconds` and real records `time_elapsed_seconds`: both are read.
 */
export function readUsageRecord(value: unknown, latestAt: Instant): UsageRecord | RecordReason {
  if (!isObject(value)) return "not-an-object";
  const attributes = objectAt(value, "attributes");
  const metrics = objectAt(value, "metrics");
  const account = textAt(attributes, "account.id");
  if (account === null) return "missing-account";
  const region = textAt(attributes, "region");
  if (region === null) return "missing-region";
  const arn = textAt(value, "resource_arn");
  const interpreter = arn === null ? "" : arn.slice(arn.lastIndexOf("/") + 1);
  if (interpreter === "") return "missing-arn";
  const session = textAt(attributes, "session.id");
  if (session === null) return "missing-session";
  const at = numberAt(value, "event_timestamp");
  const elapsedSeconds = numberAt(
    attributes,
    Object.hasOwn(attributes, "time_elapsed_seconds") ? "time_elapsed_seconds" : "elapsed_time_seconds",
  );
  const vcpuHours = numberAt(metrics, "codeInterpreter.vcpu.hours.used");
  const gbHours = numberAt(metrics, "codeInterpreter.memory.gb_hours.used");
  const problem = usageFiguresProblem(at, elapsedSeconds, vcpuHours, gbHours, latestAt);
  if (problem !== null) return problem;
  return {
    account: account as AccountId,
    region: region as Region,
    interpreter: interpreter as InterpreterId,
    session: session as SessionId,
    at: instant(at),
    elapsedSeconds,
    vcpuHours,
    gbHours,
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

const nothing: JsonObject = {};

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function objectAt(from: JsonObject, name: string): JsonObject {
  const value = from[name];
  return isObject(value) ? value : nothing;
}

function textAt(from: JsonObject, name: string): string | null {
  const value = from[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** NaN, which no check lets pass, where it is no number. Adding 0 turns -0 into 0: the two are the same figure. */
function numberAt(from: JsonObject, name: string): number {
  const value = from[name];
  return typeof value === "number" ? value + 0 : Number.NaN;
}
