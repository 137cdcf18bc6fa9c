import { type UnsentEvent, unsentOf } from "../../../budget/budget-memory.ts";
import { type Instant, plusMs } from "../../../kernel/instant.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { OutgoingEvent } from "../../../ports/events.ts";
import { array, object } from "../../../ports/read-stored.ts";
import { RegistryError } from "../../../ports/registry-error.ts";

/** Events that nobody has sent yet, oldest first. What was sent is remembered apart, before it is taken out of here. */
export type CleanupOutbox = readonly UnsentEvent[];

const name = "cleanup/events";
// Each time that another run was faster, that run got on.
const mostAttempts = 20;
// Longer than it takes to send as many, so that two runs never send the same event at the same time; after a crash it is free.
const claimMs = 10 * 60_000;
/**
 * A pass that stops all 1000 sessions of an account's quota is planned and told in as many events twice. They are about 2 kB each, and
 * 2000 of them packed about 200, of the 400 that an item of DynamoDB holds.
 */
export const mostUnsent = 2000;

interface Change<T> {
  /** Null: nothing changes. */
  readonly after: CleanupOutbox | null;
  readonly result: T;
}

/**
 * In one conditional write: where another run wrote in between, what it wrote is changed instead. `change` may read what was told: it is asked
 * after the outbox was read, so that what left it meanwhile is known as told, or the write is stale. Throws `RegistryError`.
 */
export async function changeOutbox<T>(
  documents: Documents,
  change: (before: CleanupOutbox) => Change<T> | Promise<Change<T>>,
): Promise<T> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const document = await documents.read(name);
    const { after, result } = await change(document === null ? [] : outboxOf(document.text));
    if (after === null) return result;
    const text = JSON.stringify({ unsent: after });
    if ((await documents.write(name, { revision: document?.revision ?? 0, text })) === "written") return result;
  }
  throw new RegistryError(
    "busy",
    `Events were not remembered: ${mostAttempts} times in a row another run changed them meanwhile.`,
  );
}

export interface Taken {
  /** What this run is to send. */
  readonly mine: readonly OutgoingEvent[];
  /** What has no room beside what waits already. */
  readonly left: readonly OutgoingEvent[];
}

/** Adds what was not told before, as far as there is room, and takes all that is free for this run. */
export function taken(unsent: CleanupOutbox, fresh: readonly OutgoingEvent[], now: Instant): Change<Taken> {
  const room = Math.max(0, mostUnsent - unsent.length);
  const left = fresh.slice(room);
  const all = [...unsent, ...fresh.slice(0, room).map((event) => ({ event, claimedUntil: null }))];
  const mine = all.filter((it) => isFree(it, now)).map(({ event }) => event);
  if (mine.length === 0) return { after: null, result: { mine, left } };
  const after = all.map((it) => (isFree(it, now) ? { ...it, claimedUntil: plusMs(now, claimMs) } : it));
  return { after, result: { mine, left } };
}

const isFree = ({ claimedUntil }: UnsentEvent, now: Instant): boolean => claimedUntil === null || claimedUntil <= now;

/** Takes out what was sent, and frees what was not. */
export const settled = (
  unsent: CleanupOutbox,
  sent: ReadonlySet<string>,
  failed: ReadonlySet<string>,
): Change<null> => ({
  after: unsent.flatMap((it) => {
    if (sent.has(it.event.id)) return [];
    return failed.has(it.event.id) ? [{ ...it, claimedUntil: null }] : [it];
  }),
  result: null,
});

/** One that is damaged begins anew: what waits in it and does not happen again is lost. */
function outboxOf(text: string): CleanupOutbox {
  try {
    const item = object(JSON.parse(text), "events");
    return array(item["unsent"], "unsent").map((value, index) => unsentOf(value, `unsent[${index}]`));
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
