import { type InterpreterTags, readInterpreterTags, writeInterpreterTags } from "../attribution/interpreter-tags.ts";
import type { Target } from "../inventory/target.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import { mapConcurrently } from "../kernel/map-concurrently.ts";
import type { Problem } from "../kernel/problem.ts";
import type { AccountsPorts } from "./accounts-ports.ts";

const dayMs = 24 * 3_600_000;
/** A refusal is not asked for again at each pass. */
const retryMs = 3_600_000;
/** Each costs a request of a quota that the deployment of interpreters uses too. */
const lookUpsAtOnce = 4;

/**
 * Reads the tags of the interpreters that are new or were read a day ago. What cannot be read stays as it was. Tags of an
 * interpreter that is gone are kept: its costs are still reported.
 */
export async function refreshTags(
  { documents, readTags }: Pick<AccountsPorts, "documents" | "readTags">,
  now: Instant,
  target: Target,
  interpreters: readonly InterpreterId[],
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const before = await readInterpreterTags(documents, target);
  const due = interpreters.filter((id) => (before.byInterpreter.get(id)?.dueAt ?? now) <= now);
  if (due.length === 0) return [];
  const problems: Problem[] = [];
  const read = await mapConcurrently(due, lookUpsAtOnce, async (id) => {
    const looked = await readTags(target, id, signal);
    if (looked.kind === "found") return [id, { tags: looked.value, dueAt: plusMs(now, dayMs) }] as const;
    if (looked.kind === "failed") problems.push(looked.problem);
    const tags = before.byInterpreter.get(id)?.tags ?? null;
    return [id, { tags, dueAt: plusMs(now, retryMs) }] as const;
  });
  const after: InterpreterTags = { ...before, byInterpreter: new Map([...before.byInterpreter, ...read]) };
  // Stale: another run has just read the same tags.
  await writeInterpreterTags(documents, target, after);
  return problems;
}
