/** What is kept of the values of one metric within one second or one minute. */
export interface Bucket {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Each value and how often it came, flat; null once a statistic set joined whose single values nobody knows. */
  samples: number[] | null;
}

export const bucketOfValue = (value: number, count = 1): Bucket => ({
  count,
  sum: value * count,
  min: value,
  max: value,
  samples: [value, count],
});

/** A statistic set stands for single values only where they cannot differ: one sample, or minimum equal to maximum. */
export function bucketOfSet(set: { count: number; sum: number; min: number; max: number }): Bucket {
  const alike = set.count === 1 || set.min === set.max;
  return { ...set, samples: alike ? [set.min, set.count] : null };
}

export function mergeInto(target: Bucket, other: Bucket): void {
  target.count += other.count;
  target.sum += other.sum;
  target.min = Math.min(target.min, other.min);
  target.max = Math.max(target.max, other.max);
  if (other.samples === null) target.samples = null;
  else target.samples?.push(...other.samples);
}

export const copyOf = (bucket: Bucket): Bucket => ({
  ...bucket,
  samples: bucket.samples === null ? null : [...bucket.samples],
});
