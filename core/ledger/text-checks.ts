import { type Instant, instant } from "../kernel/instant.ts";
import { AccountTextError } from "./account-text-error.ts";

/** Hand checks for what `JSON.parse` made of stored text: core has no schema library. Each throws `AccountTextError`. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown, where: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new AccountTextError(where);
}

export function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new AccountTextError(where);
}

export function textOf(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw new AccountTextError(where);
}

/** A finite number, 0 or more. */
export function figureOf(value: unknown, where: string): number {
  if (typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new AccountTextError(where);
}

/** A safe integer, 0 or more. */
export function countOf(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new AccountTextError(where);
}

export const instantOf = (value: unknown, where: string): Instant => instant(countOf(value, where));

/** A decimal integer, 0 or more, as text. */
export function bigintOf(value: unknown, where: string): bigint {
  if (typeof value === "string" && /^(?:0|[1-9]\d*)$/.test(value)) return BigInt(value);
  throw new AccountTextError(where);
}

export function oneOf<T extends string>(known: readonly T[], value: unknown, where: string): T {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw new AccountTextError(where);
  return found;
}
