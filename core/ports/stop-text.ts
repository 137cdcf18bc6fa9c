import { decisionOf, evidenceOf } from "../cleanup/decision/evidence-text.ts";
import type { PlanEntry } from "../cleanup/plan/plan.ts";
import { toldProtectionOf } from "../cleanup/policy/told-protection.ts";
import type { RecordedOverride } from "../cleanup/stop/recorded-override.ts";
import type { StopAftermath } from "../cleanup/stop/stop-aftermath.ts";
import { accountId, interpreterId, region, sessionId } from "../kernel/ids.ts";
import type { Problem } from "../kernel/problem.ts";
import { at, integer, object, oneOf, orNull, type Read, string } from "./read-stored.ts";
import { RegistryError } from "./registry-error.ts";
import type { StopRecord } from "./stops.ts";

/**
 * What of a record of a stop is kept as one text. Throws `RegistryError` where nobody could read it back: the session is then not
 * stopped, and no record is written that says less than was seen.
 */
export function textOfStop(record: StopRecord): string {
  const text = JSON.stringify(record);
  try {
    stopOfText(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { session, interpreter, region: where } = record.key;
    throw new RegistryError(
      "corrupt",
      `The record of the stop of session ${session} of ${interpreter} in ${where} was not written, because it could not be read back (${error.message}).`,
      { cause: error },
    );
  }
  return text;
}

/** Reads back what `textOfStop` wrote. Throws `SyntaxError` with the place on a text of another shape. */
export function stopOfText(text: string): StopRecord {
  const item = object(JSON.parse(text), "stop");
  return {
    id: string(item["id"], "id"),
    revision: integer(item["revision"], "revision"),
    key: keyOf(item["key"], "key"),
    plan: string(item["plan"], "plan"),
    attempt: integer(item["attempt"], "attempt"),
    clientToken: string(item["clientToken"], "clientToken"),
    entry: planEntryOf(item["entry"], "entry"),
    override: orNull(item["override"], "override", overrideOf),
    state: oneOf(stopStates)(item["state"], "state"),
    intendedAt: at(item["intendedAt"], "intendedAt"),
    decidedAt: orNull(item["decidedAt"], "decidedAt", at),
    problem: orNull(item["problem"], "problem", problemOf),
    ...(item["aftermath"] === undefined ? {} : { aftermath: aftermathOf(item["aftermath"], "aftermath") }),
  };
}

/** Throws `SyntaxError` with the place on a value of another shape; whether the digest holds is for others to say. */
export const planEntryOf: Read<PlanEntry> = (value, place) => {
  const item = object(value, place);
  const policy = object(item["policy"], `${place}.policy`);
  return {
    key: keyOf(item["key"], `${place}.key`),
    arn: string(item["arn"], `${place}.arn`),
    interpreterKind: oneOf(["SYSTEM", "CUSTOM"] as const)(item["interpreterKind"], `${place}.interpreterKind`),
    name: orNull(item["name"], `${place}.name`, string),
    createdAt: at(item["createdAt"], `${place}.createdAt`),
    timeoutSeconds: orNull(item["timeoutSeconds"], `${place}.timeoutSeconds`, integer),
    policy: { id: string(policy["id"], `${place}.policy.id`), hash: string(policy["hash"], `${place}.policy.hash`) },
    decision: decisionOf(item["decision"], `${place}.decision`),
    evidence: evidenceOf(item["evidence"], `${place}.evidence`),
    digest: string(item["digest"], `${place}.digest`),
  };
};

export const stopStates: readonly StopRecord["state"][] = [
  "intended",
  "stopped",
  "already-gone",
  "failed",
  "abandoned",
];

export const keyOf: Read<StopRecord["key"]> = (value, place) => {
  const item = object(value, place);
  return {
    account: accountId(string(item["account"], `${place}.account`)),
    region: region(string(item["region"], `${place}.region`)),
    interpreter: interpreterId(string(item["interpreter"], `${place}.interpreter`)),
    session: sessionId(string(item["session"], `${place}.session`)),
  };
};

export const overrideOf: Read<RecordedOverride> = (value, place) => {
  const item = object(value, place);
  return {
    by: string(item["by"], `${place}.by`),
    reason: string(item["reason"], `${place}.reason`),
    // A record of an earlier release has none.
    protection: orNull(item["protection"] ?? null, `${place}.protection`, toldProtectionOf),
  };
};

export const aftermathOf: Read<StopAftermath> = (value, place) => {
  const item = object(value, place);
  return {
    verdict: oneOf(["clean", "race", "wrong", "unknown"] as const)(item["verdict"], `${place}.verdict`),
    judgedAt: at(item["judgedAt"], `${place}.judgedAt`),
    workedAt: orNull(item["workedAt"], `${place}.workedAt`, at),
    message: orNull(item["message"], `${place}.message`, string),
  };
};

const problemOf: Read<Problem> = (value, place) => {
  const item = object(value, place);
  const operation = item["operation"];
  return {
    code: string(item["code"], `${place}.code`),
    message: string(item["message"], `${place}.message`),
    ...(operation === undefined ? {} : { operation: string(operation, `${place}.operation`) }),
  };
};
