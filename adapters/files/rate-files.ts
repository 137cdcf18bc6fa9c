import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { compareSessions, type RatedSession } from "../../core/billing/rated-session.ts";
import {
  type Hand,
  type HandContext,
  type HandSettings,
  ownHand,
  type PartitionSource,
  type Stretch,
  type StretchOutcome,
} from "./hand.ts";
import { type InputFailure, type InputFile, type InputName, inspectInput } from "./input-file.ts";
import type { LineReason } from "./line-counts.ts";
import type { MeteredPartition } from "./meter-partition.ts";
import { onSpillFile } from "./spill-error.ts";
import { threadHand } from "./thread-hand.ts";
import { partitions, type StoredUsage } from "./usage-store.ts";

export interface RateRequest extends Omit<HandSettings, "spillFolder" | "number"> {
  readonly files: readonly InputName[];
  readonly threads: number;
  /** Threads take stretches of this size in turn: large enough to cost nothing, small enough that threads end together. */
  readonly stretchBytes: number;
  /** Where a folder for spilled records may be made, and is removed again. */
  readonly tempFolder: string;
}

interface FileProblem {
  readonly file: string;
  readonly line: number;
  readonly reason: LineReason;
}

export interface RateResult {
  /** Lines that are not blank. */
  readonly lines: number;
  /** Valid lines, duplicates included. */
  readonly records: number;
  readonly duplicates: number;
  readonly skipped: number;
  readonly reasons: ReadonlyMap<LineReason, number>;
  /** The first of them in the order of files and lines, as many as were asked for. */
  readonly problems: readonly FileProblem[];
  /** Inputs that could not be read, or not to their end: the result is a partial one. */
  readonly failures: readonly InputFailure[];
  /** By account, Region, interpreter and session. */
  readonly sessions: readonly RatedSession[];
}

const partitionsAtOnce = 4;

/**
 * Meters and rates all sessions of the files. Order of lines and files, threads, spilling and the fast path change no
 * figure. Rejects with `SpillError` where `tempFolder` cannot be used, and where `context.signal` is aborted.
 */
export async function rateFiles(request: RateRequest, context: HandContext): Promise<RateResult> {
  const inputs = request.files.map(inspectInput);
  const found = inputs.filter((input): input is InputFile => "kind" in input);
  const stretches = found.flatMap((input) => stretchesOf(input, request));
  const spillFolder = onSpillFile(() => mkdtempSync(path.join(request.tempFolder, "sandmeter-rate-")));
  const hands = handsFor(request, stretches, spillFolder, context);
  try {
    const outcomes = await readAll(stretches, hands);
    return {
      ...summaryOf(stretches, outcomes, request.problemLimit),
      ...(await meterAll(hands)),
      failures: [
        ...inputs.filter((input): input is InputFailure => "code" in input),
        ...outcomes.flatMap((outcome) => outcome.failure ?? []),
      ],
    };
  } finally {
    await Promise.all(hands.map((hand) => hand.dismiss()));
    await rm(spillFolder, { recursive: true, force: true });
  }
}

function stretchesOf(
  { input, kind, sizeBytes }: InputFile,
  { threads, stretchBytes }: RateRequest,
): readonly Stretch[] {
  const end = Number.POSITIVE_INFINITY;
  if (kind === "stream" || sizeBytes === null || threads === 1) return [{ input, kind, from: 0, to: end }];
  const count = Math.ceil(sizeBytes / stretchBytes);
  return Array.from({ length: count }, (_, index) => ({
    input,
    kind,
    from: index * stretchBytes,
    to: index === count - 1 ? end : (index + 1) * stretchBytes,
  }));
}

/** The first hand is this thread: it works while the others still start, and the standard input is its own. */
function handsFor(
  request: RateRequest,
  stretches: readonly Stretch[],
  spillFolder: string,
  context: HandContext,
): readonly Hand[] {
  const count = Math.max(1, Math.min(request.threads, stretches.length));
  return Array.from({ length: count }, (_, number) => {
    const settings = { ...request, limitBytes: request.limitBytes / count, spillFolder, number };
    return number === 0 ? ownHand(settings, context) : threadHand(settings, context);
  });
}

async function readAll(stretches: readonly Stretch[], hands: readonly Hand[]): Promise<readonly StretchOutcome[]> {
  const outcomes: StretchOutcome[] = [];
  const waiting = [...stretches.entries()];
  const take = (number: number): [number, Stretch] | undefined => {
    const own = number === 0 ? waiting.findIndex(([, stretch]) => stretch.input.name === "-") : -1;
    const next = own >= 0 ? own : waiting.findIndex(([, stretch]) => stretch.input.name !== "-");
    return next < 0 ? undefined : waiting.splice(next, 1)[0];
  };
  await Promise.all(
    hands.map(async (hand, number) => {
      for (let next = take(number); next !== undefined; next = take(number)) {
        outcomes[next[0]] = await hand.read(next[1]);
      }
    }),
  );
  return outcomes;
}

async function meterAll(hands: readonly Hand[]): Promise<Pick<RateResult, "sessions" | "duplicates">> {
  const stored = await Promise.all(hands.map((hand) => hand.finish()));
  const waiting = batchesOf(stored);
  const metered: MeteredPartition[] = [];
  await Promise.all(
    hands.map(async (hand) => {
      for (let batch = waiting.pop(); batch !== undefined; batch = waiting.pop()) {
        metered.push(...(await hand.meter(batch)));
      }
    }),
  );
  return {
    sessions: metered.flatMap((partition) => partition.sessions).sort(compareSessions),
    duplicates: metered.reduce((sum, partition) => sum + partition.duplicates, 0),
  };
}

/** For each partition what every hand has of it, some partitions to a batch. */
function batchesOf(stored: readonly StoredUsage[]): (readonly (readonly PartitionSource[])[])[] {
  const sources = Array.from({ length: partitions }, (_, partition) =>
    stored.flatMap(({ partitions: parts, spillFile }) => {
      const part = parts[partition];
      return part === undefined || part.keys.length === 0 ? [] : [{ stored: part, spillFile }];
    }),
  ).filter((list) => list.length > 0);
  return Array.from({ length: Math.ceil(sources.length / partitionsAtOnce) }, (_, batch) =>
    sources.slice(batch * partitionsAtOnce, (batch + 1) * partitionsAtOnce),
  );
}

function summaryOf(
  stretches: readonly Stretch[],
  outcomes: readonly StretchOutcome[],
  problemLimit: number,
): Omit<RateResult, "sessions" | "duplicates" | "failures"> {
  const reasons = new Map<LineReason, number>();
  const problems: FileProblem[] = [];
  const sums = { lines: 0, records: 0, skipped: 0 };
  let linesBefore = 0;
  for (const [index, stretch] of stretches.entries()) {
    const counts = outcomes[index]?.counts;
    if (counts === undefined) continue;
    if (stretch.from === 0) linesBefore = 0;
    for (const { line, reason } of counts.problems) {
      if (problems.length < problemLimit) problems.push({ file: stretch.input.name, line: linesBefore + line, reason });
    }
    for (const [reason, count] of counts.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
    linesBefore += counts.physicalLines;
    sums.lines += counts.physicalLines - counts.blankLines;
    sums.records += counts.records;
    sums.skipped += counts.skipped;
  }
  return { ...sums, reasons, problems };
}
