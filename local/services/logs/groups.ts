import { partitionOf } from "../../fleet/regions.ts";
import { Fault } from "../../service.ts";
import type { LocalInterpreter, LocalSession, LogGroupDelivery, Place } from "../../world.ts";
import { notFound } from "./errors.ts";

/** What an interpreter writes into a group: its USAGE_LOGS, its APPLICATION_LOGS, or the spans of its TRACES. */
export type LogKind = "usage" | "application" | "spans";

interface Writer {
  readonly interpreter: LocalInterpreter;
  readonly kind: LogKind;
}

/** A log group that deliveries write to. */
export interface LogGroup {
  readonly name: string;
  readonly retentionDays: number | null;
  readonly isReadable: boolean;
  /** Several interpreters may deliver to one group, and one interpreter logs of several kinds. */
  readonly writers: readonly Writer[];
  readonly createdAt: number;
}

/** A session with one kind of what is logged of it. */
export interface Source {
  readonly session: LocalSession;
  readonly kind: LogKind;
}

/** Where X-Ray keeps the spans of a whole account and Region. */
const spansDelivery: LogGroupDelivery = {
  to: "log-group",
  logGroup: "aws/spans",
  retentionDays: null,
  state: "present",
};

/** By name. A group outlives its interpreter, as it does on AWS. */
export function groupsOf(place: Place, now: number): readonly LogGroup[] {
  const byName = new Map<string, LogGroup>();
  for (const interpreter of place.interpreters.values()) {
    if (interpreter.createdAt > now) continue;
    for (const [kind, delivery] of deliveriesOf(interpreter)) {
      if (delivery.state === "missing") continue;
      const known = byName.get(delivery.logGroup);
      byName.set(delivery.logGroup, {
        name: delivery.logGroup,
        retentionDays: known?.retentionDays ?? delivery.retentionDays,
        isReadable: delivery.state === "present" && known?.isReadable !== false,
        writers: [...(known?.writers ?? []), { interpreter, kind }],
        createdAt: Math.min(interpreter.createdAt, known?.createdAt ?? Number.POSITIVE_INFINITY),
      });
    }
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function deliveriesOf(interpreter: LocalInterpreter): readonly (readonly [LogKind, LogGroupDelivery])[] {
  const { usageLogs: usage, applicationLogs, hasTraces } = interpreter;
  return [
    ...(usage?.to === "log-group" ? [["usage", usage] as const] : []),
    ...(applicationLogs === null ? [] : [["application", applicationLogs] as const]),
    ...(hasTraces ? [["spans", spansDelivery] as const] : []),
  ];
}

/** What the sessions of all interpreters that deliver to the group have logged there. */
export const sourcesOf = (place: Place, group: LogGroup): readonly Source[] =>
  group.writers.flatMap(({ interpreter, kind }) =>
    [...(place.sessions.get(interpreter.id)?.values() ?? [])].map((session) => ({ session, kind })),
  );

/** The first moment whose events have not expired. */
export const keptFrom = (group: LogGroup, now: number): number =>
  group.retentionDays === null ? 0 : now - group.retentionDays * 86_400_000;

/** The group, for reading its events. Throws what AWS answers where it does not exist or may not be read. */
export function readableGroup(place: Place, identifier: string, now: number, action: string): LogGroup {
  const name = nameIn(place, identifier);
  const group = groupsOf(place, now).find((each) => each.name === name);
  if (group === undefined) throw notFound("The specified log group does not exist.");
  if (!group.isReadable) throw accessDenied(place, action, group.name);
  return group;
}

const accessDenied = (place: Place, action: string, name: string): Fault =>
  new Fault(
    "AccessDeniedException",
    400,
    `User: arn:${partitionOf(place.region)}:iam::${place.account}:user/local is not authorized to perform: logs:${action} on resource: ${groupArn(place, name)}:log-stream: with an explicit deny in a resource-based policy`,
  );

export const groupArn = (place: Place, name: string): string =>
  `arn:${partitionOf(place.region)}:logs:${place.region}:${place.account}:log-group:${name}`;

/** The name in an identifier, which is a name or an ARN (the model has no room for a `:*` at its end); null for another account's or Region's. */
export function nameIn(place: Place, identifier: string): string | null {
  if (!identifier.startsWith("arn:")) return identifier;
  const prefix = groupArn(place, "");
  return identifier.startsWith(prefix) ? identifier.slice(prefix.length) : null;
}
