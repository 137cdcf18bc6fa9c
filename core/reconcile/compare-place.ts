import type { Target } from "../inventory/target.ts";
import { startOfDay } from "../kernel/calendar.ts";
import { addDecimals } from "../kernel/decimal.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import { addUsd, compareUsd, subtractUsd, type Usd, usd, zeroUsd } from "../kernel/money.ts";
import type { BilledLine } from "../ports/billed-usage.ts";
import { type Band, compare, isTooSmall, isWithinBand, type Sides, sizeOf } from "./compare.ts";
import { type DayPricing, type DaySides, daySides, sumSides } from "./day-sides.ts";
import { daysBetween } from "./days-between.ts";
import { explain, restOf, sumAmounts } from "./explain.ts";
import type { OwnTarget } from "./own-usage.ts";
import type {
  Amounts,
  Compared,
  DayComparison,
  HourPrice,
  PlaceComparison,
  PlaceState,
  UsageLogs,
} from "./reconciliation.ts";

export interface PlaceInput extends DayPricing {
  readonly target: Target;
  readonly own: OwnTarget | undefined;
  readonly billed: readonly BilledLine[];
  readonly band: Band;
  readonly from: Instant;
  /** Both sides are compared up to here. */
  readonly until: Instant;
  /** What the ledger has read for good; null where nothing is known of that. */
  readonly readUntil: Instant | null;
  readonly isOnBill: boolean;
  readonly missingDays: readonly Instant[];
  /** Days on which the bill has usage that could not be read; null is any day. */
  readonly doubts: readonly (Instant | null)[];
  readonly usageLogs: ReadonlyMap<InterpreterId, UsageLogs>;
}

const dayMs = 86_400_000;

/** Compares one account in one Region, over the days that both sides know. */
export function comparePlace(input: PlaceInput): PlaceComparison {
  const { own, billed, band, target } = input;
  const beganAt = own?.firstChargeAt ?? null;
  const isRead = (day: Instant): boolean =>
    beganAt !== null &&
    day >= startOfDay(beganAt) &&
    input.readUntil !== null &&
    Math.min(day + dayMs, input.until) <= input.readUntil;
  const all = daysOf(input).map((day) =>
    daySides(
      day,
      own?.days.get(day),
      billed.filter(({ dayAt }) => dayAt === day),
      input,
    ),
  );
  const isAnyDoubted = input.doubts.includes(null);
  const isDoubted = (day: Instant): boolean => isAnyDoubted || input.doubts.includes(day);
  const doubtful = all.filter(({ dayAt }) => isDoubted(dayAt));
  const sure = all.filter(({ dayAt }) => !isDoubted(dayAt));
  const read = sure.filter(({ dayAt }) => isRead(dayAt));
  const unread = sure.filter(({ dayAt }) => !isRead(dayAt) && isBilled(dayAt, billed));
  const missing = input.doubts.length > 0 ? "in-doubt" : "unread";
  const compared = comparedOf(read, band);
  // Where nothing is compared, what was metered is known all the same.
  const metered = read.length > 0 ? read : doubtful.filter(({ dayAt }) => isRead(dayAt));
  const first = beganAt === null ? undefined : read.find(({ dayAt }) => dayAt === startOfDay(beganAt));
  const explanations = explain(own, compared, read, first === undefined || first.dayAt === input.from ? null : first);
  const rest = restOf(compared, explanations);
  const state = input.isOnBill ? stateOf(read.length === 0 ? missing : null, compared) : "not-on-bill";
  return {
    ...target,
    ...comparedOf(metered, band),
    state,
    comparedDays: read.length,
    isMetered: metered.length > 0,
    doubtfulDays: isAnyDoubted ? daysBetween(input.from, input.until).length : doubtful.length,
    doubtfulBilled: sumAmounts(doubtful.map(billedOf)),
    unreadDays: unread.length,
    unreadBilled: sumAmounts(unread.map(billedOf)),
    prices: { vcpuHour: priceOf(read, unread, "vCPU"), gbHour: priceOf(read, unread, "Memory") },
    sessions: own?.sessions ?? { rated: 0, allocated: 0, bounded: 0 },
    unreadInterpreters: [...(own?.unread ?? [])]
      .map(([interpreter, sessions]) => ({
        interpreter,
        sessions,
        usageLogs: input.usageLogs.get(interpreter) ?? null,
      }))
      .toSorted((a, b) => b.sessions - a.sessions || (a.interpreter < b.interpreter ? -1 : 1)),
    explanations,
    rest,
    isExplained: state === "outside" && isRestWithin(rest, compared, band, read.length),
    days: all.map((day) => dayOf(day, input.isOnBill, isRead(day.dayAt), isDoubted(day.dayAt), band)),
  };
}

