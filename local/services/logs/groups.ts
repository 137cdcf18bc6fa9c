import { partitionOf } from "../../fleet/regions.ts";
import type { LocalInterpreter, Place } from "../../world.ts";

/** A log group that a delivery of USAGE_LOGS writes to. */
export interface LogGroup {
  readonly name: string;
  readonly interpreter: LocalInterpreter;
}

const PREFIX = "/aws/vendedlogs/bedrock-agentcore/code-interpreter/USAGE_LOGS/";

/** By name. A group outlives its interpreter, as it does on AWS. */
export function groupsOf(place: Place, now: number): readonly LogGroup[] {
  return [...place.interpreters.values()]
    .filter((interpreter) => interpreter.usageLogs && interpreter.createdAt <= now)
    .map((interpreter) => ({ name: `${PREFIX}${interpreter.id}`, interpreter }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export const groupArn = (place: Place, name: string): string =>
  `arn:${partitionOf(place.region)}:logs:${place.region}:${place.account}:log-group:${name}`;

/** The name in an identifier, which is a name or an ARN (the model has no room for a `:*` at its end); null for another account's or Region's. */
export function nameIn(place: Place, identifier: string): string | null {
  if (!identifier.startsWith("arn:")) return identifier;
  const prefix = groupArn(place, "");
  return identifier.startsWith(prefix) ? identifier.slice(prefix.length) : null;
}
