import type { LocalInterpreter, LocalSession, Place } from "../world.ts";
import type { InterpreterSpec, PlaceSpec, Range, SessionGroupSpec } from "./fleet-spec.ts";
import { customInterpreterId, interpreterArn, sessionIdOf, systemInterpreterId } from "./identifiers.ts";
import { plannedEnd } from "./life.ts";
import { between, hash, hashText, wholeBetween } from "./random.ts";
import { regionsWithTools } from "./regions.ts";
import { applicationLogs, bucketDelivery, usageLogsOf } from "./usage-logs.ts";

/** Quotas of AgentCore that Service Quotas knows, with their defaults (2026-09). */
export const sessionQuotaCode = "L-CAF6F552";
export const interpreterQuotaCode = "L-D8BDCBA9";

/** When the system interpreter came to be: general availability. */
const systemCreatedAt = Date.UTC(2025, 9, 13);

/** What a fleet says of a place's system interpreter and trail. */
type SystemSpec = Pick<
  PlaceSpec,
  "systemUsageLogs" | "systemUsageDelivery" | "systemApplicationLogs" | "systemTraces" | "trail"
>;

const asNobodyLeftIt: SystemSpec = {
  systemUsageLogs: true,
  systemUsageDelivery: null,
  systemApplicationLogs: false,
  systemTraces: false,
  trail: null,
};

/** An account's Region as it is before anybody uses it. */
export function emptyPlace(account: string, region: string, spec: SystemSpec = asNobodyLeftIt): Place {
  const hasTools = regionsWithTools.has(region);
  const interpreters = new Map<string, LocalInterpreter>();
  if (hasTools) {
    interpreters.set(systemInterpreterId, systemInterpreter(account, region, spec));
  }
  return {
    account,
    region,
    interpreters,
    sessions: new Map([...interpreters.keys()].map((id) => [id, new Map()])),
    appliedQuotas: new Map(),
    defaultQuotas: hasTools
      ? new Map([
          [sessionQuotaCode, 1000],
          [interpreterQuotaCode, 1000],
        ])
      : new Map(),
    trail: spec.trail === null ? null : bucketDelivery(spec.trail),
  };
}

/** A place of a fleet, with all that was and will be created in it. */
export function buildPlace(spec: PlaceSpec, account: string, seed: number, startAt: number): Place {
  const place = emptyPlace(account, spec.region, spec);
  const placeSeed = hashText(hashText(seed, account), spec.region);
  if (spec.appliedQuotas.sessions !== null) place.appliedQuotas.set(sessionQuotaCode, spec.appliedQuotas.sessions);
  if (spec.appliedQuotas.interpreters !== null) {
    place.appliedQuotas.set(interpreterQuotaCode, spec.appliedQuotas.interpreters);
  }
  const idByName = new Map([["system", systemInterpreterId]]);
  for (const each of spec.interpreters) {
    const interpreter = customInterpreter(each, place, hashText(placeSeed, each.name), startAt);
    place.interpreters.set(interpreter.id, interpreter);
    place.sessions.set(interpreter.id, new Map());
    idByName.set(each.name, interpreter.id);
  }
  spec.sessions.forEach((group, groupIndex) => {
    const interpreterId = idByName.get(group.interpreter);
    const sessions = interpreterId === undefined ? undefined : place.sessions.get(interpreterId);
    if (interpreterId === undefined || sessions === undefined) {
      throw new Error(`${account} in ${spec.region} has no interpreter "${group.interpreter}"`);
    }
    for (let index = 0; index < group.count; index++) {
      const seed = hash(placeSeed, groupIndex, index);
      for (const session of plannedSessions(group, place, interpreterId, seed, startAt))
        sessions.set(session.id, session);
    }
  });
  return place;
}

