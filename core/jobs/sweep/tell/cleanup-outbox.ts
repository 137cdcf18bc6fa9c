import { type UnsentEvent, unsentOf } from "../../../budget/budget-memory.ts";
import { type Instant, plusMs } from "../../../kernel/instant.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { OutgoingEvent } from "../../../ports/events.ts";
import { array, at, object, string } from "../../../ports/read-stored.ts";
import { RegistryError } from "../../../ports/registry-error.ts";

/** What of clean-up was told, and what is to be. */
interface CleanupOutbox {
  /** Ids, and when each was first seen. */
  readonly told: ReadonlyMap<string, Instant>;
  /** Oldest first. */
  readonly unsent: readonly UnsentEvent[];
}

const name = "cleanup/events";
// Each time that another run was faster, that run got on.
const mostAttempts = 20;
// Longer than it takes to send as many, so that two runs never send the same event at the same time; after a crash it is free.
const claimMs = 10 * 60_000;
// No session lives for so long, so that what is forgotten cannot happen again.
const rememberedMs = 36 * 3_600_000;
const mostTold = 5000;
const mostUnsent = 500;

interface Change<T> {
  /** Null: nothing changes. */
  readonly after: CleanupOutbox | null;
  readonly result: T;
}

/** In one conditional write: where another run wrote in between, what it wrote is changed instead. Throws `RegistryError`. */
export async function changeOutbox<T>(documents: Documents, change: (before: CleanupOutbox) => Change<T>): Promise<T> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const document = await documents.read(name);
    const { after, result } = change(document === null ? { told: new Map(), unsent: [] } : outboxOf(document.text));
    if (after === null) return result;
    const text = JSON.stringify({ ...after, told: [...after.told].map(([id, toldAt]) => ({ id, at: toldAt })) });
    if ((await documents.write(name, { revision: document?.revision ?? 0, text })) === "written") return result;
  }
  throw new RegistryError(
    "busy",
    `Events were not remembered: ${mostAttempts} times in a row another run changed them meanwhile.`,
  );
}

/** Adds what was not told before; answers that. Where nobody is told, it is remembered as told. What has no room waits to happen again. */
export function enqueued(
  { told, unsent }: CleanupOutbox,
  happened: readonly OutgoingEvent[],
  now: Instant,
  publish: boolean,
): Change<readonly OutgoingEvent[]> {
  const fresh = [...new Map(happened.map((event) => [event.id, event])).values()]
    .filter(({ id }) => !told.has(id))
    .slice(0, publish ? Math.max(0, mostUnsent - unsent.length) : mostTold);
  if (fresh.length === 0) return { after: null, result: [] };
  const lately = [...told].filter(([, toldAt]) => now - toldAt < rememberedMs);
  const kept = lately.slice(Math.max(0, lately.length + fresh.length - mostTold));
  return {
    after: {
      told: new Map([...kept, ...fresh.map(({ id }) => [id, now] as const)]),
      unsent: publish ? [...unsent, ...fresh.map((event) => ({ event, claimedUntil: null }))] : unsent,
    },
    result: fresh,
  };
}

/** Takes what is free for this run. */
export function claimed({ told, unsent }: CleanupOutbox, now: Instant): Change<readonly OutgoingEvent[]> {
  const isFree = ({ claimedUntil }: UnsentEvent): boolean => claimedUntil === null || claimedUntil <= now;
  const mine = unsent.filter(isFree);
  if (mine.length === 0) return { after: null, result: [] };
  const taken = unsent.map((it) => (isFree(it) ? { ...it, claimedUntil: plusMs(now, claimMs) } : it));
  return { after: { told, unsent: taken }, result: mine.map(({ event }) => event) };
}

/** Takes out what was sent, and frees what was not. */
export const settled = (
  { told, unsent }: CleanupOutbox,
  sent: ReadonlySet<string>,
  failed: ReadonlySet<string>,
): Change<null> => ({
  after: {
    told,
    unsent: unsent.flatMap((it) => {
      if (sent.has(it.event.id)) return [];
      return failed.has(it.event.id) ? [{ ...it, claimedUntil: null }] : [it];
    }),
  },
  result: null,
});

/** One that is damaged begins anew: some events are sent a second time, with the ids that they had. */
function outboxOf(text: string): CleanupOutbox {
  try {
    const item = object(JSON.parse(text), "events");
    const told = array(item["told"], "told").map((value, index) => {
      const seen = object(value, `told[${index}]`);
      return [string(seen["id"], "id"), at(seen["at"], "at")] as const;
    });
    return {
      told: new Map(told),
      unsent: array(item["unsent"], "unsent").map((value, index) => unsentOf(value, `unsent[${index}]`)),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return { told: new Map(), unsent: [] };
    throw error;
  }
}
