import type { NamePattern, Protection, SessionMatch } from "../../../cleanup/policy/policy.ts";
import { accountId, interpreterId, region, sessionId } from "../../../kernel/ids.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { Documents } from "../../../ports/documents.ts";
import { array, at, object, orNull, type Read, string } from "../../../ports/read-stored.ts";
import { RegistryError } from "../../../ports/registry-error.ts";

/** A protection that a person made beside the policies'. It always lapses. */
export interface MadeProtection extends Protection {
  readonly source: "hand";
  readonly until: Instant;
  readonly by: string | null;
  readonly madeAt: Instant;
}

/** Compiles a pattern that was checked when the protection was made. Throws `RangeError` on one that is none. */
export type PatternOf = (text: string) => NamePattern;

const name = "cleanup/protections";
// Each time that another run was faster, that run got on.
const mostAttempts = 20;
/** One that has lapsed is kept for so long, so that a list shows when it did. */
const keptLapsedMs = 24 * 3_600_000;

/** Those that lapsed a while ago are still among them. Throws `RegistryError`, also where they are damaged: then nothing is stopped. */
export async function readMadeProtections(
  documents: Pick<Documents, "read">,
  patternOf: PatternOf,
): Promise<readonly MadeProtection[]> {
  return protectionsOf((await documents.read(name))?.text ?? "[]", patternOf);
}

/**
 * Changes them in one conditional write: where another run wrote in between, what it wrote is changed instead. Answers what there
 * is afterwards, without those that lapsed long ago. Throws `RegistryError`.
 */
export async function changeMadeProtections(
  documents: Documents,
  patternOf: PatternOf,
  now: Instant,
  change: (before: readonly MadeProtection[]) => readonly MadeProtection[],
): Promise<readonly MadeProtection[]> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const document = await documents.read(name);
    const before = protectionsOf(document?.text ?? "[]", patternOf);
    const after = change(before).filter(({ until }) => now < until + keptLapsedMs);
    const text = JSON.stringify(after.map((it) => ({ ...it, match: writtenOut(it.match) })));
    if ((await documents.write(name, { revision: document?.revision ?? 0, text })) === "written") return after;
  }
  throw new RegistryError(
    "busy",
    `Protections were not changed: ${mostAttempts} times in a row another run changed them meanwhile. Try again.`,
  );
}

/** A name's pattern as its text. */
const writtenOut = (match: SessionMatch) => ({ ...match, name: match.name?.text ?? null });

function protectionsOf(text: string, patternOf: PatternOf): readonly MadeProtection[] {
  try {
    return array(JSON.parse(text), "protections").map((value, index) =>
      protectionOfStored(patternOf)(value, `protections[${index}]`),
    );
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof RangeError)) throw error;
    throw new RegistryError(
      "corrupt",
      `The protections in the state are damaged (${error.message}), so nothing is stopped: take the document ${name} out of the state, or restore it.`,
      { cause: error },
    );
  }
}

const protectionOfStored =
  (patternOf: PatternOf): Read<MadeProtection> =>
  (value, place) => {
    const item = object(value, place);
    const match = object(item["match"], `${place}.match`);
    const part = <T>(member: string, read: (text: string) => T): T | null =>
      orNull(match[member], `${place}.match.${member}`, (it, where) => read(string(it, where)));
    return {
      match: {
        account: part("account", accountId),
        region: part("region", region),
        interpreter: part("interpreter", interpreterId),
        session: part("session", sessionId),
        name: part("name", patternOf),
      },
      source: "hand",
      until: at(item["until"], `${place}.until`),
      why: string(item["why"], `${place}.why`),
      by: orNull(item["by"], `${place}.by`, string),
      madeAt: at(item["madeAt"], `${place}.madeAt`),
    };
  };
