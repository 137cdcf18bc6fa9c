import type { Instant } from "../../kernel/instant.ts";
import { array, at, integer, object, oneOf, orNull, type Read, string } from "../../ports/read-stored.ts";
import type { CallEvidence, CpuEvidence, SessionEvidence, Span, Unknown } from "../evidence/evidence.ts";
import type { Decision, DecisionReason } from "./decision.ts";

/** These read back what `JSON.stringify` made of evidence and decisions, and throw `SyntaxError` with the place on another shape. */
export const evidenceOf: Read<SessionEvidence> = (value, place) => {
  const item = object(value, place);
  return {
    cpu: cpuOfStored(item["cpu"], `${place}.cpu`),
    calls: knownOr(item["calls"], `${place}.calls`, callsOf),
    status: orNull(item["status"], `${place}.status`, oneOf(["READY", "ended", "unknown"] as const)),
    lastUpdatedAt: orNull(item["lastUpdatedAt"], `${place}.lastUpdatedAt`, at),
    ...optional(item, "statusAsOf", place, at),
    ...optional(item, "listedAsOf", place, at),
  };
};

export const decisionOf: Read<Decision> = (value, place) => {
  const item = object(value, place);
  const instantAt = (name: string): Instant | null => orNull(item[name], `${place}.${name}`, at);
  return {
    action: oneOf(["keep", "watch", "stop"] as const)(item["action"], `${place}.action`),
    reason: oneOf(decisionReasons)(item["reason"], `${place}.reason`),
    text: string(item["text"], `${place}.text`),
    horizon: instantAt("horizon"),
    idleSince: instantAt("idleSince"),
    dueAt: instantAt("dueAt"),
  };
};

/** In the order in which they are looked for. */
export const decisionReasons: readonly DecisionReason[] = [
  "no-policy",
  "ended",
  "protected",
  "too-young",
  "expires-soon",
  "active",
  "unprovable",
  "unknown-activity",
  "quiet",
  "idle-observed",
  "over-age",
  "over-age-busy",
];

const unknownCodes: readonly Unknown["code"][] = [
  "no-usage-logs",
  "at-teardown",
  "no-records-yet",
  "approximate",
  "never-called",
  "no-call-logs",
  "call-logs-differ",
  "call-spans-differ",
  "no-control-series",
  "data-late",
  "not-looked",
  "failed",
];

function knownOr<T>(value: unknown, place: string, read: Read<T>): T | Unknown {
  return object(value, place)["kind"] === "known" ? read(value, place) : unknownOf(value, place);
}

const unknownOf: Read<Unknown> = (value, place) => {
  const item = object(value, place);
  return {
    kind: oneOf(["unknown"] as const)(item["kind"], `${place}.kind`),
    code: oneOf(unknownCodes)(item["code"], `${place}.code`),
    message: string(item["message"], `${place}.message`),
    ...optional(item, "asOf", place, at),
    ...optional(item, "window", place, spanOf),
  };
};

export const cpuOfStored: Read<CpuEvidence | Unknown> = (value, place) => knownOr(value, place, knownCpuOf);

const knownCpuOf: Read<CpuEvidence> = (value, place) => {
  const item = object(value, place);
  const instantAt = (name: string): Instant | null => orNull(item[name], `${place}.${name}`, at);
  return {
    kind: "known",
    asOf: at(item["asOf"], `${place}.asOf`),
    covered: spanOf(item["covered"], `${place}.covered`),
    quietSince: instantAt("quietSince"),
    lastBusyAt: instantAt("lastBusyAt"),
    lastRecordAt: at(item["lastRecordAt"], `${place}.lastRecordAt`),
    hotSince: instantAt("hotSince"),
    memoryBytes: orNull(item["memoryBytes"], `${place}.memoryBytes`, integer),
  };
};

const callsOf: Read<CallEvidence> = (value, place) => {
  const item = object(value, place);
  const apart = item["apart"];
  return {
    ...(apart === undefined ? {} : { apart: unknownOf(apart, `${place}.apart`) }),
    kind: "known",
    asOf: at(item["asOf"], `${place}.asOf`),
    of: oneOf(["session", "interpreter"] as const)(item["of"], `${place}.of`),
    window: spanOf(item["window"], `${place}.window`),
    inFlightUntil: at(item["inFlightUntil"], `${place}.inFlightUntil`),
    maybeInFlight: array(item["maybeInFlight"], `${place}.maybeInFlight`).map((span, index) =>
      spanOf(span, `${place}.maybeInFlight[${index}]`),
    ),
  };
};

const spanOf: Read<Span> = (value, place) => {
  const item = object(value, place);
  return { from: at(item["from"], `${place}.from`), until: at(item["until"], `${place}.until`) };
};

/** Records of earlier releases do not have it. */
const optional = <Name extends string, T>(
  item: Readonly<Record<string, unknown>>,
  name: Name,
  place: string,
  read: Read<T>,
): { readonly [Key in Name]?: T } => {
  const value = item[name];
  return (value === undefined ? {} : { [name]: read(value, `${place}.${name}`) }) as { readonly [Key in Name]?: T };
};
