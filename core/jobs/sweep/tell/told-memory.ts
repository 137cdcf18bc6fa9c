import type { Sha256 } from "../../../cleanup/plan/plan-digest.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { Documents } from "../../../ports/documents.ts";
import { integer, object, string } from "../../../ports/read-stored.ts";
import { RegistryError } from "../../../ports/registry-error.ts";

/** Which happenings were told, of today and the two days before: by digests of their ids. */
export interface ToldMemory {
  readonly has: (id: string) => boolean;
  /** Told two days ago and not since: what still happens has to be remembered anew, or it is forgotten tomorrow. */
  readonly isFading: (id: string) => boolean;
}

const dayMs = 24 * 3_600_000;
/**
 * Passes look a day back, so that what was told more than a day ago and does not happen any more never happens again. One day more is for
 * what begins late in its day.
 */
const keptDays = 3;
/** Nothing can be taken out of the documents: each day writes over one that is over, and a clock that is a day ahead over none that counts. */
const slots = 5;
// Each time that another run was faster, that run got on.
const mostAttempts = 20;
/** 64 bits: of a million events, two have the same with a chance of less than one in ten million. */
const digestLength = 16;

const nameOf = (day: number): string => `cleanup/told/${day % slots}`;
const dayOf = (now: Instant): number => Math.floor(now / dayMs);

/** Throws `RegistryError`. */
export async function readTold(documents: Pick<Documents, "read">, sha256: Sha256, now: Instant): Promise<ToldMemory> {
  const today = dayOf(now);
  const days = await Promise.all(
    Array.from({ length: keptDays }, async (_, ago) =>
      toldOn((await readDay(documents, today - ago)).text, today - ago),
    ),
  );
  const digests = days.map((text) => new Set(digestsOf(text)));
  return {
    has: (id) => digests.some((day) => day.has(digestOf(id, sha256))),
    isFading: (id) => digests.findIndex((day) => day.has(digestOf(id, sha256))) === keptDays - 1,
  };
}

/** Answers those that this run was the first to remember today. Throws `RegistryError`. */
export async function rememberTold(
  documents: Documents,
  sha256: Sha256,
  ids: readonly string[],
  now: Instant,
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const day = dayOf(now);
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const { revision, text } = await readDay(documents, day);
    const before = toldOn(text, day);
    const known = new Set(digestsOf(before));
    const added = [...new Set(ids)].filter((id) => !known.has(digestOf(id, sha256)));
    if (added.length === 0) return [];
    const told = before + added.map((id) => digestOf(id, sha256)).join("");
    if ((await documents.write(nameOf(day), { revision, text: JSON.stringify({ day, told }) })) === "written") {
      return added;
    }
  }
  throw new RegistryError(
    "busy",
    `That events were told was not remembered: ${mostAttempts} times in a row another run changed it meanwhile.`,
  );
}

const digestOf = (id: string, sha256: Sha256): string => sha256(id).slice(0, digestLength);

const readDay = async (documents: Pick<Documents, "read">, day: number) =>
  (await documents.read(nameOf(day))) ?? { revision: 0, text: "" };

/** One that is damaged begins anew: some events are sent a second time, with the ids that they had. */
function toldOn(text: string, day: number): string {
  if (text === "") return "";
  try {
    const item = object(JSON.parse(text), "told");
    return integer(item["day"], "day") === day ? string(item["told"], "told") : "";
  } catch (error) {
    if (error instanceof SyntaxError) return "";
    throw error;
  }
}

const digestsOf = (text: string): readonly string[] =>
  Array.from({ length: Math.floor(text.length / digestLength) }, (_, index) =>
    text.slice(index * digestLength, (index + 1) * digestLength),
  );
