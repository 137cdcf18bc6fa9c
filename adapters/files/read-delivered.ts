import type { Problem } from "../../core/kernel/problem.ts";
import type { UsageReading, UsageRequest, UsageSource } from "../../core/ports/usage-source.ts";
import type { DeliveredFiles } from "./delivered-files.ts";
import { problemOfFile } from "./file-problem.ts";
import type { LineCounts } from "./line-counts.ts";
import { openedInTurn } from "./opened-in-turn.ts";
import { usageFileReader } from "./read-usage-file.ts";
import { usageBatches } from "./usage-batches.ts";

/** What is wrong with more files than this is told in one sentence. */
const mostProblems = 20;

/** Reads the files that were delivered in the window of the request. What cannot be read is told, and the others are read. */
export async function readDelivered(
  files: DeliveredFiles,
  request: UsageRequest,
  onUsage: Parameters<UsageSource["read"]>[1],
  signal: AbortSignal,
): Promise<UsageReading> {
  const batches = usageBatches(request.session);
  const counts: LineCounts[] = [];
  const refusals: unknown[] = [];
  const handOn = async (): Promise<void> => {
    const taken = batches.take();
    if (taken.length === 0) return;
    try {
      await onUsage(taken);
    } catch (error) {
      // Not the file's fault, though it comes to light while one is read.
      refusals.push(error);
      throw error;
    }
  };
  const afterTurn = async (): Promise<void> => {
    if (batches.isFull()) await handOn();
  };
  const reader = usageFileReader({ latestAt: request.latestAt, sink: batches, signal, afterTurn });
  const listing = await files.list(request.from, request.until, signal);
  const problems: Problem[] = [...listing.problems];
  for await (const { file, content } of openedInTurn(files, listing.items, signal)) {
    try {
      const opened = await content();
      try {
        await reader.read(opened, (read) => counts.push(read));
      } finally {
        await opened.close();
      }
      await afterTurn();
    } catch (error) {
      signal.throwIfAborted();
      if (refusals.length > 0) throw error;
      problems.push(problemOfFile(files, file, error));
    }
  }
  await handOn();
  const sum = (figure: (read: LineCounts) => number): number => counts.reduce((all, read) => all + figure(read), 0);
  return {
    lines: sum(({ physicalLines, blankLines }) => physicalLines - blankLines),
    records: batches.records(),
    skipped: skippedOf(counts),
    complete: problems.length === 0,
    approximate: null,
    problems: fewOf(problems, files.place),
  };
}

function fewOf(problems: readonly Problem[], place: string): readonly Problem[] {
  if (problems.length <= mostProblems) return problems;
  const more = problems.length - mostProblems;
  const message = `${more} more files of ${place} could not be read: mend those named before first.`;
  return [...problems.slice(0, mostProblems), { code: "BadFile", message }];
}

function skippedOf(counts: readonly LineCounts[]): ReadonlyMap<string, number> {
  const skipped = new Map<string, number>();
  for (const { reasons } of counts) {
    for (const [reason, count] of reasons) skipped.set(reason, (skipped.get(reason) ?? 0) + count);
  }
  return skipped;
}
