import type { Target } from "../inventory/target.ts";
import { type InterpreterId, interpreterId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Documents } from "../ports/documents.ts";
import { targetPart } from "../ports/ledger-key.ts";
import { array, at, orNull, string } from "../ports/read-stored.ts";

/** What is remembered of the tags of one interpreter. */
interface RememberedTags {
  /** Null where they could not be read yet. */
  readonly tags: Readonly<Record<string, string>> | null;
  /** When they have to be read again. */
  readonly dueAt: Instant;
}

export interface InterpreterTags {
  /** That of the document; 0 was never written. */
  readonly revision: number;
  readonly byInterpreter: ReadonlyMap<InterpreterId, RememberedTags>;
}

/**
 * The tags of a target's interpreters as the accounts job last read them, for `AttributionFacts.tags`. An interpreter that
 * is not in the map, or whose tags are null, has unknown tags. A damaged document is as good as none: it is a copy of what
 * AWS knows, and the next pass writes it anew.
 */
export async function readInterpreterTags(documents: Documents, target: Target): Promise<InterpreterTags> {
  const document = await documents.read(nameOf(target));
  return document === null
    ? { revision: 0, byInterpreter: new Map() }
    : { revision: document.revision, byInterpreter: tagsOfText(document.text) };
}

/** Over what was read as `tags`; `stale` where another run wrote meanwhile. */
export const writeInterpreterTags = (
  documents: Documents,
  target: Target,
  { revision, byInterpreter }: InterpreterTags,
): Promise<"written" | "stale"> => documents.write(nameOf(target), { revision, text: textOfTags(byInterpreter) });

const nameOf = (target: Target): string => `tags/${targetPart(target)}`;

const textOfTags = (byInterpreter: InterpreterTags["byInterpreter"]): string =>
  JSON.stringify(
    [...byInterpreter].map(([interpreter, { dueAt, tags }]) => [
      interpreter,
      dueAt,
      tags === null ? null : Object.entries(tags),
    ]),
  );

function tagsOfText(text: string): InterpreterTags["byInterpreter"] {
  try {
    return new Map(array(JSON.parse(text), "tags").map((item, index) => entryOf(item, `tags[${index}]`)));
  } catch (error) {
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
}

function entryOf(item: unknown, place: string): readonly [InterpreterId, RememberedTags] {
  const [interpreter, dueAt, tags] = array(item, place);
  return [
    interpreterId(string(interpreter, place)),
    { dueAt: at(dueAt, place), tags: orNull(tags, place, (value) => pairsOf(value, place)) },
  ];
}

const pairsOf = (value: unknown, place: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    array(value, place).map((pair) => {
      const [name, tag] = array(pair, place);
      return [string(name, place), string(tag, place)] as const;
    }),
  );
