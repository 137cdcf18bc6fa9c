import { periodsOf } from "../../billing/price-book.ts";
import { distinctInOrder, type UsageColumns } from "../../billing/usage-columns.ts";
import type { SessionKey } from "../../billing/usage-record.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import { chargesOf } from "../../ledger/charges-of.ts";
import { lastRecordAtOf } from "../../ledger/last-record.ts";
import { hasLate } from "../../ledger/late-records.ts";
import { copyRows } from "../../ledger/open-records.ts";
import { firstAtOrAfter } from "../../ledger/stamp-search.ts";
import type { LedgerSession } from "../../ports/ledger.ts";
import type { UsageReading } from "../../ports/usage-source.ts";
import { usageBuffer } from "./buffer.ts";
import { foldSession } from "./fold.ts";
import { type IngestPass, watchedOf } from "./pass.ts";
import { requestOf, type WindowOfPlace } from "./read-window.ts";
import { changeSessions } from "./sessions.ts";
import { finalAfterMs, windowMs } from "./windows.ts";

export interface CountReading {
  /** Of all of the hour; the last one where it could not be read to its end. */
  readonly readings: readonly UsageReading[];
  /** Names of sessions of which the place has more records than the ledger. */
  readonly touched: readonly string[];
  /** Records that the ledger has and the place has no more. */
  readonly vanished: number;
  readonly contested: number;
}

interface Counted {
  readonly name: string;
  readonly key: SessionKey;
  /** The first of its records. */
  readonly first: UsageColumns;
  readonly records: number;
}

/**
 * Counts the distinct records of an hour that ended a day ago, and compares them with what the ledger has of it. Where the
 * place has more, records came later than anything waits for: the session has to be rated from its source, whatever its
 * state. It is read in parts, so that no more than a window is in memory.
 */
export async function countHour(pass: IngestPass, source: WindowOfPlace): Promise<CountReading> {
  const { window } = source;
  const readings: UsageReading[] = [];
  const sessions = new Map<string, Counted>();
  let outside = 0;
  for (let from = window.from; from < window.until; from = instant(from + windowMs)) {
    const buffer = usageBuffer((target) => watchedOf(pass, target) !== null);
    const request = requestOf(pass, source, { from, until: instant(Math.min(from + windowMs, window.until)) });
    const reading = await pass.ports.usage.read(request, (batches) => void buffer.add(batches), pass.signal);
    readings.push(reading);
    if (!reading.complete) return { readings, touched: [], vanished: 0, contested: 0 };
    for (const { name, key, usage } of buffer.take()) {
      const all = distinctInOrder(usage);
      const distinct = rowsWithin(all, window.from, window.until);
      outside += all.length - distinct.length;
      if (distinct.length === 0) continue;
      const before = sessions.get(name) ?? { name, key, first: copyRows(distinct, 0, 1), records: 0 };
      sessions.set(name, { ...before, records: before.records + distinct.length });
    }
  }
  const found = await compare(pass, window.from, [...sessions.values()]);
  // Where a place stamps a record otherwise than the record itself, some of this hour's are to be found in the next.
  return { readings, ...found, vanished: outside === 0 ? found.vanished : 0 };
}

const rowsWithin = (rows: UsageColumns, from: Instant, until: Instant): UsageColumns =>
  copyRows(rows, firstAtOrAfter(rows.at, rows.length, from), firstAtOrAfter(rows.at, rows.length, until));

async function compare(
  pass: IngestPass,
  hourAt: Instant,
  sessions: readonly Counted[],
): Promise<Omit<CountReading, "readings">> {
  const touched = new Set<string>();
  const vanished = new Map<string, number>();
  const { contested } = await changeSessions(pass.ports.ledger, sessions, (stored, counted) => {
    if (stored === null || hasNone(stored)) {
      touched.add(counted.name);
      return unseen(pass, stored, counted);
    }
    if (isDoubted(stored)) return null;
    const known = recordsIn(pass, stored, hourAt);
    // Of an hour that is in two places, each has a part.
    if (known > counted.records && !isInTwo(pass, counted.key, hourAt))
      vanished.set(counted.name, known - counted.records);
    if (known >= counted.records) return null;
    touched.add(counted.name);
    const { late } = stored.account;
    return {
      ...stored,
      account: { ...stored.account, late: { ...late, counted: late.counted + counted.records - known } },
      state: stored.state === "closed" ? "reopened" : stored.state,
    };
  });
  return { touched: [...touched], vanished: [...vanished.values()].reduce((sum, it) => sum + it, 0), contested };
}

/** Whether the records of an hour may lie in a place that they go to no more: those of before it was left do. */
const isInTwo = (pass: IngestPass, key: SessionKey, hourAt: Instant): boolean =>
  (watchedOf(pass, key)?.places.known.get(key.interpreter) ?? []).some(
    ({ leftAt }) => leftAt !== null && leftAt + finalAfterMs > hourAt,
  );

/** A session all of whose records came late: it begins with one of them, as one that lacks others. */
const unseen = (pass: IngestPass, stored: LedgerSession | null, { key, first }: Counted): LedgerSession | null =>
  foldSession(stored, { key, usage: first }, watchedOf(pass, key)?.factsOf(key) ?? null, {
    now: pass.now,
    prices: pass.input.prices,
    meter: pass.input.meter,
    look: "count",
    sealed: null,
    edge: { at: instant(Number.MAX_SAFE_INTEGER), isExpired: false },
    approximate: null,
  });

/** Entered at its end, with bounds alone. */
const hasNone = ({ bill, account }: LedgerSession): boolean => !bill.final && lastRecordAtOf(account) === null;

/** Figures that are not exact, and sessions that are rated from their source anyway, are not compared. */
const isDoubted = ({ bill, account }: LedgerSession): boolean => bill.approximate !== null || hasLate(account);

function recordsIn({ input }: IngestPass, { account }: LedgerSession, hourAt: Instant): number {
  const charges = chargesOf(account, periodsOf(input.prices, account.key.region), input.meter)?.charges ?? [];
  return charges.filter((charge) => charge.hourAt === hourAt).reduce((sum, { records }) => sum + records, 0);
}
