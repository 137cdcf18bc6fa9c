import type { Instant } from "../kernel/instant.ts";

/** An event for EventBridge. `id` is derived from what happened, so that the same happening always has the same id. */
export interface OutgoingEvent {
  readonly id: string;
  readonly at: Instant;
  readonly detailType: string;
  /** JSON; other people's text in it is data, never markup. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Says, for each event in the order given, whether it was taken. A 200 can carry refused entries: they come back as failures. */
export type SendEvents = (
  events: readonly OutgoingEvent[],
  signal: AbortSignal,
) => Promise<readonly ({ readonly sent: true } | { readonly sent: false; readonly reason: string })[]>;
