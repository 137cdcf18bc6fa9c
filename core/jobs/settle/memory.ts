import type { Target } from "../../inventory/target.ts";
import { type InterpreterId, interpreterId } from "../../kernel/ids.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import type { Documents } from "../../ports/documents.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import { array, at, object, orNull, string } from "../../ports/read-stored.ts";

/** What settling remembers of a target beside its sessions. Losing it costs requests, and never a figure. */
export interface SettleMemory {
  /** That of the document; 0 was never written. */
  readonly revision: number;
  /** Sessions that went before it are all closed. */
  readonly goneSince: Instant;
  /** Provisional shares were made of all hours before it. */
  readonly sharedUntil: Instant;
}

/** When the last pass over the accounts of a target began that came to its end; null where none was remembered. */
export async function lastKeptAt(documents: Pick<Documents, "read">, target: Target): Promise<Instant | null> {
  const document = await documents.read(`settled/${targetPart(target)}`);
  return document === null
    ? null
    : readText(document.text, null, (value) => orNull(object(value, "settled")["keptAt"] ?? null, "keptAt", at));
}

/** Marks later than `now` are of a pass whose clock was ahead, and as good as none. */
export async function readSettleMemory(
  documents: Documents,
  target: Target,
  first: Instant,
  now: Instant,
): Promise<SettleMemory> {
  const document = await documents.read(`settled/${targetPart(target)}`);
  const fresh = { revision: document?.revision ?? 0, goneSince: first, sharedUntil: instant(0) };
  if (document === null) return fresh;
  return readText(document.text, fresh, (value) => {
    const { goneSince, sharedUntil } = marksOf(value);
    return {
      ...fresh,
      ...(goneSince > now ? {} : { goneSince }),
      ...(sharedUntil > now ? {} : { sharedUntil }),
    };
  });
}

/** A stale write is another run's: its marks are as good. */
export const writeSettleMemory = async (
  documents: Documents,
  target: Target,
  { revision, goneSince, sharedUntil }: SettleMemory,
  keptAt: Instant,
): Promise<void> => {
  await documents.write(`settled/${targetPart(target)}`, {
    revision,
    text: JSON.stringify({ goneSince, sharedUntil, keptAt }),
  });
};

/** How far the listing of an interpreter's ended sessions is. */
export interface EndedListing {
  /** When it is to be begun again, or gone on with. */
  readonly dueAt: Instant;
  /** When it was begun. */
  readonly begunAt: Instant;
  /** Where it goes on; null where it is to begin. */
  readonly next: string | null;
}

export interface ListingMemory {
  readonly revision: number;
  readonly listings: ReadonlyMap<InterpreterId, EndedListing>;
}

export async function readListings(documents: Documents, target: Target): Promise<ListingMemory> {
  const document = await documents.read(`ended/${targetPart(target)}`);
  const none = new Map<InterpreterId, EndedListing>();
  return {
    revision: document?.revision ?? 0,
    listings:
      document === null
        ? none
        : readText(document.text, none, (value) => new Map(array(value, "ended").map(listingOf))),
  };
}

export const writeListings = (
  documents: Documents,
  target: Target,
  { revision, listings }: ListingMemory,
): Promise<"written" | "stale"> =>
  documents.write(`ended/${targetPart(target)}`, { revision, text: JSON.stringify([...listings]) });

/** A damaged document is as good as none. */
function readText<T>(text: string, otherwise: T, read: (value: unknown) => T): T {
  try {
    return read(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return otherwise;
    throw error;
  }
}

function marksOf(value: unknown): Pick<SettleMemory, "goneSince" | "sharedUntil"> {
  const marks = object(value, "settled");
  return { goneSince: at(marks["goneSince"], "goneSince"), sharedUntil: at(marks["sharedUntil"], "sharedUntil") };
}

function listingOf(item: unknown): readonly [InterpreterId, EndedListing] {
  const [interpreter, value] = array(item, "ended");
  const listing = object(value, "ended");
  return [
    interpreterId(string(interpreter, "ended")),
    {
      dueAt: at(listing["dueAt"], "dueAt"),
      begunAt: at(listing["begunAt"], "begunAt"),
      next: orNull(listing["next"], "next", string),
    },
  ];
}
