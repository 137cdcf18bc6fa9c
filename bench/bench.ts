/** One measured figure. Times of a busy machine say little: what counts are ratios of medians of alternating runs. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The figure is missed where it lies above this. */
  readonly atMost?: number;
}

export interface Bench {
  readonly name: string;
  readonly about: string;
  /** `tell` takes one line of progress. */
  readonly run: (tell: (line: string) => void) => Promise<readonly Figure[]>;
}

export const isMissed = ({ value, atMost }: Figure): boolean => atMost !== undefined && value > atMost;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
