import type { HealthLevel, ScanHealth } from "../inventory/scan-health.ts";
import { interpreterId, sessionId } from "../kernel/ids.ts";
import type { QuotaAlert } from "../quota/alert.ts";
import type { PressureLevel, PressureObservation } from "../quota/alert-observation.ts";
import { array, at, integer, object, oneOf, orNull, string } from "./read-stored.ts";
import type { SessionRecord } from "./registry.ts";

/** What of a target is kept as one text: alerts and health change together. */
export interface TargetState {
  readonly alerts: readonly QuotaAlert[];
  readonly health: ScanHealth | null;
}

export const textOfState = (state: TargetState): string => JSON.stringify(state);
export const textOfSession = (record: SessionRecord): string => JSON.stringify(record);
export const textOfDetail = (detail: Readonly<Record<string, unknown>>): string => JSON.stringify(detail);

/**
 * These read back what the functions above wrote. A text from elsewhere, cut off or of another shape throws
 * `SyntaxError` with the place in it; the adapter says which record it was and what to do.
 */
export function stateOfText(text: string): TargetState {
  const state = object(JSON.parse(text), "state");
  return {
    alerts: array(state["alerts"], "alerts").map((item, index) => alert(item, `alerts[${index}]`)),
    health: state["health"] === null ? null : health(state["health"], "health"),
  };
}

export function sessionOfText(text: string): SessionRecord {
  const record = object(JSON.parse(text), "session");
  return {
    interpreter: interpreterId(string(record["interpreter"], "interpreter")),
    session: sessionId(string(record["session"], "session")),
    name: orNull(record["name"], "name", string),
    createdAt: at(record["createdAt"], "createdAt"),
    timeoutSeconds: orNull(record["timeoutSeconds"], "timeoutSeconds", integer),
    firstSeenAt: at(record["firstSeenAt"], "firstSeenAt"),
    lastSeenAt: at(record["lastSeenAt"], "lastSeenAt"),
    goneAt: orNull(record["goneAt"], "goneAt", at),
    lowUsd: orNull(record["lowUsd"], "lowUsd", string),
    highUsd: orNull(record["highUsd"], "highUsd", string),
    costAsOf: at(record["costAsOf"], "costAsOf"),
  };
}

export const detailOfText = (text: string): Readonly<Record<string, unknown>> => object(JSON.parse(text), "detail");

const pressures: readonly PressureLevel[] = ["ok", "warning", "critical"];
const healths: readonly HealthLevel[] = ["ok", "partial", "failed"];

function alert(value: unknown, place: string): QuotaAlert {
  const item = object(value, place);
  return {
    quotaCode: string(item["quotaCode"], `${place}.quotaCode`),
    level: oneOf(pressures)(item["level"], `${place}.level`),
    since: at(item["since"], `${place}.since`),
    recent: array(item["recent"], `${place}.recent`).map((seen, index) =>
      observation(seen, `${place}.recent[${index}]`),
    ),
  };
}

function observation(value: unknown, place: string): PressureObservation {
  const item = object(value, place);
  return {
    at: at(item["at"], `${place}.at`),
    opens: oneOf(pressures)(item["opens"], `${place}.opens`),
    holds: oneOf(pressures)(item["holds"], `${place}.holds`),
  };
}

function health(value: unknown, place: string): ScanHealth {
  const item = object(value, place);
  return {
    level: oneOf(healths)(item["level"], `${place}.level`),
    since: at(item["since"], `${place}.since`),
    recovering: orNull(item["recovering"], `${place}.recovering`, oneOf(healths)),
  };
}
