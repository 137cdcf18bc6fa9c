import { type Instant, isoOf } from "../../kernel/instant.ts";
import { at, object, oneOf, orNull, type Read, string } from "../../ports/read-stored.ts";
import type { Protection } from "./policy.ts";

/** A protection as records, reports and events tell of it. `unknown`: whether there is one cannot be told, and `why` says why. */
export interface ToldProtection {
  readonly source: Protection["source"] | "unknown";
  readonly match: ToldMatch;
  readonly until: Instant | null;
  readonly why: string;
}

/** What it is about, a name's pattern as its text. */
interface ToldMatch {
  readonly account: string | null;
  readonly region: string | null;
  readonly interpreter: string | null;
  readonly session: string | null;
  readonly name: string | null;
}

export interface WrittenProtection extends Omit<ToldProtection, "until"> {
  readonly until: string | null;
}

export const toldProtection = ({ source, match, until, why }: Protection): ToldProtection => ({
  source,
  match: { ...match, name: match.name?.text ?? null },
  until,
  why,
});

/** Where a policy file could not be read, nobody knows what it protects. */
export const unknownProtection = (why: string): ToldProtection => ({
  source: "unknown",
  match: { account: null, region: null, interpreter: null, session: null, name: null },
  until: null,
  why,
});

export const writtenProtection = (told: ToldProtection): WrittenProtection => ({
  ...told,
  until: told.until === null ? null : isoOf(told.until),
});

/** One line for a person. Names' patterns and reasons are others' text: whoever prints it escapes it. */
export function toldProtectionText({ source, match, until, why }: WrittenProtection): string {
  if (source === "unknown") return `whatever protects it, which is not known: ${why}`;
  const parts = Object.entries(match).flatMap(([key, value]) => (value === null ? [] : [`${key} ${value}`]));
  const of = parts.length === 0 ? "every session" : parts.join(", ");
  return `${ofSource[source]} of ${of}, ${until === null ? "for good" : `until ${until}`}: ${why}`;
}

const ofSource: Readonly<Record<Protection["source"], string>> = {
  bounds: "the administrator's protection",
  policy: "the policy file's protection",
  hand: "the protection by hand",
};

/** Reads back what `JSON.stringify` made of it, and throws `SyntaxError` with the place on another shape. */
export const toldProtectionOf: Read<ToldProtection> = (value, place) => {
  const item = object(value, place);
  const match = object(item["match"], `${place}.match`);
  const part = (name: keyof ToldMatch): string | null => orNull(match[name], `${place}.match.${name}`, string);
  return {
    source: oneOf(["bounds", "policy", "hand", "unknown"] as const)(item["source"], `${place}.source`),
    match: {
      account: part("account"),
      region: part("region"),
      interpreter: part("interpreter"),
      session: part("session"),
      name: part("name"),
    },
    until: orNull(item["until"], `${place}.until`, at),
    why: string(item["why"], `${place}.why`),
  };
};
