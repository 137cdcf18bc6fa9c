import type { Instant } from "../kernel/instant.ts";
import type { OutgoingEvent } from "../ports/events.ts";
import { array, at, integer, object, orNull, string } from "../ports/read-stored.ts";
import type { BudgetAlert, BudgetObservation } from "./budget-alert.ts";
import type { BudgetState } from "./check-budgets.ts";

/** All that is remembered of budgets between looks, in one document, so that alerts and their events change together. */
export interface BudgetMemory {
  /** The latest look; null before the first. */
  readonly lookedAt: Instant | null;
  readonly states: readonly BudgetState[];
  /** Events that nobody has sent yet, oldest first. */
  readonly unsent: readonly UnsentEvent[];
}

export interface UnsentEvent {
  readonly event: OutgoingEvent;
  /** Until then another run is sending it; null where nobody is. */
  readonly claimedUntil: Instant | null;
}

export const noBudgetMemory: BudgetMemory = { lookedAt: null, states: [], unsent: [] };

export const textOfMemory = (memory: BudgetMemory): string => JSON.stringify(memory);

/** Reads back what `textOfMemory` wrote. Throws `SyntaxError` with the place on a text of another shape. */
export function memoryOfText(text: string): BudgetMemory {
  const memory = object(JSON.parse(text), "budgets");
  return {
    lookedAt: orNull(memory["lookedAt"], "lookedAt", at),
    states: array(memory["states"], "states").map((item, index) => state(item, `states[${index}]`)),
    unsent: array(memory["unsent"], "unsent").map((item, index) => unsentOf(item, `unsent[${index}]`)),
  };
}

function state(value: unknown, place: string): BudgetState {
  const item = object(value, place);
  return {
    budget: string(item["budget"], `${place}.budget`),
    value: orNull(item["value"], `${place}.value`, string),
    alert: alert(item["alert"], `${place}.alert`),
  };
}

function alert(value: unknown, place: string): BudgetAlert {
  const item = object(value, place);
  return {
    level: integer(item["level"], `${place}.level`),
    since: at(item["since"], `${place}.since`),
    recent: array(item["recent"], `${place}.recent`).map((seen, index) =>
      observation(seen, `${place}.recent[${index}]`),
    ),
  };
}

function observation(value: unknown, place: string): BudgetObservation {
  const item = object(value, place);
  const window = object(item["window"], `${place}.window`);
  return {
    at: at(item["at"], `${place}.at`),
    window: { from: at(window["from"], `${place}.window.from`), until: at(window["until"], `${place}.window.until`) },
    opens: integer(item["opens"], `${place}.opens`),
    holds: orNull(item["holds"], `${place}.holds`, integer),
  };
}

/** Throws `SyntaxError` with the place on a value of another shape. */
export function unsentOf(value: unknown, place: string): UnsentEvent {
  const item = object(value, place);
  const event = object(item["event"], `${place}.event`);
  return {
    event: {
      id: string(event["id"], `${place}.event.id`),
      at: at(event["at"], `${place}.event.at`),
      detailType: string(event["detailType"], `${place}.event.detailType`),
      detail: object(event["detail"], `${place}.event.detail`),
    },
    claimedUntil: orNull(item["claimedUntil"], `${place}.claimedUntil`, at),
  };
}
