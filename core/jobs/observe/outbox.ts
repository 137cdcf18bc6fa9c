import { type Target, targetKey } from "../../inventory/target.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { OutgoingEvent } from "../../ports/events.ts";
import type { EventDelivery } from "./outcome.ts";
import type { ObservePorts } from "./ports.ts";

// Longer than a request with all its retries takes, shorter than the time until the next pass.
const claimMs = 30_000;

// A DynamoDB item holds 400 kB, and alerts share theirs with the outbox; an event is about 1 kB.
const mostUnsent = 100;

/** Sends what is in the outbox of a target and free, oldest first. */
export async function deliver(
  ports: ObservePorts,
  target: Target,
  at: Instant,
  signal: AbortSignal,
): Promise<readonly EventDelivery[]> {
  signal.throwIfAborted();
  const events = await ports.outbox.take(target, at, plusMs(at, claimMs));
  if (events.length === 0) return [];
  const ids = events.map((event) => event.id);
  let results: Awaited<ReturnType<ObservePorts["sendEvents"]>>;
  try {
    results = await ports.sendEvents(events, signal);
  } catch (error) {
    // Whether they arrived is not known. They carry ids, so a second arrival does no harm; a lost one would.
    await ports.outbox.settle(target, [], ids);
    throw error;
  }
  const deliveries = events.map((event, index): EventDelivery => {
    const result = results[index];
    if (result?.sent === true) return { event, result: "sent", reason: null };
    return { event, result: "unsent", reason: result?.reason ?? "no answer for this event" };
  });
  const idsOf = (wanted: EventDelivery["result"]): readonly string[] =>
    deliveries.filter((delivery) => delivery.result === wanted).map((delivery) => delivery.event.id);
  await ports.outbox.settle(target, idsOf("sent"), idsOf("unsent"));
  return deliveries;
}

/**
 * Where nobody is told, only the last change of each quota and of the target's health is worth keeping: whoever turns
 * publishing on after a month wants to hear how things are, not how they went.
 */
export async function keepLatest(
  ports: ObservePorts,
  target: Target,
  unsent: readonly OutgoingEvent[],
  coming: readonly OutgoingEvent[],
): Promise<readonly OutgoingEvent[]> {
  const subjects = new Set(coming.map(subjectOf));
  const superseded = unsent.filter((event) => subjects.has(subjectOf(event)));
  if (superseded.length > 0) {
    const ids = superseded.map((event) => event.id);
    await ports.outbox.settle(target, ids, []);
  }
  return unsent.filter((event) => !superseded.includes(event));
}

const subjectOf = ({ detailType, detail }: OutgoingEvent): string =>
  JSON.stringify([detailType, detail["quota"] ?? null]);

/** Makes room in an outbox that nobody has taken from for long. What is dropped is said, never silent. */
export async function dropOldest(
  ports: ObservePorts,
  target: Target,
  unsent: readonly OutgoingEvent[],
  coming: number,
): Promise<readonly Problem[]> {
  const surplus = unsent.slice(0, Math.max(0, unsent.length + coming - mostUnsent)).map((event) => event.id);
  if (surplus.length === 0) return [];
  await ports.outbox.settle(target, surplus, []);
  const message = `${surplus.length} events of ${targetKey(target)} were dropped unsent: more than ${mostUnsent} were waiting. Let the monitor publish events (see what PutEvents answers).`;
  return [{ code: "EventsDropped", message, operation: "PutEvents" }];
}
