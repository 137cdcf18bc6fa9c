import { partitionOf } from "../../fleet/regions.ts";
import type { Place } from "../../world.ts";

export interface ParameterVersion {
  readonly version: number;
  readonly type: "String" | "StringList" | "SecureString";
  readonly value: string;
  readonly dataType: string;
  readonly tier: "Standard" | "Advanced";
  readonly allowedPattern: string | null;
  readonly modifiedAt: number;
}

const kept = new WeakMap<Place, Map<string, ParameterVersion[]>>();

/** Versions of the place's parameters by name, oldest first; never an empty list. */
export function parametersOf(place: Place): Map<string, ParameterVersion[]> {
  const known = kept.get(place) ?? new Map<string, ParameterVersion[]>();
  kept.set(place, known);
  return known;
}

/** A name in a hierarchy brings its own slash. */
export const parameterArn = (place: Place, name: string): string =>
  `arn:${partitionOf(place.region)}:ssm:${place.region}:${place.account}:parameter${name.startsWith("/") ? "" : "/"}${name}`;
