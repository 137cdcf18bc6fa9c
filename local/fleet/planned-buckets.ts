import type { Bucket, Place } from "../world.ts";

const yearMs = 365 * 86_400_000;

/** The buckets that deliveries and trails write to. Each belongs to the first place that delivers to it. */
export function plannedBuckets(places: Iterable<Place>, startAt: number): Map<string, Bucket> {
  const buckets = new Map<string, Bucket>();
  for (const place of places) {
    const deliveries = [...place.interpreters.values()].map((interpreter) => interpreter.usageLogs);
    for (const delivery of [...deliveries, place.trail]) {
      if (delivery?.to !== "bucket" || buckets.has(delivery.bucket)) continue;
      buckets.set(delivery.bucket, newBucket(delivery.bucket, place, startAt - yearMs));
    }
  }
  return buckets;
}

export const newBucket = (name: string, owner: Pick<Place, "account" | "region">, createdAt: number): Bucket => ({
  name,
  account: owner.account,
  region: owner.region,
  createdAt,
  objects: new Map(),
  deliveredUntil: new Map(),
});
