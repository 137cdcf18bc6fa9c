import type { Place } from "../../world.ts";
import { type Bucket, copyOf, mergeInto } from "./bucket.ts";

/** A metric's identity. Dimensions are sorted by name: their order means nothing. */
export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
}

/** One accepted datum: where it goes, and what it adds. */
export interface Datum {
  readonly metric: MetricIdentity;
  readonly unit: string;
  readonly at: number;
  /** Whether the second is kept beside the minute. */
  readonly highResolution: boolean;
  readonly bucket: Bucket;
}

/** The data of one metric in one unit: CloudWatch keeps units apart. */
interface UnitData {
  readonly minutes: Map<number, Bucket>;
  readonly seconds: Map<number, Bucket>;
}

export interface StoredMetric {
  readonly metric: MetricIdentity;
  readonly units: Map<string, UnitData>;
  readonly firstPutAt: number;
  /** Time stamp of the latest datum. */
  latestAt: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * How long after it was put a datum becomes readable, by its age then. The last two are in the API reference of
 * PutMetricData ("as much as 2 hours", "at least 48 hours"); for fresh data AWS promises nothing, two minutes is what
 * its guides call usual at most.
 */
export const FRESH_LAG_MS = 2 * 60_000;
export const LATE_LAG_MS = 2 * HOUR;
export const OLD_LAG_MS = 48 * HOUR;
/** Age from which a datum is late, and from which it is old. */
const LATE_AGE_MS = 3 * HOUR;
const OLD_AGE_MS = DAY;

/** Seconds are kept 3 hours and minutes 15 days, as on AWS. Its longer, coarser tiers are left out to keep memory bounded. */
const SECONDS_KEPT_MS = 3 * HOUR;
const MINUTES_KEPT_MS = 15 * DAY;
const PRUNED_EVERY_MS = HOUR;

interface Store {
  readonly metrics: Map<string, StoredMetric>;
  pending: { readonly visibleAt: number; readonly putAt: number; readonly datum: Datum }[];
  nextVisibleAt: number;
  prunedAt: number;
}

const stores = new WeakMap<Place, Store>();

export const keyOf = (metric: MetricIdentity): string =>
  JSON.stringify([metric.namespace, metric.name, metric.dimensions]);

export const identityOf = (
  namespace: string,
  name: string,
  dimensions: readonly { readonly Name: string; readonly Value: string }[],
): MetricIdentity => ({
  namespace,
  name,
  dimensions: dimensions
    .map(({ Name, Value }) => [Name, Value] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
});

export function putData(place: Place, data: readonly Datum[], now: number): void {
  const store = storeOf(place, now);
  for (const datum of data) {
    const age = now - datum.at;
    const lag = age < LATE_AGE_MS ? FRESH_LAG_MS : age < OLD_AGE_MS ? LATE_LAG_MS : OLD_LAG_MS;
    store.pending.push({ visibleAt: now + lag, putAt: now, datum });
    store.nextVisibleAt = Math.min(store.nextVisibleAt, now + lag);
  }
  // A client that only ever puts must not pile up what nobody reads.
  settle(store, now);
}

/** All metrics with data that can be read at `now`, by key. */
export function storedMetrics(place: Place, now: number): ReadonlyMap<string, StoredMetric> {
  const store = storeOf(place, now);
  settle(store, now);
  return store.metrics;
}

function settle(store: Store, now: number): void {
  if (now >= store.nextVisibleAt) {
    const due = store.pending.filter((each) => each.visibleAt <= now);
    store.pending = store.pending.filter((each) => each.visibleAt > now);
    store.nextVisibleAt = store.pending.reduce((least, each) => Math.min(least, each.visibleAt), Infinity);
    for (const { datum, putAt } of due) add(store, datum, putAt);
  }
  if (now - store.prunedAt >= PRUNED_EVERY_MS) prune(store, now);
}

function storeOf(place: Place, now: number): Store {
  const known = stores.get(place);
  if (known !== undefined) return known;
  const store: Store = { metrics: new Map(), pending: [], nextVisibleAt: Infinity, prunedAt: now };
  stores.set(place, store);
  return store;
}

function add(store: Store, datum: Datum, putAt: number): void {
  const key = keyOf(datum.metric);
  const stored = store.metrics.get(key) ?? {
    metric: datum.metric,
    units: new Map<string, UnitData>(),
    firstPutAt: putAt,
    latestAt: datum.at,
  };
  store.metrics.set(key, stored);
  stored.latestAt = Math.max(stored.latestAt, datum.at);
  const unit = stored.units.get(datum.unit) ?? { minutes: new Map(), seconds: new Map() };
  stored.units.set(datum.unit, unit);
  addAt(unit.minutes, Math.floor(datum.at / 60_000) * 60_000, datum.bucket);
  if (datum.highResolution) addAt(unit.seconds, Math.floor(datum.at / 1000) * 1000, datum.bucket);
}

function addAt(buckets: Map<number, Bucket>, at: number, bucket: Bucket): void {
  const known = buckets.get(at);
  if (known === undefined) buckets.set(at, copyOf(bucket));
  else mergeInto(known, bucket);
}

function prune(store: Store, now: number): void {
  store.prunedAt = now;
  for (const [key, stored] of store.metrics) {
    for (const { minutes, seconds } of stored.units.values()) {
      for (const at of minutes.keys()) if (now - at > MINUTES_KEPT_MS) minutes.delete(at);
      for (const at of seconds.keys()) if (now - at > SECONDS_KEPT_MS) seconds.delete(at);
    }
    if (now - stored.latestAt > MINUTES_KEPT_MS) store.metrics.delete(key);
  }
}
