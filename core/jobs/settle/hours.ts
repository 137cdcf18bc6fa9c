import type { GbUnit } from "../../billing/gigabyte.ts";
import { type PriceBook, periodsOf } from "../../billing/price-book.ts";
import type { Target } from "../../inventory/target.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import { byteMsOfHours, vcpuNsOfHours } from "../../ledger/allocation.ts";
import type { Charge, SessionBill } from "../../ledger/charge.ts";
import { hoursAlive, shareHour } from "../../ledger/share-hour.ts";
import type { InterpreterHour } from "../../ports/interpreter-usage.ts";
import type { SessionRecord } from "../../ports/registry.ts";
import type { AccountsPorts } from "../accounts/ports.ts";
import { endOfRecord } from "./life.ts";
import { recordedUse } from "./recorded-use.ts";

/** What an interpreter used comes up to an hour late: this long after its end, an hour is whole. */
const wholeAfterMs = 75 * 60_000;
const hourMs = 3_600_000;

/** The end of the last hour that is whole. */
export const wholeUntil = (now: Instant): Instant => instant(Math.floor((now - wholeAfterMs) / hourMs) * hourMs);

/**
 * A session's shares in each of the whole hours of its life. `unmeasured`: AWS says nothing of one of them. `unread`: it
 * could not be asked.
 */
export type Shares =
  | { readonly kind: "shared"; readonly charges: readonly Charge[] }
  | { readonly kind: "unmeasured" }
  | { readonly kind: "unread" };

export interface SharedHours {
  readonly sharesOf: (record: SessionRecord) => Shares;
  readonly problems: readonly Problem[];
}

/**
 * Reads what the interpreters of `wanted` used in the whole hours of their lives, for `wanted` and all others of `records`
 * to share. `records` has to hold all sessions that were alive in those hours; `billed` are bills that are not closed, or were
 * made by this pass.
 */
export async function shareHours(
  { readInterpreterUsage, ledger }: Pick<AccountsPorts, "readInterpreterUsage" | "ledger">,
  now: Instant,
  target: Target,
  wanted: readonly SessionRecord[],
  records: readonly SessionRecord[],
  billed: readonly SessionBill[],
  terms: { readonly prices: PriceBook; readonly gb: GbUnit },
  signal: AbortSignal,
): Promise<SharedHours> {
  const hours = wanted.flatMap((record) => wholeHoursOf(record, now));
  if (hours.length === 0) return { sharesOf: () => ({ kind: "unmeasured" }), problems: [] };
  const interpreters = [...new Set(wanted.map(({ interpreter }) => interpreter))];
  const from = hours.reduce((first, hour) => (hour < first ? hour : first));
  const read = await readInterpreterUsage(target, interpreters, from, wholeUntil(now), signal);
  const measured = new Map(
    [...read.hours].map(([id, list]) => [id, new Map(list.map((hour) => [hour.hourAt, hour]))] as const),
  );
  const periods = periodsOf(terms.prices, target.region);
  const asked = new Set(interpreters);
  const neighbours = records.filter(({ interpreter }) => asked.has(interpreter));
  const recordedIn = await recordedUse(ledger, target, billed, neighbours);
  const byInterpreter = Map.groupBy(neighbours, ({ interpreter }) => interpreter);
  const shared = new Map<string, ReadonlyMap<string, readonly Charge[]>>();
  const sharesIn = (interpreter: InterpreterId, hour: WholeHour): ReadonlyMap<string, readonly Charge[]> => {
    const name = `${interpreter}/${hour.hourAt}`;
    const known = shared.get(name);
    if (known !== undefined) return known;
    const spans = (byInterpreter.get(interpreter) ?? [])
      .filter((record) => isKnownInTime(record, hour.hourAt))
      .map(spanOf);
    const total = {
      hourAt: hour.hourAt,
      vcpuNs: vcpuNsOfHours(hour.vcpuHours),
      byteMs: byteMsOfHours(hour.gbHours, terms.gb),
    };
    const shares = shareHour(total, spans, periods, recordedIn(interpreter, hour.hourAt));
    shared.set(name, shares);
    return shares;
  };
  const sharesOf = (record: SessionRecord): Shares => {
    const own = wholeHoursOf(record, now).map((hourAt) => {
      const hour = measured.get(record.interpreter)?.get(hourAt);
      return hour !== undefined && isWhole(hour)
        ? (sharesIn(record.interpreter, hour).get(record.session) ?? null)
        : null;
    });
    if (own.length > 0 && own.every((charges) => charges !== null)) return { kind: "shared", charges: own.flat() };
    return { kind: read.problems.length > 0 ? "unread" : "unmeasured" };
  };
  return { sharesOf, problems: read.problems };
}

/** The hours of a session's life that are whole. */
export function wholeHoursOf(record: SessionRecord, now: Instant): readonly Instant[] {
  const until = wholeUntil(now);
  const end = endOfRecord(record);
  return hoursAlive({ from: record.createdAt, until: end === null || end > until ? until : end });
}

type WholeHour = InterpreterHour & { readonly vcpuHours: number; readonly gbHours: number };
const isWhole = (hour: InterpreterHour): hour is WholeHour => hour.vcpuHours !== null && hour.gbHours !== null;

const spanOf = (record: SessionRecord) => ({
  name: record.session,
  from: record.createdAt,
  until: endOfRecord(record),
});

/**
 * An hour is shared out among those who were known by the time that it was whole, so that it is shared out in the same way
 * whenever that is done. Who was found later gets no share of it.
 */
const isKnownInTime = ({ firstSeenAt }: SessionRecord, hourAt: Instant): boolean =>
  firstSeenAt < plusMs(hourAt, hourMs + wholeAfterMs);
