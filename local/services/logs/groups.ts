import { partitionOf } from "../../fleet/regions.ts";
import { Fault } from "../../service.ts";
import type { LocalInterpreter, LocalSession, Place } from "../../world.ts";
import { notFound } from "./errors.ts";

/** A log group that a delivery of USAGE_LOGS writes to. */
export interface LogGroup {
  readonly name: string;
  readonly retentionDays: number | null;
  readonly isReadable: boolean;
  /** Several interpreters may deliver to one group. */
  readonly interpreters: readonly LocalInterpreter[];
  readonly createdAt: number;
}

/** By name. A group outlives its interpreter, as it does on AWS. */
export function groupsOf(place: Place, now: number): readonly LogGroup[] {
  const byName = new Map<string, LogGroup>();
  for (const interpreter of place.interpreters.values()) {
    const delivery = interpreter.usageDelivery;
    if (delivery?.to !== "log-group" || delivery.state === "missing" || interpreter.createdAt > now) continue;
    const known = byName.get(delivery.logGroup);
    byName.set(delivery.logGroup, {
      name: delivery.logGroup,
      retentionDays: known?.retentionDays ?? delivery.retentionDays,
      isReadable: delivery.state === "present" && known?.isReadable !== false,
      interpreters: [...(known?.interpreters ?? []), interpreter],
      createdAt: Math.min(interpreter.createdAt, known?.createdAt ?? Number.POSITIVE_INFINITY),
    });
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The sessions of all interpreters that deliver to the group. */
export const sessionsOf = (place: Place, group: LogGroup): readonly LocalSession[] =>
  group.interpreters.flatMap(({ id }) => [...(place.sessions.get(id)?.values() ?? [])]);

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
