import type { Target } from "../../inventory/target.ts";
import { type Instant, isoOf } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { Documents } from "../../ports/documents.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import { array, at, boolean, object, orNull, string } from "../../ports/read-stored.ts";
import type { TargetAccounts } from "./outcome.ts";

/** What the last pass over the accounts of a target came to, for whoever reports on them. */
export interface LastAccounts {
  readonly asOf: Instant;
  /** False where something could not be read or remembered. */
  readonly complete: boolean;
  /** The places with usage records that are read now. */
  readonly places: readonly ReadPlace[];
  /** Why it is not complete; the first of them. */
  readonly problems: readonly Pick<Problem, "code" | "message">[];
}

interface ReadPlace {
  readonly place: string;
  /** All records stamped before it are in; null where it was never read. */
  readonly finalUntil: Instant | null;
  readonly complete: boolean;
}

/** A pass may have one for each of hundreds of interpreters, and a report has no use for them all. */
const mostProblems = 20;
const namedPlaces = 5;

/** A stale write is another run's: what it came to is as new. */
export async function rememberAccounts(
  documents: Documents,
  now: Instant,
  { target, status, sources, problems }: Pick<TargetAccounts, "target" | "status" | "sources" | "problems">,
): Promise<readonly []> {
  const before = await documents.read(nameOf(target));
  // Where not even the places were found, those of before were not read.
  const known = before === null ? null : lastOfText(before.text);
  const unread = (known?.places ?? []).map((place) => ({ ...place, complete: false }));
  const read = sources.map(({ place, finalUntil, complete }) => ({ place, finalUntil, complete }));
  const last: LastAccounts = {
    asOf: now,
    complete: status === "ok",
    places: status === "failed" && read.length === 0 ? unread : read,
    problems: problems.slice(0, mostProblems).map(({ code, message }) => ({ code, message })),
  };
  await documents.write(nameOf(target), { revision: before?.revision ?? 0, text: JSON.stringify(last) });
  return [];
}

/** Null where no pass was remembered, or what is remembered is damaged: the next pass writes it anew. */
export async function lastAccounts(documents: Pick<Documents, "read">, target: Target): Promise<LastAccounts | null> {
  const document = await documents.read(nameOf(target));
  return document === null ? null : lastOfText(document.text);
}

/** What a report has to say of a target whose last pass could not read everything. */
export function unreadProblems(target: Target, last: LastAccounts | null): readonly Problem[] {
  if (last === null || last.complete) return [];
  const unread = last.places.filter(({ complete }) => !complete);
  const places = unread.map(({ place, finalUntil }) =>
    finalUntil === null ? `${place} was never read` : `${place} is read for good until ${isoOf(finalUntil)}`,
  );
  const where = places.length === 0 ? "" : ` ${places.slice(0, namedPlaces).join("; ")}`;
  const more = places.length - namedPlaces;
  return [
    {
      code: "AccountsIncomplete",
      message: `The pass of ${isoOf(last.asOf)} over the accounts of ${targetPart(target)} could not read everything, and costs may be missing.${where}${more > 0 ? `; and ${more} more places` : ""}`,
    },
    // Each reason is a problem of its own: together they are a line that nobody reads to its end.
    ...last.problems.map(({ code, message }) => ({ code, message: `${targetPart(target)}: ${message}` })),
  ];
}

const nameOf = (target: Target): string => `accounts/${targetPart(target)}`;

function lastOfText(text: string): LastAccounts | null {
  try {
    return lastOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function lastOf(value: unknown): LastAccounts {
  const last = object(value, "accounts");
  return {
    asOf: at(last["asOf"], "asOf"),
    complete: boolean(last["complete"], "complete"),
    places: array(last["places"], "places").map((item, index) => {
      const { place, finalUntil, complete } = object(item, `places[${index}]`);
      return {
        place: string(place, `places[${index}].place`),
        finalUntil: orNull(finalUntil, `places[${index}].finalUntil`, at),
        complete: boolean(complete, `places[${index}].complete`),
      };
    }),
    problems: array(last["problems"], "problems").map((item, index) => {
      const { code, message } = object(item, `problems[${index}]`);
      return { code: string(code, `problems[${index}].code`), message: string(message, `problems[${index}].message`) };
    }),
  };
}
