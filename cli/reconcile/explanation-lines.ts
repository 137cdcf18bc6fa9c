import { compareUsd, type Usd, zeroUsd } from "../../core/kernel/money.ts";
import type {
  Amounts,
  Explanation,
  HourPrice,
  PlaceComparison,
  UsageLogs,
} from "../../core/reconcile/reconciliation.ts";
import { amountText, dollarText } from "../render/dollars.ts";
import { safeText } from "../render/safe-text.ts";

const namedInterpreters = 3;

/** What is to be said of a Region beside its figures, in sentences. Empty where both sides agree and nothing is missing. */
export function explanationLines(place: PlaceComparison): readonly string[] {
  const { state } = place;
  if (state === "not-on-bill") {
    return [
      "Nothing is known of this account's bill: the caller sees none, or it could not be read. Ask with credentials of the payer account, or with a file that has it.",
    ];
  }
  const unread =
    place.unreadDays === 0
      ? []
      : [
          `Billed on ${plural(place.unreadDays, "day")} that the ledger does not know: ${amounts(place.unreadBilled)}. That is no difference: one side is unknown.`,
        ];
  const lines = [...inDoubt(place), ...unread, ...unpriced(place)];
  if (state !== "outside") return state === "unread" ? [...lines, ...unreadSessions(place)] : lines;
  const { vcpuHours, gbHours, usd } = place;
  return [
    ...lines,
    `Billed less metered: ${signed(vcpuHours.difference)} vCPU-hours, ${signed(gbHours.difference)} GB-hours, ${signedUsd(usd.difference)}`,
    ...place.explanations.map((it) => explanationLine(it, place)),
    place.isExplained
      ? "All of it can be explained so."
      : `Not explained: ${signed(place.rest.vcpuHours)} vCPU-hours, ${signed(place.rest.gbHours)} GB-hours, ${signedUsd(place.rest.usd)}`,
  ];
}

function explanationLine(it: Explanation, place: PlaceComparison): string {
  switch (it.reason) {
    case "price":
      return `Price: ${signedUsd(it.high?.usd ?? null)}. ${prices(place)}: a price of your own, or one that has changed, goes into the price file.`;
    case "sessions-without-figure":
      return `${plural(it.count ?? 0, "session")} without a figure${interpreters(place)}: up to ${high(it)}. ${remedy(place)}`;
    case "gaps":
      return `Stretches without records: up to ${high(it)}`;
    case "recording-began":
      return `Recording began on the first of these days, maybe in the middle of it: up to ${high(it)}. Leave it out with --from.`;
    case "approximate":
      return `${plural(it.count ?? 0, "session")} summed up by the minute: by how much they are off is not known.`;
    case "provisional":
      return `${plural(it.count ?? 0, "session")} not settled: their records are not all in.`;
    case "late-records":
      return `${plural(it.count ?? 0, "record")} that came late and could not be verified: they are in no figure.`;
  }
}

/** Where the ledger has no price, dollars cannot be compared: what the bill says an hour costs is worth knowing. */
const unpriced = (place: PlaceComparison): readonly string[] =>
  place.usd.state === "unpriced" || (place.state === "unread" && place.prices.vcpuHour.book === null)
    ? [`No price is known for the Region, so dollars are not compared. ${prices(place)}.`]
    : [];

const unreadSessions = (place: PlaceComparison): readonly string[] =>
  place.sessions.bounded === 0
    ? [
        "The ledger has no session of it on these days: did `sandmeter watch` run then, and does it read this Region and account?",
      ]
    : [`${plural(place.sessions.bounded, "session")} without a figure${interpreters(place)}. ${remedy(place)}`];

function interpreters({ unreadInterpreters }: PlaceComparison): string {
  if (unreadInterpreters.length === 0) return "";
  const named = unreadInterpreters
    .slice(0, namedInterpreters)
    .map(({ interpreter, usageLogs }) => `${safeText(interpreter)}: ${found(usageLogs)}`);
  const rest = unreadInterpreters.length - named.length;
  return ` (of ${named.join("; ")}${rest === 0 ? "" : ` and ${rest} more`})`;
}

/** Sessions have no figure for what was found of usage logs now; where those are found by now, they were not then. */
function found(usageLogs: UsageLogs | null): string {
  switch (usageLogs) {
    case "not-enabled":
      return "usage logs are not turned on";
    case "missing":
      return "what its usage logs go to is gone";
    case "unreadable":
      return "its usage logs cannot be read";
    case "unknown":
      return "its usage logs could not be looked up";
    case "found":
      return "its usage logs are read now";
    case null:
      return "nothing is remembered of its usage logs";
  }
}

/** What turning usage logs on mends is said here; of what else is wrong with them, `watch` says what to do. */
function remedy({ unreadInterpreters }: PlaceComparison): string {
  const has = (...which: readonly (UsageLogs | null)[]): boolean =>
    unreadInterpreters.some(({ usageLogs }) => which.includes(usageLogs));
  return [
    ...(has("not-enabled") ? ["Turn usage logs on where they are not."] : []),
    ...(has("missing", "unreadable", "unknown") ? ["See what `sandmeter watch` says of the usage logs."] : []),
    ...(has("not-enabled", "missing", "unreadable", "unknown") ? [] : ["No records of them were found."]),
  ].join(" ");
}

/** What of the bill could not be used may be of any amount: that day is neither nothing nor a difference. */
const inDoubt = ({ doubtfulDays, doubtfulBilled }: PlaceComparison): readonly string[] =>
  doubtfulDays === 0
    ? []
    : [
        `The bill has rows that cannot be used, and that are or may be of ${plural(doubtfulDays, "day")} here: what was billed is unknown, at least ${amounts(doubtfulBilled)}, and not compared. The rows are told below.`,
      ];

function prices({ prices: { vcpuHour, gbHour } }: PlaceComparison): string {
  const one = (what: string, { book, billed }: HourPrice): string =>
    `${what} is billed at ${billed === null ? "an unknown price" : dollarText(billed, 6)}${book === null ? "" : ` and ${dollarText(book, 6)} in the price book`}`;
  return `${one("A vCPU-hour", vcpuHour)}, ${one("a GB-hour", gbHour)}`;
}

const high = ({ high: most }: Explanation): string => (most === null ? "an unknown amount" : amounts(most));

const amounts = ({ vcpuHours, gbHours, usd }: Amounts): string =>
  `${amountText(vcpuHours)} vCPU-hours, ${amountText(gbHours)} GB-hours${usd === null ? "" : `, ${dollarText(usd)}`}`;

const signed = (amount: Usd | null): string => (amount === null ? "unknown" : plus(amount) + amountText(amount));

const signedUsd = (amount: Usd | null): string =>
  amount === null ? "dollars unknown" : plus(amount) + dollarText(amount);

const plus = (amount: Usd): string => (compareUsd(amount, zeroUsd) > 0 ? "+" : "");

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
