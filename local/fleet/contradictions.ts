import { defaultAccount } from "./fleet-spec.ts";

export interface Contradiction {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * What is wrong between members of a fleet file that are each well-formed. It takes the file as it is, so that these
 * problems are reported together with those of the form.
 */
export function contradictionsIn(json: unknown): Contradiction[] {
  const firstAccount = textOf(json, "firstAccount") ?? defaultAccount;
  const places = listOf(json, "places");
  const keys = places.map((place) => `${textOf(place, "account") ?? firstAccount} in ${textOf(place, "region")}`);
  return [
    ...repeated(keys).map(({ index, name }) => ({
      path: ["places", index],
      message: `an earlier place is ${name} too`,
    })),
    ...places.flatMap((place, index) =>
      contradictionsOfPlace(place).map((each) => ({ ...each, path: ["places", index, ...each.path] })),
    ),
  ];
}

function contradictionsOfPlace(place: unknown): Contradiction[] {
  const names = listOf(place, "interpreters").map((each) => textOf(each, "name"));
  const wanted = listOf(place, "sessions").map((each) => textOf(each, "interpreter"));
  return [
    ...repeated(["system", ...names]).map(({ index, name }) => ({
      path: ["interpreters", index - 1, "name"],
      message:
        name === "system" ? "system is the system interpreter's name" : `another interpreter here is ${name} too`,
    })),
    ...wanted.flatMap((name, index) =>
      name === null || name === "system" || names.includes(name)
        ? []
        : [{ path: ["sessions", index, "interpreter"], message: `no interpreter of this place is called ${name}` }],
    ),
  ];
}

const repeated = (names: readonly (string | null)[]): { readonly index: number; readonly name: string }[] =>
  names.flatMap((name, index) => (name !== null && names.indexOf(name) < index ? [{ index, name }] : []));

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const member = memberOf(value, name);
  return Array.isArray(member) ? member : [];
}

function textOf(value: unknown, name: string): string | null {
  const member = memberOf(value, name);
  return typeof member === "string" ? member : null;
}
