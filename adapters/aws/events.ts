import type { PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { OutgoingEvent, SendEvents } from "../../core/ports/events.ts";
import { abortable } from "./abortable.ts";
import { problemOf } from "./aws-error.ts";
import { batchesOf } from "./batches.ts";
import type { AwsClients } from "./clients.ts";

const eventSource = "sandmeter";

// PutEvents takes 10 entries and 256 kB a request, all entries together.
const maxBytes = 256 * 1024;
const batchLimits = { items: 10, bytes: maxBytes } as const;

type Result = Awaited<ReturnType<SendEvents>>[number];

/** Sends to one Region's event bus. A 200 can carry refused entries: each event's own answer counts. */
export const awsSendEvents =
  (clients: AwsClients, region: string, busName?: string): SendEvents =>
  async (events, signal) => {
    const results = new Map<OutgoingEvent, Result>();
    const [fitting, tooLarge] = partition(events, (event) => sizeOf(event) <= maxBytes);
    for (const event of tooLarge) {
      results.set(event, { sent: false, reason: `the event is larger than ${maxBytes} bytes` });
    }
    for (const batch of batchesOf(fitting, batchLimits, sizeOf)) {
      const answers = await sendBatch(clients, region, busName, batch, signal);
      for (const [index, event] of batch.entries()) {
        results.set(event, answers[index] ?? { sent: false, reason: "PutEvents gave no answer for the event" });
      }
    }
    return events.map((event) => results.get(event) ?? { sent: false, reason: "not sent" });
  };

async function sendBatch(
  clients: AwsClients,
  region: string,
  busName: string | undefined,
  batch: readonly OutgoingEvent[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  try {
    const answer = await abortable(signal, async () => {
      const client = await clients.eventBridge(region);
      const { PutEventsCommand } = await import("@aws-sdk/client-eventbridge");
      const entries = batch.map((event) => entryOf(event, busName));
      return client.send(new PutEventsCommand({ Entries: entries }), { abortSignal: signal });
    });
    return (answer.Entries ?? []).map((entry) =>
      entry.EventId !== undefined && entry.ErrorCode === undefined
        ? { sent: true }
        : { sent: false, reason: `${entry.ErrorCode ?? "refused"}: ${entry.ErrorMessage ?? "no reason given"}` },
    );
  } catch (error) {
    signal.throwIfAborted();
    const { message } = problemOf(error, { operation: "PutEvents", region });
    return batch.map(() => ({ sent: false, reason: message }));
  }
}

// The id travels in the detail, for EventBridge gives each sending an id of its own: whoever receives an event twice can tell.
const entryOf = (event: OutgoingEvent, busName: string | undefined): PutEventsRequestEntry => ({
  Time: new Date(event.at),
  Source: eventSource,
  DetailType: event.detailType,
  Detail: JSON.stringify({ ...event.detail, id: event.id }),
  ...(busName === undefined ? {} : { EventBusName: busName }),
});

// As EventBridge counts an entry: 14 bytes for its time, and the text of its source, detail type and detail.
const sizeOf = (event: OutgoingEvent): number =>
  14 +
  Buffer.byteLength(eventSource) +
  Buffer.byteLength(event.detailType) +
  Buffer.byteLength(JSON.stringify({ ...event.detail, id: event.id }));

function partition<T>(items: readonly T[], test: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter((item) => test(item)), items.filter((item) => !test(item))];
}
