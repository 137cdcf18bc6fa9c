import type { BudgetMemory } from "../../budget/budget-memory.ts";
import { type BudgetCheck, checkBudgets, type SpendIn } from "../../budget/check-budgets.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { OutgoingEvent } from "../../ports/events.ts";
import type { EventDelivery } from "../observe/outcome.ts";
import { rememberLook, waitingProblems, withoutSent } from "./events.ts";
import { changeMemory } from "./memory.ts";
import type { SpendInput, SpendPorts } from "./ports.ts";
import { storeProblem } from "./problem.ts";
import { readSpend } from "./sources.ts";

export interface SpendOutcome {
  readonly budgets: BudgetCheck["spends"];
  /** What was sent or could not be; where nothing is published, what would have been. */
  readonly events: readonly EventDelivery[];
  readonly problems: readonly Problem[];
}

/**
 * One look at all budgets. Levels and the events that tell of them are remembered in one conditional write before anything
 * is sent: two runs tell a change once, and a crash loses none. Rejects only when `signal` is aborted.
 */
export const checkSpend =
  (ports: SpendPorts) =>
  async (now: Instant, input: SpendInput, signal: AbortSignal): Promise<SpendOutcome> => {
    const { spendIn, problems } = await readIfAny(ports, now, input, signal);
    try {
      return await inRounds(ports, now, input, spendIn, problems, signal);
    } catch (error) {
      signal.throwIfAborted();
      return { budgets: [], events: [], problems: [...problems, storeProblem("their state", error)] };
    }
  };

/** More changes than can wait to be sent are told one lot after the other, each remembered before it is sent. */
async function inRounds(
  ports: SpendPorts,
  now: Instant,
  input: SpendInput,
  spendIn: SpendIn,
  before: readonly Problem[],
  signal: AbortSignal,
): Promise<SpendOutcome> {
  const events: EventDelivery[] = [];
  const problems: Problem[] = [...before];
  for (;;) {
    const look = await changeMemory(ports.documents, (memory) => lookAt(now, input, memory, spendIn));
    const { check, claimed, withheld, waiting } = look.result ?? nothing;
    const sent = await deliver(ports, claimed, signal);
    events.push(...sent.events, ...withheld.map((event) => ({ event, result: "withheld" as const, reason: null })));
    problems.push(...look.problems, ...sent.problems);
    const goesOn = claimed.length > 0 && sent.events.every(({ result }) => result === "sent");
    if (waiting > 0 && goesOn) continue;
    // Where nobody is told, nothing waits to be.
    return { budgets: check.spends, events, problems: [...problems, ...waitingProblems(input.publish ? waiting : 0)] };
  }
}

interface Look {
  readonly check: BudgetCheck;
  readonly claimed: readonly OutgoingEvent[];
  readonly withheld: readonly OutgoingEvent[];
  /** Values whose change this look could not remember yet. */
  readonly waiting: number;
}
const nothing: Look = { check: { states: [], events: [], spends: [] }, claimed: [], withheld: [], waiting: 0 };

// Without budgets history is not read: what is left to do is to forget their states, and to send what was not sent.
const readIfAny = async (...args: Parameters<typeof readSpend>): ReturnType<typeof readSpend> =>
  args[2].budgets.length === 0 ? { spendIn: () => null, problems: [] } : readSpend(...args);

function lookAt(
  now: Instant,
  { budgets, publish }: SpendInput,
  before: BudgetMemory,
  spendIn: SpendIn,
): { readonly after: BudgetMemory | null; readonly result: Look } {
  const seen = checkBudgets(now, budgets, before.states, spendIn);
  // Another run has looked later: what this one saw says nothing new, and is shown only.
  const isLate = before.lookedAt !== null && before.lookedAt > now;
  const check = isLate ? { ...seen, states: before.states, events: [] } : seen;
  const { states, unsent, claimed, waiting } = rememberLook(before, check, now, publish);
  const isIdle = budgets.length === 0 && before.states.length === 0 && before.unsent.length === 0;
  return {
    after: isIdle ? null : { lookedAt: isLate ? before.lookedAt : now, states, unsent },
    result: { check, claimed, withheld: publish ? [] : check.events, waiting },
  };
}

async function deliver(
  { documents, sendEvents }: SpendPorts,
  claimed: readonly OutgoingEvent[],
  signal: AbortSignal,
): Promise<{ readonly events: readonly EventDelivery[]; readonly problems: readonly Problem[] }> {
  if (claimed.length === 0) return { events: [], problems: [] };
  const settle = async (sent: readonly OutgoingEvent[], failed: readonly OutgoingEvent[]) => {
    const [sentIds, failedIds] = [new Set(sent.map(({ id }) => id)), new Set(failed.map(({ id }) => id))];
    try {
      const { problems } = await changeMemory(documents, (before) => ({
        after: { ...before, unsent: withoutSent(before.unsent, sentIds, failedIds) },
        result: null,
      }));
      return problems;
    } catch (error) {
      return [storeProblem("their state", error)];
    }
  };
  let results: Awaited<ReturnType<SpendPorts["sendEvents"]>>;
  try {
    results = await sendEvents(claimed, signal);
  } catch (error) {
    // Whether they arrived is not known. They carry ids, so a second arrival does no harm; a lost one would.
    await settle([], claimed);
    throw error;
  }
  const events = claimed.map((event, index): EventDelivery => {
    const result = results[index];
    if (result?.sent === true) return { event, result: "sent", reason: null };
    return { event, result: "unsent", reason: result?.reason ?? "no answer for this event" };
  });
  const those = (wanted: EventDelivery["result"]): readonly OutgoingEvent[] =>
    events.filter(({ result }) => result === wanted).map(({ event }) => event);
  return { events, problems: await settle(those("sent"), those("unsent")) };
}
