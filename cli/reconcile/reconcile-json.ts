import { type Instant, isoOf } from "../../core/kernel/instant.ts";
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
import type { LedgerAge } from "./ledger-age.ts";

/** What `reconcile --json` writes (docs/schemas/reconcile.schema.json). Unknown figures are null, never 0. */
export function reconcileJson(result: Reconciliation, { age: { asOf } }: LedgerAge) {
  const { bill, band } = result;
  return {
    from: isoOf(result.from),
    to: isoOf(result.until),
    asOf: asOf === null ? null : isoOf(asOf),
    printedAt: isoOf(result.now),
    bandPct: short(band.pct),
    ignoreBelowUsdPerDay: short(band.leastUsdPerDay),
    bill: {
      source: bill.source,
      knownUntil: isoOf(bill.knownUntil),
      estimated: bill.estimated,
      accounts: [...bill.accounts].toSorted(),
      daysNotBilled: result.daysNotBilled.map(dayOf),
      daysMissing: result.daysMissing.map(dayOf),
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
  ...comparedJson(place, {
    bill: place.state !== "not-on-bill" && place.state !== "in-doubt" && place.comparedDays > 0,
    ledger: place.isMetered,
  }),
  unread: { days: place.unreadDays, billed: amountsJson(place.unreadBilled) },
  inDoubt: { days: place.doubtfulDays, billedAtLeast: amountsJson(place.doubtfulBilled) },
  prices: { vcpuHour: priceJson(place.prices.vcpuHour), gbHour: priceJson(place.prices.gbHour) },
  sessions: place.sessions,
  unreadInterpreters: place.unreadInterpreters,
  explanations: place.explanations.map(explanationJson),
  rest: place.comparedDays === 0 || place.state === "not-on-bill" ? null : amountsJson(place.rest),
  days: place.days.map((day) => ({
    day: dayOf(day.dayAt),
    state: day.state,
    ...comparedJson(day, {
      bill: day.state !== "not-on-bill" && day.state !== "in-doubt",
      ledger: day.isRead,
    }),
  })),
});

/** Which sides anything is known of. What is not known has no figure, and nothing is compared with it. */
interface Known {
  readonly bill: boolean;
  readonly ledger: boolean;
}

const comparedJson = ({ vcpuHours, gbHours, usd }: Compared, known: Known) => ({
  vcpuHours: comparisonJson(vcpuHours, known),
  gbHours: comparisonJson(gbHours, known),
  usd: comparisonJson(usd, known),
});

function comparisonJson(of: Comparison, { bill, ledger }: Known) {
  const own = (amount: Usd | null): string | null => (ledger ? orNull(amount) : null);
  const both = (amount: Usd | null, decimals?: number): string | null =>
    bill && ledger && amount !== null ? formatUsd(amount, decimals) : null;
  return {
    billed: bill ? formatUsd(of.billed) : null,
    rated: own(of.rated),
    logged: own(of.logged),
    allocated: own(of.allocated),
    difference: both(of.difference),
    ratio: both(of.ratio, 6),
    loggedRatio: both(of.loggedRatio, 6),
    state: bill && ledger ? of.state : null,
  };
}

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
const dayOf = (at: Instant): string => isoOf(at).slice(0, 10);
const orNull = (amount: Usd | null): string | null => (amount === null ? null : formatUsd(amount));

/** Without the zeros at the end: what the user wrote. */
const short = (amount: Usd): string => formatUsd(amount, 6).replace(/\.?0+$/, "");
