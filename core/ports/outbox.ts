import type { Target } from "../inventory/target.ts";
import type { Instant } from "../kernel/instant.ts";
import type { OutgoingEvent } from "./events.ts";

/**
 * Events that a commit of the registry wrote and nobody has sent yet.
 * `take` claims what is free until `until`, so that two runs never send the same event at the same time; a claim that
 * nobody settled (a crash) is free again after that. `settle` takes out what was sent and frees the rest.
 */
export interface Outbox {
  readonly take: (target: Target, now: Instant, until: Instant) => Promise<readonly OutgoingEvent[]>;
  readonly settle: (target: Target, sentIds: readonly string[], unsentIds: readonly string[]) => Promise<void>;
}
