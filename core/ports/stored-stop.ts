import type { SessionKey } from "../billing/usage-record.ts";
import { decisionOf, evidenceOf } from "../cleanup/decision/evidence-text.ts";
import type { PlanEntry } from "../cleanup/plan/plan.ts";
import type { StopAftermath } from "../cleanup/stop/stop-aftermath.ts";
import type { Target } from "../inventory/target.ts";
import { interpreterId, sessionId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import { array, at, integer, object, oneOf, orNull, type Read, string } from "./read-stored.ts";
import { aftermathOf, keyOf, overrideOf, planEntryOf, stopOfText, stopStates } from "./stop-text.ts";
import type { StopRecord } from "./stops.ts";

/** What a store knows of a record beside its text. */
export interface StopPlace {
  readonly target: Target;
  readonly id: string;
  readonly revision: number;
  /** Null where only the text says it. */
  readonly state: string | null;
  readonly intendedAt: Instant;
}

/**
 * The record of a stop as a store has it. One whose text cannot be read is a stop of its id and time all the same, with as much of it as can
 * be read: left out, it would count in no breaker and no cap, and thrown for, it would keep all other records from being read. What it rested
 * on is unknown then, and so is who meant it.
 */
export function storedStopOf(text: string, place: StopPlace): StopRecord {
  try {
    return stopOfText(text);
  } catch (error) {
    return partOf(membersOf(text), place, messageOf(error));
  }
}

const unreadable = "RecordUnreadable";

/** Whether of a stop that was decided only a part could be read: written back, it would put that part in the place of the whole. */
export const isReadInPart = ({ problem }: StopRecord): boolean => problem?.code === unreadable;

function partOf(item: Members, { target, id, revision, state, intendedAt }: StopPlace, fault: string): StopRecord {
  const message = `The record of this stop cannot be read (${fault}): what it rested on is not known.`;
  const key = readOr(item["key"], keyOf, keyOfId(id, target));
  const stands = readOr(item["state"], oneOf(stopStates), readOr(state, oneOf(stopStates), "stopped"));
  const entry = readOr<PlanEntry | null>(item["entry"], planEntryOf, null);
  const aftermath = readOr<StopAftermath | null>(item["aftermath"], aftermathOf, null);
  const by = { by: "unknown", reason: message, protection: null };
  return {
    id: readOr(item["id"], string, id),
    revision,
    key,
    plan: readOr(item["plan"], string, ""),
    attempt: readOr(item["attempt"], integer, 1),
    clientToken: readOr(item["clientToken"], string, ""),
    entry: entry ?? entryOf(membersOr(item["entry"]), key, intendedAt, message),
    override: readOr(item["override"], (value, at) => orNull(value, at, overrideOf), by),
    state: stands,
    intendedAt,
    decidedAt: readOr(item["decidedAt"], (value, name) => orNull(value, name, at), null),
    // With one, an intent is a Stop that was sent, which nobody knows.
    problem: stands === "intended" ? null : { code: unreadable, message },
    // A stop that must not have been goes on to count as one.
    ...(aftermath === null ? {} : { aftermath }),
  };
}

function entryOf(item: Members, key: SessionKey, intendedAt: Instant, message: string): PlanEntry {
  const unknown = { kind: "unknown", code: "failed", message } as const;
  const policy = membersOr(item["policy"]);
  return {
    key: readOr(item["key"], keyOf, key),
    arn: readOr(item["arn"], string, ""),
    interpreterKind: readOr(item["interpreterKind"], oneOf(["SYSTEM", "CUSTOM"] as const), "CUSTOM"),
    name: readOr(item["name"], (value, place) => orNull(value, place, string), null),
    createdAt: readOr(item["createdAt"], at, intendedAt),
    timeoutSeconds: readOr(item["timeoutSeconds"], (value, place) => orNull(value, place, integer), null),
    policy: { id: readOr(policy["id"], string, ""), hash: readOr(policy["hash"], string, "") },
    decision: readOr(item["decision"], decisionOf, {
      action: "stop",
      reason: "unknown-activity",
      text: message,
      horizon: null,
      idleSince: null,
      dueAt: null,
    }),
    evidence: readOr(item["evidence"], evidenceOf, { cpu: unknown, calls: unknown, status: null, lastUpdatedAt: null }),
    digest: readOr(item["digest"], string, ""),
  };
}

/** An id of ours says whose it is; any other stands for the session. */
function keyOfId(id: string, target: Target): SessionKey {
  const parts = readOr(jsonOf(id), array, []);
  const [interpreter, session] = parts.length === 5 ? [parts[2], parts[3]] : [];
  return {
    ...target,
    interpreter: interpreterId(readOr(interpreter, string, "unknown")),
    session: sessionId(readOr(session, string, id)),
  };
}

type Members = Readonly<Record<string, unknown>>;
const membersOr = (value: unknown): Members => readOr(value, object, {});
const membersOf = (text: string): Members => membersOr(jsonOf(text));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function readOr<T>(value: unknown, read: Read<T>, other: T): T {
  try {
    return read(value, "");
  } catch (error) {
    if (error instanceof SyntaxError) return other;
    throw error;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof SyntaxError) return error.message;
  throw error;
}
