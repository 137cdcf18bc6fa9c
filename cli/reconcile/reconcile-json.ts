import { isoOf } from "../../core/kernel/instant.ts";
import { formatUsd, type Usd } from "../../core/kernel/money.ts";
import type { Comparison } from "../../core/reconcile/compare.ts";
import type {
  Amounts,
  Compared,
  Explanation,
  HourPrice,
  PlaceComparison,
  Reconciliation,
} from "../../core/reconcile/reconciliation.ts";

/** What `reconcile --json` writes (docs/schemas/reconcile.schema.json). Unknown figures are null, never 0. */
export function reconcileJson(result: Reconciliation) {
  const { bill, band } = result;
  return {
    from: isoOf(result.from),
    to: isoOf(result.until),
    asOf: isoOf(result.now),
    bandPct: short(band.pct),
    ignoreBelowUsdPerDay: short(band.leastUsdPerDay),
    bill: {
      source: bill.source,
      knownUntil: isoOf(bill.knownUntil),
      estimated: bill.estimated,
      accounts: [...bill.accounts].toSorted(),
      daysNotBilled: result.daysNotBilled.map((day) => isoOf(day).slice(0, 10)),
      setAside: bill.setAside.map(({ what, usd }) => ({ what, usd: formatUsd(usd) })),
      requests: bill.requests?.count ?? null,
      requestsUsd: bill.requests === null ? null : formatUsd(bill.requests.usd),
    },
    places: result.places.map(placeJson),
    problems: bill.problems,
  };
}

const placeJson = (place: PlaceComparison) => ({
  account: place.account,
  region: place.region,
  state: place.state,
  explained: place.isExplained,
  comparedDays: place.comparedDays,
  ...comparedJson(place),
  unread: { days: place.unreadDays, billed: amountsJson(place.unreadBilled) },
  prices: { vcpuHour: priceJson(place.prices.vcpuHour), gbHour: priceJson(place.prices.gbHour) },
  sessions: place.sessions,
  unreadInterpreters: place.unreadInterpreters,
  explanations: place.explanations.map(explanationJson),
  rest: amountsJson(place.rest),
  days: place.days.map((day) => ({
    day: isoOf(day.dayAt).slice(0, 10),
    state: day.state,
    ...comparedJson(day),
  })),
});

const comparedJson = ({ vcpuHours, gbHours, usd }: Compared) => ({
  vcpuHours: comparisonJson(vcpuHours),
  gbHours: comparisonJson(gbHours),
  usd: comparisonJson(usd),
});

const comparisonJson = (of: Comparison) => ({
  billed: formatUsd(of.billed),
  rated: orNull(of.rated),
  logged: orNull(of.logged),
  allocated: orNull(of.allocated),
  difference: orNull(of.difference),
  ratio: of.ratio === null ? null : formatUsd(of.ratio, 6),
  loggedRatio: of.loggedRatio === null ? null : formatUsd(of.loggedRatio, 6),
  state: of.state,
});

const explanationJson = ({ reason, count, low, high }: Explanation) => ({
  reason,
  count,
  low: low === null ? null : amountsJson(low),
  high: high === null ? null : amountsJson(high),
});

const amountsJson = ({ vcpuHours, gbHours, usd }: Amounts) => ({
  vcpuHours: formatUsd(vcpuHours),
  gbHours: formatUsd(gbHours),
  usd: orNull(usd),
});

const priceJson = ({ book, billed }: HourPrice) => ({ bookUsd: orNull(book), billedUsd: orNull(billed) });
const orNull = (amount: Usd | null): string | null => (amount === null ? null : formatUsd(amount));

/** Without the zeros at the end: what the user wrote. */
const short = (amount: Usd): string => formatUsd(amount, 6).replace(/\.?0+$/, "");
