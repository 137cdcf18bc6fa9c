import { type Instant, instant } from "../kernel/instant.ts";

/** Reads one value of a stored text. Throws `SyntaxError` with the place in it where the value is of another kind. */
export type Read<T> = (value: unknown, place: string) => T;

const refuse = (place: string, wanted: string): never => {
  throw new SyntaxError(`${place} is not ${wanted}`);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const object: Read<Readonly<Record<string, unknown>>> = (value, place) =>
  isObject(value) ? value : refuse(place, "an object");
export const array: Read<readonly unknown[]> = (value, place) =>
  Array.isArray(value) ? value : refuse(place, "a list");
export const string: Read<string> = (value, place) => (typeof value === "string" ? value : refuse(place, "a text"));
export const integer: Read<number> = (value, place) =>
  Number.isSafeInteger(value) ? (value as number) : refuse(place, "a whole number");
export const at: Read<Instant> = (value, place) => instant(integer(value, place));
export const orNull = <T>(value: unknown, place: string, read: Read<T>): T | null =>
  value === null ? null : read(value, place);
export const oneOf =
  <T extends string>(values: readonly T[]): Read<T> =>
  (value, place) =>
    values.find((known) => known === value) ?? refuse(place, `one of ${values.join(", ")}`);

/** An integer that may pass 2^53, kept as a text of digits. */
export const bigInteger: Read<bigint> = (value, place) => {
  const text = string(value, place);
  return /^-?\d{1,40}$/.test(text) ? BigInt(text) : refuse(place, "a whole number in digits");
};

export const boolean: Read<boolean> = (value, place) =>
  typeof value === "boolean" ? value : refuse(place, "true or false");
