import type { Bucket } from "./bucket.ts";

/** One figure of a bucket; null where the bucket cannot say it. */
export type Statistic = (bucket: Bucket) => number | null;

const PLAIN: Readonly<Record<string, Statistic>> = {
  SampleCount: (bucket) => bucket.count,
  Sum: (bucket) => bucket.sum,
  Average: (bucket) => bucket.sum / bucket.count,
  Minimum: (bucket) => bucket.min,
  Maximum: (bucket) => bucket.max,
};

/**
 * The statistic of a name, or null where there is none. Of the extended ones only percentiles (`p0` to `p100`, decimals
 * allowed) exist here; trimmed means and their like are refused.
 */
export function statisticOf(name: string): Statistic | null {
  const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
  if (plain !== undefined) return plain;
  const percentile = /^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(name)?.[1];
  if (percentile === undefined || Number(percentile) > 100) return null;
  return (bucket) => percentileOf(bucket, Number(percentile) / 100);
}

/**
 * Nearest rank. CloudWatch computes percentiles from a sketch and does not say how, so the last digits of a real answer
 * can differ. Statistic sets whose values differ have none, as on AWS.
 */
function percentileOf(bucket: Bucket, share: number): number | null {
  if (bucket.samples === null) return null;
  const pairs: (readonly [value: number, count: number])[] = [];
  for (let index = 0; index < bucket.samples.length; index += 2) {
    pairs.push([bucket.samples[index] ?? 0, bucket.samples[index + 1] ?? 0]);
  }
  pairs.sort(([a], [b]) => a - b);
  const rank = share * bucket.count;
  let seen = 0;
  for (const [value, count] of pairs) {
    seen += count;
    if (seen >= rank && count > 0) return value;
  }
  return bucket.max;
}
