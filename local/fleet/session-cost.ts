import type { LocalSession, World } from "../world.ts";
import { plannedEnd } from "./life.ts";
import { bootSeconds, lastIndexAt, type MeterRecord, visitRecords } from "./meter-records.ts";
import { type PriceRow, priceRows } from "./prices.ts";

/** Dollars with 12 decimals; null where the Region had no price when a record was stamped. */
export interface SessionCost {
  /** By rule 2026-09: memory at its peak so far. */
  readonly ratedUsd: string | null;
  /** The plain sum of the logged hours. */
  readonly loggedUsd: string | null;
  /** Distinct usage records. */
  readonly records: number | null;
  /** vCPU-nanoseconds, as an integer. */
  readonly vcpuNs: string | null;
  /** Byte-milliseconds that rule 2026-09 charges, and those that are logged, as integers. */
  readonly byteMs: string | null;
  readonly loggedByteMs: string | null;
  /** What the log's hours add up to, with 12 decimals. */
  readonly vcpuHours: string | null;
  readonly gbHours: string | null;
}

/** Where nobody asked for the cost. */
export const unknownCost: SessionCost = {
  ratedUsd: null,
  loggedUsd: null,
  records: null,
  vcpuNs: null,
  byteMs: null,
  loggedByteMs: null,
  vcpuHours: null,
  gbHours: null,
};

const floorBytes = 2 ** 27;
const minimumMs = 1000;

/** What the session has cost by `now`, over all its records, delivered or not. */
export function costOf(session: LocalSession, world: World, now: number): SessionCost {
  const meter = meterOf(session, now);
  const lastIndex = lastIndexAt(session, now);
  visitRecords(session, world, { fromIndex: meter.nextIndex, toIndex: lastIndex }, now, (record) => add(meter, record));
  meter.nextIndex = Math.max(meter.nextIndex, lastIndex + 1);
  meter.readAt = now;
  return readCost(meter);
}

/** The highest memory level so far, in bytes; ask after its cost. */
export const peakBytesOf = (session: LocalSession): number => meters.get(session)?.peakBytes ?? 0;

/** What a level of memory costs over a time that begins at `at`; null where it has no price then. */
export function memoryUsd(region: string, at: number, bytes: number, ms: number): string | null {
  const price = priceRows(region).find((row) => covers(row, at));
  if (price === undefined) return null;
  return decimalOf(scaledUsd(price, 0, BigInt(ms) * BigInt(Math.max(floorBytes, bytes))), usdDivisor);
}

/** Picodollars as dollars with 12 decimals. */
export const decimalUsd = (picodollars: bigint): string =>
  picodollars < 0n ? `-${decimalUsd(-picodollars)}` : decimalOf(picodollars, 1_000_000_000_000n);

/** Sums at one price. Memory is kept as numbers for as long as they are exact, and then moved to `bigint`. */
interface Sums {
  readonly price: PriceRow | null;
  vcpuNs: number;
  chargedByteMs: bigint;
  loggedByteMs: bigint;
}

/** How far a session's records have been added up, so that each is looked at once. */
interface Meter {
  readonly prices: readonly PriceRow[];
  readonly sums: Sums[];
  nextIndex: number;
  readAt: number;
  callsSeen: number;
  endedAt: number;
  records: number;
  elapsedMs: number;
  peakBytes: number;
  /** At the present peak, and not yet in the sums. */
  pendingMs: number;
  pendingLoggedByteMs: number;
}

const meters = new WeakMap<LocalSession, Meter>();

function meterOf(session: LocalSession, now: number): Meter {
  const known = meters.get(session);
  const { endedAt } = plannedEnd(session);
  if (known !== undefined && known.readAt <= now && isStillTrue(known, session, endedAt)) {
    known.callsSeen = session.calls.length;
    known.endedAt = endedAt;
    return known;
  }
  const fresh: Meter = {
    prices: priceRows(session.region),
    sums: [],
    nextIndex: -bootSeconds(session),
    readAt: Number.NEGATIVE_INFINITY,
    callsSeen: session.calls.length,
    endedAt,
    records: 0,
    elapsedMs: 0,
    peakBytes: 0,
    pendingMs: 0,
    pendingLoggedByteMs: 0,
  };
  meters.set(session, fresh);
  return fresh;
}