/** Those on which either side has anything, or may have. */
function daysOf({ own, billed, from, until, missingDays, doubts }: PlaceInput): readonly Instant[] {
  const days = new Set([
    ...(own?.days.keys() ?? []),
    ...billed.map(({ dayAt }) => dayAt),
    ...doubts.filter((day) => day !== null),
  ]);
  return [...days].filter((day) => day >= from && day < until && !missingDays.includes(day)).toSorted((a, b) => a - b);
}

const isBilled = (day: Instant, billed: readonly BilledLine[]): boolean =>
  billed.some(({ dayAt, hours, usd: cost }) => dayAt === day && (hours.numerator !== 0n || cost.numerator !== 0n));

function dayOf(day: DaySides, isOnBill: boolean, isRead: boolean, isDoubted: boolean, band: Band): DayComparison {
  const compared = comparedOf([day], band);
  const state = isOnBill ? stateOf(isDoubted ? "in-doubt" : isRead ? null : "unread", compared) : "not-on-bill";
  return { dayAt: day.dayAt, isRead, ...compared, state };
}

function comparedOf(days: readonly DaySides[], band: Band): Compared {
  const hours = (meter: "vCPU" | "Memory"): Sides => sumSides(days.map(({ meters }) => meters[meter].hours));
  const dollars = (meter: "vCPU" | "Memory"): Sides => sumSides(days.map(({ meters }) => meters[meter].usd));
  const [ofVcpu, ofMemory] = [dollars("vCPU"), dollars("Memory")];
  const both = sumSides([ofVcpu, ofMemory]);
  const worth = (sides: Sides) => ({
    billed: sides.billed,
    ours: sides.rated === null || sides.allocated === null ? null : addUsd(sides.rated, sides.allocated),
  });
  return {
    vcpuHours: compare(hours("vCPU"), worth(ofVcpu), band, days.length),
    gbHours: compare(hours("Memory"), worth(ofMemory), band, days.length),
    usd: compare(both, worth(both), band, days.length),
  };
}

function stateOf(unknown: "unread" | "in-doubt" | null, { vcpuHours, gbHours, usd: dollars }: Compared): PlaceState {
  if (unknown !== null) return unknown;
  const states = [vcpuHours.state, gbHours.state, dollars.state];
  if (states.includes("outside")) return "outside";
  return states.includes("inside") ? "inside" : "too-small";
}

function isRestWithin(rest: Amounts, compared: Compared, band: Band, days: number): boolean {
  const within = (amount: Usd | null, { billed, state }: Compared["usd"]): boolean => {
    if (state !== "outside") return true;
    // Of what the ledger has together with what explanations add to it: where there are none, this is the band of before.
    return amount !== null && isWithinBand(amount, subtractUsd(billed, amount), band);
  };
  return (
    within(rest.vcpuHours, compared.vcpuHours) &&
    within(rest.gbHours, compared.gbHours) &&
    (within(rest.usd, compared.usd) || (rest.usd !== null && isTooSmall(sizeOf(rest.usd), band, days)))
  );
}

const billedOf = ({ meters: { vCPU, Memory } }: DaySides): Amounts => ({
  vcpuHours: vCPU.hours.billed,
  gbHours: Memory.hours.billed,
  usd: addDecimals(vCPU.usd.billed, Memory.usd.billed),
});

/** The price of the latest day, and the mean of what was billed. */
function priceOf(read: readonly DaySides[], unread: readonly DaySides[], meter: "vCPU" | "Memory"): HourPrice {
  const days = read.length === 0 ? unread : read;
  const sides = days.map(({ meters }) => meters[meter]);
  const hours = sides.map((side) => side.hours.billed).reduce(addDecimals, zeroUsd);
  const paid = sides.map((side) => side.usd.billed).reduce(addDecimals, zeroUsd);
  return {
    book: sides.at(-1)?.rate ?? null,
    billed:
      compareUsd(hours, zeroUsd) > 0
        ? usd(paid.numerator * hours.denominator, paid.denominator * hours.numerator)
        : null,
  };
}
