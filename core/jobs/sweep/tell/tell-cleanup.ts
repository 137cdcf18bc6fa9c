import type { Sha256 } from "../../../cleanup/plan/plan-digest.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { Problem } from "../../../kernel/problem.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { OutgoingEvent, SendEvents } from "../../../ports/events.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { EventDelivery } from "../../observe/outcome.ts";
import { changeOutbox, mostUnsent, settled, type Taken, taken } from "./cleanup-outbox.ts";
import { readTold, rememberTold } from "./told-memory.ts";

export interface TellPorts {
  readonly documents: Documents;
  readonly sendEvents: SendEvents;
  readonly sha256: Sha256;
}

export interface Told {
  /** What was sent or could not be; where nothing is published, what would have been. */
  readonly events: readonly EventDelivery[];
  readonly problems: readonly Problem[];
}

/** Where none of so many is taken, the others are not tried: whoever waits for a stop would wait for each of them. */
const sentAtOnce = 50;

/**
 * Tells what happened, each happening once: events are kept in one conditional write before any is sent, and remembered as told before they
 * are taken out, so that a crash loses none and two runs send none twice. What has no room is sent in turns, as long as events are taken;
 * where they are not, how many were dropped is a problem. Throws only when `signal` is aborted.
 */
export const tellCleanup =
  (ports: TellPorts) =>
  async (now: Instant, happened: readonly OutgoingEvent[], publish: boolean, signal: AbortSignal): Promise<Told> => {
    const events: EventDelivery[] = [];
    try {
      if (!publish) return { events: await withhold(ports, now, happened), problems: [] };
      for (let waiting = happened; ; ) {
        const { mine, left } = await take(ports, now, waiting);
        const sent = await sendAll(ports, now, mine, signal);
        events.push(...sent);
        const isOver = left.length === 0 || sent.length === 0 || sent.some(({ result }) => result === "unsent");
        if (isOver) return { events, problems: left.length === 0 ? [] : [droppedProblem(left.length)] };
        waiting = left;
      }
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return { events, problems: [{ code: "StateUnavailable", message: error.message }] };
    }
  };

/** Remembers it as told, so that whoever turns publishing on later does not hear what is long past. */
async function withhold(
  { documents, sha256 }: TellPorts,
  now: Instant,
  happened: readonly OutgoingEvent[],
): Promise<readonly EventDelivery[]> {
  const fresh = new Map((await freshOf({ documents, sha256 }, now, happened)).map((event) => [event.id, event]));
  const mine = new Set(await rememberTold(documents, sha256, [...fresh.keys()], now));
  return [...fresh.values()].flatMap((event) =>
    mine.has(event.id) ? [{ event, result: "withheld" as const, reason: null }] : [],
  );
}

const take = (ports: TellPorts, now: Instant, happened: readonly OutgoingEvent[]): Promise<Taken> =>
  changeOutbox(ports.documents, async (unsent) => {
    const waiting = new Set(unsent.map(({ event }) => event.id));
    const unknown = happened.filter(({ id }) => !waiting.has(id));
    return taken(unsent, await freshOf(ports, now, unknown), now);
  });

/** What was never told. What was, and happens still, is remembered for longer. */
async function freshOf(
  { documents, sha256 }: Pick<TellPorts, "documents" | "sha256">,
  now: Instant,
  happened: readonly OutgoingEvent[],
): Promise<readonly OutgoingEvent[]> {
  if (happened.length === 0) return [];
  const told = await readTold(documents, sha256, now);
  const once = [...new Map(happened.map((event) => [event.id, event])).values()];
  const fading = once.filter(({ id }) => told.isFading(id)).map(({ id }) => id);
  await rememberTold(documents, sha256, fading, now);
  return once.filter(({ id }) => !told.has(id));
}

async function sendAll(
  ports: TellPorts,
  now: Instant,
  mine: readonly OutgoingEvent[],
  signal: AbortSignal,
): Promise<readonly EventDelivery[]> {
  const events: EventDelivery[] = [];
  try {
    while (events.length < mine.length) {
      const some = mine.slice(events.length, events.length + sentAtOnce);
      const deliveries = await sendSome(ports, some, signal);
      events.push(...deliveries);
      const [first] = deliveries;
      if (first === undefined || deliveries.some(({ result }) => result === "sent")) continue;
      const reason = `not tried, as ${deliveries.length} before it were not taken: ${first.reason}`;
      events.push(...mine.slice(events.length).map((event): EventDelivery => ({ event, result: "unsent", reason })));
    }
  } finally {
    // Where it throws, whether the last ones arrived is not known. They carry ids, so a second arrival does no harm; a lost one would.
    const sent = new Set(events.filter(({ result }) => result === "sent").map(({ event }) => event.id));
    const failed = new Set(mine.map(({ id }) => id).filter((id) => !sent.has(id)));
    await settle(ports, now, sent, failed);
  }
  return events;
}

async function settle(
  { documents, sha256 }: TellPorts,
  now: Instant,
  sent: ReadonlySet<string>,
  failed: ReadonlySet<string>,
): Promise<void> {
  if (sent.size + failed.size === 0) return;
  await rememberTold(documents, sha256, [...sent], now);
  await changeOutbox(documents, (unsent) => settled(unsent, sent, failed));
}

async function sendSome(
  { sendEvents }: TellPorts,
  some: readonly OutgoingEvent[],
  signal: AbortSignal,
): Promise<readonly EventDelivery[]> {
  const results = await sendEvents(some, signal);
  return some.map((event, index): EventDelivery => {
    const result = results[index];
    if (result?.sent === true) return { event, result: "sent", reason: null };
    return { event, result: "unsent", reason: result?.reason ?? "no answer for this event" };
  });
}

const droppedProblem = (dropped: number): Problem => ({
  code: "EventsDropped",
  message: `${dropped} events of clean-up were dropped unsent: ${mostUnsent} are waiting already. Stops of the last 24 hours are told in a later pass all the same; what was planned is not. Let events be sent (see what PutEvents answers).`,
  operation: "PutEvents",
});
