import type { Target } from "../inventory/target.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Documents } from "../ports/documents.ts";
import { targetPart } from "../ports/ledger-key.ts";
import type { StartedSession } from "../ports/principals.ts";
import {
  type HourPrincipals,
  noPrincipals,
  principalKey,
  principalsOfText,
  textOfPrincipals,
} from "./principal-text.ts";

/**
 * Who started which session, remembered in documents: pages of a target and of an hour of UTC in which sessions started, so
 * that neither writing nor looking up takes more than the hours it is about.
 */

const hourMs = 3_600_000;
/**
 * Hours are kept round and round in so many places, which is more than any budget looks back and any session lives: so
 * nothing has to be deleted, ever.
 */
const places = 33 * 24;
export const rememberedMs = (places - 24) * hourMs;
/** A text fits into an item of DynamoDB, which has 400 KB, whatever characters are in it. */
const longestPage = 100_000;

export const hourOf = (at: Instant): number => Math.floor(at / hourMs);

/** Empty where nobody is known to have started anything in that hour; null where what is remembered of it is damaged. */
export async function readHour(documents: Documents, target: Target, hour: number): Promise<HourPrincipals | null> {
  const known = new Map<string, string>();
  for (let page = 0; ; page += 1) {
    const text = (await documents.read(nameOf(target, hour, page)))?.text ?? null;
    const held = text === null ? noPrincipals : principalsOfText(text, hour);
    if (held === null) return null;
    for (const [key, principal] of held) known.set(key, principal);
    // A page is left for the next one only when it is nearly full.
    if (text === null || text.length < longestPage / 2) return known;
  }
}

/** Adds starts of one target and hour; those that are there already change nothing, so that a repetition does no harm. */
export async function rememberHour(
  documents: Documents,
  target: Target,
  hour: number,
  starts: readonly StartedSession[],
): Promise<void> {
  let missing: readonly StartedSession[] = starts;
  for (let page = 0; missing.length > 0; page += 1) {
    const name = nameOf(target, hour, page);
    for (let isDone = false; !isDone; ) {
      const document = await documents.read(name);
      const held = (document === null ? null : principalsOfText(document.text, hour)) ?? noPrincipals;
      missing = missing.filter((start) => !held.has(principalKey(start)));
      const { text, left } = textOfPrincipals(hour, held, missing, longestPage);
      isDone = left.length === missing.length;
      if (isDone) break;
      isDone = (await documents.write(name, { revision: document?.revision ?? 0, text })) === "written";
      if (isDone) missing = left;
    }
  }
}

const nameOf = (target: Target, hour: number, page: number): string =>
  `principals/${targetPart(target)}/${hour % places}${page === 0 ? "" : `.${page}`}`;
