import type { BudgetMemory, UnsentEvent } from "../budget/budget-memory.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";
import type { OutgoingEvent } from "../ports/events.ts";

// Longer than a pass takes, so that two runs never send the same event at the same time; after a crash it is free again.
const claimMs = 10 * 60_000;

// A document has to fit into a DynamoDB item of 400 kB, states beside it; an event is about 1 kB.
const mostUnsent = 200;

/** What is to be sent after a look: all that is free, claimed for this run where it publishes, and otherwise kept. */
export function withEvents(
  unsent: readonly UnsentEvent[],
  coming: readonly OutgoingEvent[],
  now: Instant,
  publish: boolean,
): { readonly unsent: BudgetMemory["unsent"]; readonly claimed: readonly OutgoingEvent[]; readonly dropped: number } {
  const fresh = coming.map((event) => ({ event, claimedUntil: null }));
  const all = [...(publish ? unsent : withoutSuperseded(unsent, coming)), ...fresh];
  const kept = all.slice(Math.max(0, all.length - mostUnsent));
  const isFree = ({ claimedUntil }: UnsentEvent): boolean => claimedUntil === null || claimedUntil <= now;
  const claimed = publish ? kept.filter(isFree).map(({ event }) => event) : [];
  return {
    unsent: kept.map((it) => (publish && isFree(it) ? { ...it, claimedUntil: plusMs(now, claimMs) } : it)),
    claimed,
    dropped: all.length - kept.length,
  };
}

/** Takes out what was sent, and frees what was not. */
export const withoutSent = (
  unsent: readonly UnsentEvent[],
  sent: ReadonlySet<string>,
  failed: ReadonlySet<string>,
): readonly UnsentEvent[] =>
  unsent.flatMap((it) => {
    if (sent.has(it.event.id)) return [];
    return failed.has(it.event.id) ? [{ ...it, claimedUntil: null }] : [it];
  });

/** Where nobody is told, only the last change of each budget and value is worth keeping. */
function withoutSuperseded(unsent: readonly UnsentEvent[], coming: readonly OutgoingEvent[]): readonly UnsentEvent[] {
  const subjects = new Set(coming.map(subjectOf));
  return unsent.filter(({ event, claimedUntil }) => claimedUntil !== null || !subjects.has(subjectOf(event)));
}

const subjectOf = ({ detail }: OutgoingEvent): string =>
  JSON.stringify([detail["budget"] ?? null, detail["value"] ?? null]);

export const droppedProblems = (dropped: number): readonly Problem[] =>
  dropped === 0
    ? []
    : [
        {
          code: "EventsDropped",
          message: `${dropped} events of budgets were dropped unsent: more than ${mostUnsent} were waiting. Let the monitor publish events (see what PutEvents answers).`,
          operation: "PutEvents",
        },
      ];