/** A session, and those that its caller starts under the same name when it is over. */
function plannedSessions(
  group: SessionGroupSpec,
  place: Place,
  interpreterId: string,
  seed: number,
  startAt: number,
): readonly LocalSession[] {
  const sessions = [plannedSession(group, place, interpreterId, seed, startAt)];
  if (group.reusedAfterSeconds === null) return sessions;
  for (let time = 1; time <= group.reusedTimes; time++) {
    const last = sessions.at(-1);
    if (last === undefined) break;
    const againSeed = hash(seed, 8, time);
    // Its caller goes by its own plan: it does not notice who else stopped a session that it no longer needs.
    const createdAt = plannedEnd(last).endedAt + Math.round(1000 * within(group.reusedAfterSeconds, againSeed, 9));
    const again = { ...group, createdSeconds: (createdAt - startAt) / 1000, bootLeadSeconds: 0 };
    sessions.push({ ...plannedSession(again, place, interpreterId, againSeed, startAt), name: last.name });
  }
  return sessions;
}

function plannedSession(
  group: SessionGroupSpec,
  place: Place,
  interpreterId: string,
  seed: number,
  startAt: number,
): LocalSession {
  const createdAt = Math.round(startAt + 1000 * within(group.createdSeconds, seed, 1));
  const lifeMs = group.stopAfterSeconds === null ? null : Math.round(1000 * within(group.stopAfterSeconds, seed, 2));
  const timeouts = typeof group.timeoutSeconds === "number" ? [group.timeoutSeconds] : group.timeoutSeconds;
  const plannedStopAt = lifeMs === null ? null : createdAt + Math.max(0, lifeMs);
  return {
    account: place.account,
    region: place.region,
    interpreterId,
    id: sessionIdOf(createdAt, hash(seed, 3)),
    name: picked(group.names, seed, 4) ?? null,
    createdAt,
    bootAt: createdAt - Math.max(0, Math.round(1000 * within(group.bootLeadSeconds, seed, 5))),
    timeoutSeconds: picked(timeouts, seed, 6) ?? 900,
    activity: { profile: group.profile, seed: hash(seed, 7) },
    plannedStopAt,
    stoppedAt: plannedStopAt,
    calls: [],
  };
}

function customInterpreter(spec: InterpreterSpec, place: Place, seed: number, startAt: number): LocalInterpreter {
  const id = spec.id ?? customInterpreterId(spec.name, seed);
  const createdAt = Math.round(startAt + 1000 * within(spec.createdSeconds, seed, 1));
  return {
    id,
    arn: interpreterArn(place.account, place.region, id),
    kind: "CUSTOM",
    name: spec.name,
    description: spec.description,
    networkMode: spec.networkMode,
    createdAt,
    lastUpdatedAt: createdAt,
    status: spec.status,
    tags: spec.tags,
    usageLogs: usageLogsOf(spec.usageLogs, id),
    usageDelivery: spec.usageDelivery,
    applicationLogs: applicationLogs(spec.applicationLogs, id),
    hasTraces: spec.traces,
    echoed: {},
  };
}

const systemInterpreter = (account: string, region: string, spec: SystemSpec): LocalInterpreter => ({
  id: systemInterpreterId,
  arn: interpreterArn(account, region, systemInterpreterId),
  kind: "SYSTEM",
  name: systemInterpreterId,
  description: null,
  networkMode: "SANDBOX",
  createdAt: systemCreatedAt,
  lastUpdatedAt: systemCreatedAt,
  status: "READY",
  tags: {},
  usageLogs: usageLogsOf(spec.systemUsageLogs, systemInterpreterId),
  usageDelivery: spec.systemUsageDelivery,
  applicationLogs: applicationLogs(spec.systemApplicationLogs, systemInterpreterId),
  hasTraces: spec.systemTraces,
  echoed: {},
});

const within = (range: Range, seed: number, label: number): number =>
  typeof range === "number" ? range : between(range[0], range[1], seed, label);

const picked = <T>(choices: readonly T[], seed: number, label: number): T | undefined =>
  choices[wholeBetween(0, choices.length - 1, seed, label)];