/** A call that is only told of after its start, or an end before what was read, changes seconds that are already added up. */
const isStillTrue = (meter: Meter, session: LocalSession, endedAt: number): boolean =>
  (endedAt === meter.endedAt || endedAt >= meter.readAt) &&
  session.calls.slice(meter.callsSeen).every((call) => call.startAt >= meter.readAt);

function add(meter: Meter, record: MeterRecord): void {
  const sums = sumsAt(meter, record.stampAt);
  if (record.levelBytes !== null && record.levelBytes > meter.peakBytes) {
    flush(meter, sums);
    meter.peakBytes = record.levelBytes;
  }
  meter.records++;
  sums.vcpuNs += record.vcpuNs;
  meter.elapsedMs += record.elapsedMs;
  meter.pendingMs += record.elapsedMs;
  meter.pendingLoggedByteMs += record.byteMs;
  // 8 GB for a second is below 10^13, so a hundred more of them cannot leave the exact integers.
  if (meter.pendingLoggedByteMs > 8e15) flush(meter, sums);
}

function sumsAt(meter: Meter, stampAt: number): Sums {
  const current = meter.sums.at(-1);
  if (current?.price !== undefined && covers(current.price, stampAt)) return current;
  const price = meter.prices.find((row) => covers(row, stampAt)) ?? null;
  if (current !== undefined && current.price === price) return current;
  if (current !== undefined) flush(meter, current);
  const next: Sums = { price, vcpuNs: 0, chargedByteMs: 0n, loggedByteMs: 0n };
  meter.sums.push(next);
  return next;
}

const covers = (price: PriceRow | null, stampAt: number): boolean =>
  price !== null && price.startAt <= stampAt && stampAt < price.endAt;

function flush(meter: Meter, sums: Sums): void {
  sums.chargedByteMs += BigInt(meter.pendingMs) * BigInt(Math.max(floorBytes, meter.peakBytes));
  sums.loggedByteMs += BigInt(meter.pendingLoggedByteMs);
  meter.pendingMs = 0;
  meter.pendingLoggedByteMs = 0;
}

function readCost(meter: Meter): SessionCost {
  const last = meter.sums.at(-1);
  if (last !== undefined) flush(meter, last);
  const isMinimum = meter.elapsedMs < minimumMs;
  let rated = 0n;
  let logged = 0n;
  let vcpuNs = 0n;
  let byteMs = 0n;
  let loggedByteMs = 0n;
  for (const sums of meter.sums) {
    const minimum = sums === last ? BigInt(minimumMs * Math.max(floorBytes, meter.peakBytes)) : 0n;
    const charged = isMinimum ? minimum : sums.chargedByteMs;
    vcpuNs += BigInt(sums.vcpuNs);
    byteMs += charged;
    loggedByteMs += sums.loggedByteMs;
    if (sums.price === null) continue;
    rated += scaledUsd(sums.price, sums.vcpuNs, charged);
    logged += scaledUsd(sums.price, sums.vcpuNs, sums.loggedByteMs);
  }
  const isPriced = meter.prices.length > 0 && meter.sums.every((sums) => sums.price !== null);
  return {
    ratedUsd: isPriced ? decimalOf(rated, usdDivisor) : null,
    loggedUsd: isPriced ? decimalOf(logged, usdDivisor) : null,
    records: meter.records,
    vcpuNs: vcpuNs.toString(),
    byteMs: byteMs.toString(),
    loggedByteMs: loggedByteMs.toString(),
    vcpuHours: decimalOf(vcpuNs, 3_600_000_000_000n),
    gbHours: decimalOf(loggedByteMs, 3_600_000n * 2n ** 30n),
  };
}

// vCPU-ns × micro-dollars / (3600 × 10^9 × 10^6) and byte-ms × micro-dollars / (3600 × 10^3 × 2^30 × 10^6) over one divisor.
const usdDivisor = 3_600_000_000_000n * 1_000_000n * 2n ** 30n;

const scaledUsd = (price: PriceRow, vcpuNs: number, byteMs: bigint): bigint =>
  BigInt(vcpuNs) * BigInt(price.microUsdPerVcpuHour) * 2n ** 30n +
  byteMs * BigInt(price.microUsdPerGbHour) * 1_000_000n;

/** Twelve decimals, a half to the even one. */
function decimalOf(scaled: bigint, divisor: bigint): string {
  const units = scaled * 1_000_000_000_000n;
  const rest = (units % divisor) * 2n;
  const down = units / divisor;
  const rounded = rest > divisor || (rest === divisor && down % 2n === 1n) ? down + 1n : down;
  const digits = rounded.toString().padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}
