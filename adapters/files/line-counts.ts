import type { RecordReason } from "../../core/billing/usage-record.ts";

export type LineReason = RecordReason | "line-too-long";

/** A line that was set aside. Lines are counted from 1, blank ones too. */
interface LineProblem {
  readonly line: number;
  readonly reason: LineReason;
}

/** What was read of one stretch of a file. */
export interface LineCounts {
  /** Newlines passed, and the last line where it has none. */
  readonly physicalLines: number;
  readonly blankLines: number;
  readonly records: number;
  readonly skipped: number;
  readonly reasons: ReadonlyMap<LineReason, number>;
  /** The first problems; `skipped` counts all. */
  readonly problems: readonly LineProblem[];
}

/** Counts one line at each call. */
export interface LineCounter {
  readonly record: () => void;
  readonly blank: () => void;
  readonly setAside: (reason: LineReason) => void;
  readonly counts: () => LineCounts;
}

export function lineCounter(problemLimit: number): LineCounter {
  let records = 0;
  let blankLines = 0;
  let skipped = 0;
  const reasons = new Map<LineReason, number>();
  const problems: LineProblem[] = [];
  return {
    record: () => {
      records += 1;
    },
    blank: () => {
      blankLines += 1;
    },
    setAside: (reason) => {
      skipped += 1;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      if (problems.length < problemLimit) problems.push({ line: records + blankLines + skipped, reason });
    },
    counts: () => ({
      physicalLines: records + blankLines + skipped,
      blankLines,
      records,
      skipped,
      reasons,
      problems,
    }),
  };
}
