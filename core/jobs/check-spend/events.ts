import type { BudgetMemory, UnsentEvent } from "../../budget/budget-memory.ts";
import type { BudgetCheck, BudgetState } from "../../budget/check-budgets.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { OutgoingEvent } from "../../ports/events.ts";

// Longer than it takes to send as many, so that two runs never send the same event at the same time; after a crash it is free.
const claimMs = 10 * 60_000;

// They are sent within a minute or two, and take a document of a megabyte; what has no room here has its turn afterwards.
const mostUnsent = 1000;

/** What is remembered of a look, and what is to be sent after it. */
interface RememberedLook {
  readonly states: readonly BudgetState[];
  readonly unsent: BudgetMemory["unsent"];
  /** All that is free, where this run publishes: it has them for itself. */
  readonly claimed: readonly OutgoingEvent[];
  /** Values whose change has no room: their state stays as it was, so that the next look finds the change again. */
  readonly waiting: number;
}

/** A level is remembered as told only together with the event that tells of it. */
export function rememberLook(
  before: Pick<BudgetMemory, "states" | "unsent">,
  seen: Pick<BudgetCheck, "states" | "events">,
  now: Instant,
  publish: boolean,
): RememberedLook {
  const older = publish ? before.unsent : withoutSuperseded(before.unsent, seen.events);
  const { fitting, waiting } = fittingInto(mostUnsent - older.length, seen.events);
  const all = [...older, ...fitting.map((event) => ({ event, claimedUntil: null }))];
  const isFree = ({ claimedUntil }: UnsentEvent): boolean => claimedUntil === null || claimedUntil <= now;
  const isWaiting = ({ budget, value }: BudgetState): boolean => waiting.has(nameOf(budget, value));
  return {
    states: [
      ...seen.states.filter((state) => !isWaiting(state)),
      ...(waiting.size === 0 ? [] : before.states.filter(isWaiting)),
    ],
    unsent: all.map((it) => (publish && isFree(it) ? { ...it, claimedUntil: plusMs(now, claimMs) } : it)),
    claimed: publish ? all.filter(isFree).map(({ event }) => event) : [],
    waiting: waiting.size,
  };
}

/** All events of a value, which may be two where its window ended, or none of them. */
function fittingInto(
  room: number,
  events: readonly OutgoingEvent[],
): { readonly fitting: readonly OutgoingEvent[]; readonly waiting: ReadonlySet<string> } {
  const fitting: OutgoingEvent[] = [];
  const waiting = new Set<string>();
  for (const [subject, own] of Map.groupBy(events, subjectOf)) {
    if (fitting.length + own.length <= room) fitting.push(...own);
    else waiting.add(subject);
  }
  return { fitting, waiting };
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

const subjectOf = ({ detail }: OutgoingEvent): string => nameOf(detail["budget"] ?? null, detail["value"] ?? null);
const nameOf = (budget: unknown, value: unknown): string => JSON.stringify([budget, value]);

export const waitingProblems = (waiting: number): readonly Problem[] =>
  waiting === 0
    ? []
    : [
        {
          code: "EventsWaiting",
          message: `${waiting} changes of budgets are not told yet: ${mostUnsent} events are waiting to be sent already. Let the monitor publish events (see what PutEvents answers).`,
          operation: "PutEvents",
        },
      ];
