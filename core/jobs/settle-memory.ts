import type { Target } from "../inventory/target.ts";
import { type InterpreterId, interpreterId } from "../kernel/ids.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import type { Documents } from "../ports/documents.ts";
import { targetPart } from "../ports/ledger-key.ts";
import { array, at, object, string } from "../ports/read-stored.ts";

/** What settling remembers of a target beside its sessions. Losing it costs requests, and never a figure. */
export interface SettleMemory {
  /** That of the document; 0 was never written. */
  readonly revision: number;
  /** Sessions that went before it are all closed. */
  readonly goneSince: Instant;
  /** Provisional shares were made of all hours before it. */
  readonly sharedUntil: Instant;
}

export async function readSettleMemory(documents: Documents, target: Target, first: Instant): Promise<SettleMemory> {
  const document = await documents.read(`settled/${targetPart(target)}`);
  const fresh = { revision: document?.revision ?? 0, goneSince: first, sharedUntil: instant(0) };
  return document === null ? fresh : readText(document.text, fresh, (value) => ({ ...fresh, ...marksOf(value) }));
}

/** A stale write is another run's: its marks are as good. */
export const writeSettleMemory = async (
  documents: Documents,
  target: Target,
  { revision, goneSince, sharedUntil }: SettleMemory,
): Promise<void> => {
  await documents.write(`settled/${targetPart(target)}`, {
    revision,
    text: JSON.stringify({ goneSince, sharedUntil }),
  });
};

/** When ended sessions of an interpreter are to be listed next. */
export interface ListingTimes {
  readonly revision: number;
  readonly dueAt: ReadonlyMap<InterpreterId, Instant>;
}

export async function readListingTimes(documents: Documents, target: Target): Promise<ListingTimes> {
  const document = await documents.read(`ended/${targetPart(target)}`);
  const none = new Map<InterpreterId, Instant>();
  return {
    revision: document?.revision ?? 0,
    dueAt:
      document === null ? none : readText(document.text, none, (value) => new Map(array(value, "ended").map(dueOf))),
  };
}

export const writeListingTimes = (
  documents: Documents,
  target: Target,
  { revision, dueAt }: ListingTimes,
): Promise<"written" | "stale"> =>
  documents.write(`ended/${targetPart(target)}`, { revision, text: JSON.stringify([...dueAt]) });

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

function dueOf(item: unknown): readonly [InterpreterId, Instant] {
  const [interpreter, dueAt] = array(item, "ended");
  return [interpreterId(string(interpreter, "ended")), at(dueAt, "ended")];
}
