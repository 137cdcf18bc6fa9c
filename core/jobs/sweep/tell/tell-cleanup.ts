import type { Instant } from "../../../kernel/instant.ts";
import type { Problem } from "../../../kernel/problem.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { OutgoingEvent, SendEvents } from "../../../ports/events.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { EventDelivery } from "../../observe/outcome.ts";
import { changeOutbox, claimed, enqueued, settled } from "./cleanup-outbox.ts";

export interface TellPorts {
  readonly documents: Documents;
  readonly sendEvents: SendEvents;
}

export interface Told {
  /** What was sent or could not be; where nothing is published, what would have been. */
  readonly events: readonly EventDelivery[];
  readonly problems: readonly Problem[];
}

/**
 * Tells what happened, each happening once: events are remembered in one conditional write before any is sent, so that a crash
 * loses none and two runs send none twice. Throws only when `signal` is aborted.
 */
export const tellCleanup =
  ({ documents, sendEvents }: TellPorts) =>
  async (now: Instant, happened: readonly OutgoingEvent[], publish: boolean, signal: AbortSignal): Promise<Told> => {
    try {
      if (!publish) {
        const fresh = await changeOutbox(documents, (before) => enqueued(before, happened, now, false));
        return { events: fresh.map((event) => ({ event, result: "withheld", reason: null })), problems: [] };
      }
      await changeOutbox(documents, (before) => enqueued(before, happened, now, true));
      const mine = await changeOutbox(documents, (before) => claimed(before, now));
      return { events: await send(mine), problems: [] };
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return { events: [], problems: [{ code: "StateUnavailable", message: error.message }] };
    }

    async function send(mine: readonly OutgoingEvent[]): Promise<readonly EventDelivery[]> {
      if (mine.length === 0) return [];
      let results: Awaited<ReturnType<SendEvents>>;
      try {
        results = await sendEvents(mine, signal);
      } catch (error) {
        // Whether they arrived is not known. They carry ids, so a second arrival does no harm; a lost one would.
        await changeOutbox(documents, (before) => settled(before, new Set(), new Set(mine.map(({ id }) => id))));
        throw error;
      }
      const events = mine.map((event, index): EventDelivery => {
        const result = results[index];
        if (result?.sent === true) return { event, result: "sent", reason: null };
        return { event, result: "unsent", reason: result?.reason ?? "no answer for this event" };
      });
      const idsOf = (wanted: EventDelivery["result"]): ReadonlySet<string> =>
        new Set(events.flatMap(({ event, result }) => (result === wanted ? [event.id] : [])));
      await changeOutbox(documents, (before) => settled(before, idsOf("sent"), idsOf("unsent")));
      return events;
    }
  };
