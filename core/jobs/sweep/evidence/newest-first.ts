import { longestHotGapMs } from "../../../cleanup/evidence/cpu-evidence.ts";
import type { CpuEvidence, Span, Unknown } from "../../../cleanup/evidence/evidence.ts";
import { type Instant, instant, plusMs } from "../../../kernel/instant.ts";
import type { CpuQuestion } from "../../../ports/activity.ts";

/**
 * The parts in which records are asked for, newest first. Most sessions work, and show it in their newest records, which are one
 * answer of a log group; an hour and a half of them is four or five. None but files' and a whole look's is read at once.
 */
export function partsOf({ from, until }: Span, { depth }: CpuQuestion, now: Instant): readonly Span[] {
  const between = instant(Math.max(from, plusMs(now, -newestMs)));
  if (depth === "whole" || between === from) return [{ from, until }];
  return [
    { from: between, until },
    { from, until: between },
  ];
}

/** Records of a quarter of an hour where they are 20 minutes late, as most are. */
const newestMs = 35 * 60_000;

/**
 * Whether what was read from `from` on keeps a session, whatever was before it: it worked so late that no stretch up to its last record is
 * quiet for long enough. All that is newer was read, so that no record beyond it is left out.
 */
export function endsInWork(cpu: CpuEvidence | Unknown, from: Instant, neededMs: number): boolean {
  if (cpu.kind === "unknown" || cpu.lastBusyAt === null) return false;
  const { lastBusyAt, lastRecordAt, hotSince } = cpu;
  // The second that a record of no length belongs to may be one that was not read.
  if (lastBusyAt <= from + seamMs) return false;
  // How long a runaway has gone on is not known where it goes on before that.
  if (hotSince !== null && hotSince <= from + longestHotGapMs + seamMs) return false;
  return lastBusyAt > lastRecordAt - neededMs;
}

const seamMs = 2000;
