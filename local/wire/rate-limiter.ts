/** Token buckets on wall time: one bucket per key, as large as one second's worth, full at first. */
export interface RateLimiter {
  /** Takes one request from the bucket; false where none is left. */
  readonly take: (key: string, perSecond: number) => boolean;
}

export function rateLimiter(wall: () => number): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take: (key, perSecond) => {
      const at = wall();
      const bucket = buckets.get(key) ?? { tokens: perSecond, at };
      buckets.set(key, bucket);
      bucket.tokens = Math.min(perSecond, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
      bucket.at = at;
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}
