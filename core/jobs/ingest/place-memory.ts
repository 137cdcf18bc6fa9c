import type { Target } from "../../inventory/target.ts";
import { type InterpreterId, interpreterId } from "../../kernel/ids.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Documents } from "../../ports/documents.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import { array, at, integer, object, oneOf, orNull, string } from "../../ports/read-stored.ts";
import type { Located, UsageLocation } from "../../ports/usage-source.ts";

/** What is remembered of the place of one interpreter's records. */
export interface RememberedPlace {
  readonly located: Located;
  /** When it was first found there: how far back its first reading goes is counted from then, whenever it succeeds. */
  readonly since: Instant;
  /** When it has to be looked up again. */
  readonly dueAt: Instant;
  /** When a complete listing first lacked the interpreter; null while it is listed. */
  readonly goneAt: Instant | null;
  /** Where its records went before, the last of them first: sessions of then are still rated from there. */
  readonly former: readonly FormerPlace[];
}

interface FormerPlace {
  readonly location: UsageLocation;
  readonly since: Instant;
  /** When its records were first found elsewhere, or nowhere: the last of them come later. */
  readonly leftAt: Instant;
}

export interface PlaceMemory {
  /** That of the document; 0 was never written. */
  readonly revision: number;
  readonly byInterpreter: ReadonlyMap<InterpreterId, RememberedPlace>;
}

/** A damaged document is as good as none: it is a copy of what AWS knows, and the next pass writes it anew. */
export async function readPlaces(documents: Pick<Documents, "read">, target: Target): Promise<PlaceMemory> {
  const document = await documents.read(nameOf(target));
  return document === null
    ? { revision: 0, byInterpreter: new Map() }
    : { revision: document.revision, byInterpreter: placesOfText(document.text) };
}

/** Over what was read as `memory`; `stale` where another run wrote meanwhile. */
export const writePlaces = (
  documents: Documents,
  target: Target,
  { revision, byInterpreter }: PlaceMemory,
): Promise<"written" | "stale"> => documents.write(nameOf(target), { revision, text: textOfPlaces(byInterpreter) });

const nameOf = (target: Target): string => `locations/${targetPart(target)}`;

// A thousand interpreters without usage logs share one long explanation, but for their id: it is kept once, so that the
// document stays far below what a store takes.
const placeholder = "\u0000";

function textOfPlaces(byInterpreter: PlaceMemory["byInterpreter"]): string {
  const texts: string[] = [];
  const indexOf = (text: string): number => {
    const found = texts.indexOf(text);
    return found < 0 ? texts.push(text) - 1 : found;
  };
  const entries = [...byInterpreter].map(([id, { located, since, dueAt, goneAt, former }]) => {
    const answer =
      located.kind === "found"
        ? { location: located.location }
        : {
            reason: located.reason,
            code: located.problem.code,
            message: indexOf(located.problem.message.replaceAll(id, placeholder)),
            operation: located.problem.operation ?? null,
          };
    return { id, since, dueAt, goneAt, former, ...answer };
  });
  return JSON.stringify({ texts, entries });
}

function placesOfText(text: string): PlaceMemory["byInterpreter"] {
  try {
    const document = object(JSON.parse(text), "locations");
    const texts = array(document["texts"], "texts").map((item, index) => string(item, `texts[${index}]`));
    return new Map(array(document["entries"], "entries").map((item, i) => entryOf(item, `entries[${i}]`, texts)));
  } catch (error) {
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
}

function entryOf(value: unknown, place: string, texts: readonly string[]): readonly [InterpreterId, RememberedPlace] {
  const item = object(value, place);
  const id = interpreterId(string(item["id"], place));
  return [
    id,
    {
      located: locatedOf(item, place, id, texts),
      since: at(item["since"], place),
      dueAt: at(item["dueAt"], place),
      goneAt: orNull(item["goneAt"], place, at),
      former: array(item["former"], place).map((one) => {
        const { location, since, leftAt } = object(one, place);
        return { location: locationOf(location, place), since: at(since, place), leftAt: at(leftAt, place) };
      }),
    },
  ];
}

function locatedOf(
  item: Readonly<Record<string, unknown>>,
  place: string,
  id: InterpreterId,
  texts: readonly string[],
): Located {
  if (item["location"] !== undefined) return { kind: "found", location: locationOf(item["location"], place) };
  const message = string(texts[integer(item["message"], place)], place).replaceAll(placeholder, id);
  const operation = orNull(item["operation"], place, string);
  return {
    kind: "none",
    reason: oneOf(["not-enabled", "missing", "unreadable", "unknown"] as const)(item["reason"], place),
    problem: { code: string(item["code"], place), message, ...(operation === null ? {} : { operation }) },
  };
}

function locationOf(value: unknown, place: string): UsageLocation {
  const item = object(value, place);
  return {
    kind: oneOf(["log-group", "bucket", "folder"] as const)(item["kind"], place),
    place: string(item["place"], place),
    foundBy: oneOf(["delivery", "convention", "setting"] as const)(item["foundBy"], place),
    windows: oneOf(["stamp", "delivery"] as const)(item["windows"], place),
    retentionMs: orNull(item["retentionMs"], place, integer),
  };
}
