import { type InterpreterTags, readInterpreterTags, writeInterpreterTags } from "../../attribution/interpreter-tags.ts";
import type { Target } from "../../inventory/target.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import { mapConcurrently } from "../../kernel/map-concurrently.ts";
import type { Problem } from "../../kernel/problem.ts";
import { orTold } from "../accounts/document-problem.ts";
import type { AccountsPorts } from "../accounts/ports.ts";

const dayMs = 24 * 3_600_000;
/** A refusal is not asked for again at each pass. */
const retryMs = 3_600_000;
/** Each costs a request of a quota that the deployment of interpreters uses too. */
const lookUpsAtOnce = 4;
/** Tags of an interpreter that is gone are kept so long: its costs are still reported, by month and by year. */
const forgottenAfterMs = 400 * dayMs;

/**
 * Reads the tags of the interpreters that are new or were read a day ago. What cannot be read stays as it was, and where the
 * document cannot be read or written, all of it does: tags are labels, and no cost waits for them.
 */
export const refreshTags = (...args: Parameters<typeof refresh>): Promise<readonly Problem[]> =>
  orTold("Tags of interpreters stay as they were last read", () => refresh(...args));

async function refresh(
  { documents, readTags }: Pick<AccountsPorts, "documents" | "readTags">,
  now: Instant,
  target: Target,
  interpreters: readonly InterpreterId[],
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const before = await readInterpreterTags(documents, target);
  const due = interpreters.filter((id) => isDue(before.byInterpreter.get(id)?.dueAt ?? now, now));
  if (due.length === 0) return [];
  const problems: Problem[] = [];
  const read = await mapConcurrently(due, lookUpsAtOnce, async (id) => {
    const looked = await readTags(target, id, signal);
    if (looked.kind === "found") return [id, { tags: looked.value, dueAt: plusMs(now, dayMs) }] as const;
    if (looked.kind === "failed") problems.push(looked.problem);
    const tags = before.byInterpreter.get(id)?.tags ?? null;
    return [id, { tags, dueAt: plusMs(now, retryMs) }] as const;
  });
  const byInterpreter = new Map([...before.byInterpreter, ...read]);
  // One that is listed is due within a day.
  const kept = [...byInterpreter].filter(([, { dueAt }]) => now - dueAt < forgottenAfterMs);
  const after: InterpreterTags = { ...before, byInterpreter: new Map(kept) };
  // Stale: another run has just read the same tags.
  await writeInterpreterTags(documents, target, after);
  return problems;
}

/** What is due in more than a day was put off by a clock that was ahead. */
const isDue = (dueAt: Instant, now: Instant): boolean => dueAt <= now || dueAt - now > dayMs;
