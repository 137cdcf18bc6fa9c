import { addUsd, compareUsd, subtractUsd, sumUsd, type Usd, zeroUsd } from "../kernel/money.ts";
import type { Meter } from "../reporting/cost-cells.ts";
import { type Comparison, sizeOf } from "./compare.ts";
import { type DaySides, times } from "./day-sides.ts";
import type { OwnTarget } from "./own-usage.ts";
import type { Amounts, Compared, Explanation } from "./reconciliation.ts";

const nothing: Amounts = { vcpuHours: zeroUsd, gbHours: zeroUsd, usd: zeroUsd };
const kinds = ["vcpuHours", "gbHours", "usd"] as const;
const meters: readonly Meter[] = ["vCPU", "Memory"];
/** Figures of a bill are rounded: a price that is off by less than this part of what is billed is the same price. */
const samePrice = 100_000n;

/** What can make a difference on the days that are compared. `beganOn` is the day on which recording began, if it is one of them. */
export function explain(
  own: OwnTarget | undefined,
  compared: Compared,
  days: readonly DaySides[],
  beganOn: DaySides | null,
): readonly Explanation[] {
  const price = priceDifference(days);
  const canRaise = billedMore(compared, price[0]?.high?.usd ?? zeroUsd);
  // What only adds to the bill is no explanation of a bill that is lower.
  const upTo = (reason: Explanation["reason"], count: number | null, high: Amounts): readonly Explanation[] =>
    canRaise(high) ? [{ reason, count, low: nothing, high }] : [];
  const unknown = (reason: Explanation["reason"], count: number): readonly Explanation[] =>
    count === 0 ? [] : [{ reason, count, low: null, high: null }];
  return [
    ...price,
    ...upTo("sessions-without-figure", own?.sessions.bounded ?? 0, sumAmounts(days.map(({ bounded }) => bounded))),
    ...upTo("gaps", null, sumAmounts(days.map(({ gaps }) => gaps))),
    ...(beganOn === null ? [] : upTo("recording-began", null, missingOn(beganOn))),
    ...unknown("approximate", own?.approximate ?? 0),
    ...unknown("provisional", own?.provisional ?? 0),
    ...(canRaise(null) ? unknown("late-records", own?.lateRecords ?? 0) : []),
  ];
}

/**
 * Tells whether more usage could make some of the difference: of those that are outside of the band, or of any where none is.
 * Dollars are looked at without what the price makes of them. Null is usage of which nobody knows how much.
 */
function billedMore(compared: Compared, priceUsd: Usd): (high: Amounts | null) => boolean {
  const isAnyOutside = kinds.some((kind) => compared[kind].state === "outside");
  const more = kinds.filter((kind) => {
    const { difference, state } = compared[kind];
    if (difference === null || (isAnyOutside && state !== "outside")) return false;
    return compareUsd(difference, kind === "usd" ? priceUsd : zeroUsd) > 0;
  });
  return (high) => more.some((kind) => high === null || compareUsd(high[kind] ?? zeroUsd, zeroUsd) > 0);
}

/** What is billed costs so much more than it does by the price book. */
function priceDifference(days: readonly DaySides[]): readonly Explanation[] {
  const parts = days.flatMap(({ meters: both }) =>
    meters.flatMap((meter) => {
      const { hours, usd, rate } = both[meter];
      return rate === null ? [] : [subtractUsd(usd.billed, times(hours.billed, rate))];
    }),
  );
  const usd = sumUsd(parts);
  const billed = sumUsd(days.flatMap(({ meters: both }) => meters.map((meter) => both[meter].usd.billed)));
  const size = sizeOf(usd);
  if (compareUsd({ ...size, numerator: size.numerator * samePrice }, billed) <= 0) return [];
  const amounts = { ...nothing, usd };
  return [{ reason: "price", count: null, low: amounts, high: amounts }];
}

/** What the bill has more than the ledger on a day. */
function missingOn({ meters: { vCPU, Memory } }: DaySides): Amounts {
  const hours = (of: DaySides["meters"][Meter]): Usd => {
    const more = subtractUsd(of.hours.billed, addUsd(of.hours.rated ?? zeroUsd, of.hours.allocated ?? zeroUsd));
    return compareUsd(more, zeroUsd) > 0 ? more : zeroUsd;
  };
  const [vcpuHours, gbHours] = [hours(vCPU), hours(Memory)];
  const isPriced = vCPU.rate !== null && Memory.rate !== null;
  return {
    vcpuHours,
    gbHours,
    usd: isPriced ? addUsd(times(vcpuHours, vCPU.rate), times(gbHours, Memory.rate)) : null,
  };
}

/** How far the differences lie from all that explanations make possible together. */
export function restOf(compared: Compared, explanations: readonly Explanation[]): Amounts {
  const [lows, highs] = [explanations.flatMap(({ low }) => low ?? []), explanations.flatMap(({ high }) => high ?? [])];
  const rest = (difference: Usd, low: Usd, high: Usd): Usd => {
    if (compareUsd(difference, high) > 0) return subtractUsd(difference, high);
    return compareUsd(difference, low) < 0 ? subtractUsd(difference, low) : zeroUsd;
  };
  const [low, high] = [sumAmounts(lows), sumAmounts(highs)];
  const dollars = compared.usd.difference;
  return {
    vcpuHours: rest(differenceOf(compared.vcpuHours), low.vcpuHours, high.vcpuHours),
    gbHours: rest(differenceOf(compared.gbHours), low.gbHours, high.gbHours),
    usd: dollars === null || low.usd === null || high.usd === null ? null : rest(dollars, low.usd, high.usd),
  };
}

/** Only dollars can be unknown: hours need no price. */
function differenceOf({ difference }: Comparison): Usd {
  if (difference === null) throw new Error("hours are compared that nobody knows");
  return difference;
}

export function sumAmounts(parts: readonly Amounts[]): Amounts {
  const dollars = parts.flatMap(({ usd }) => usd ?? []);
  return {
    vcpuHours: sumUsd(parts.map(({ vcpuHours }) => vcpuHours)),
    gbHours: sumUsd(parts.map(({ gbHours }) => gbHours)),
    usd: dollars.length < parts.length ? null : sumUsd(dollars),
  };
}
