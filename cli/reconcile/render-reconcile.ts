import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { formatUsd, type Usd } from "../../core/kernel/money.ts";
import type { Comparison } from "../../core/reconcile/compare.ts";
import type { PlaceComparison, PlaceState, Reconciliation } from "../../core/reconcile/reconciliation.ts";
import { amountText, dollarText } from "../render/dollars.ts";
import { renderFitting, type YieldingColumn } from "../render/fit-columns.ts";
import { safeText } from "../render/safe-text.ts";
import { type Paint, painter, type Style } from "../render/style.ts";
import type { Cell } from "../render/table.ts";
import { asOfText } from "../report/data-age.ts";
import type { Terminal } from "../terminal.ts";
import { explanationLines } from "./explanation-lines.ts";
import type { LedgerAge } from "./ledger-age.ts";

/** For people: what was compared, each Region, each day, and what explains the differences. */
export function renderReconcile(
  result: Reconciliation,
  age: LedgerAge,
  terminal: Pick<Terminal, "color" | "interactive" | "columns">,
): string {
  const paint = painter(terminal.color);
  const maxWidth = terminal.color || terminal.interactive ? terminal.columns : null;
  return [
    headOf(result, age, paint),
    placesTable(result, maxWidth, paint),
    explained(result, paint),
    daysTable(result, maxWidth, paint),
    asideOf(result, paint),
    problemsOf(result, paint),
  ]
    .filter((section) => section !== "")
    .join("\n");
}

const sources = { "cost-explorer": "Cost Explorer", cur2: "a CUR 2.0 export", focus: "a FOCUS export" } as const;

function headOf(result: Reconciliation, { age, lines: ageLines }: LedgerAge, paint: Paint): string {
  const { bill, band } = result;
  const { daysNotBilled, daysMissing } = result;
  const lines = [
    `${paint(`Reconciled ${isoOf(result.from).slice(0, 10)} to ${isoOf(result.until).slice(0, 10)}`, "bold")}, half open, with ${sources[bill.source]}, ${asOfText(age)}`,
    ...ageLines,
    ...(daysNotBilled.length === 0
      ? []
      : [`The bill goes up to ${isoOf(bill.knownUntil).slice(0, 16)}Z: what came later is in no figure.`]),
    ...(daysMissing.length === 0
      ? []
      : [
          paint(
            `The bill says nothing of these days, and the ledger does: ${daysMissing.map(dayOf).join(", ")}. They are in no figure.`,
            "yellow",
          ),
        ]),
    ...(bill.estimated ? ["The bill is an estimate: AWS may still change it."] : []),
    `Ratios are billed over metered (rated and allocated). Band ${short(band.pct)} %; below $${short(band.leastUsdPerDay)} a day a ratio says nothing.`,
    ...(bill.requests === null
      ? []
      : [`Cost Explorer took ${plural(bill.requests.count, "request")}: ${dollarText(bill.requests.usd, 2)}`]),
    verdictOf(result, paint),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function verdictOf({ places, bill, from }: Reconciliation, paint: Paint): string {
  const outside = places.filter(({ state }) => state === "outside");
  if (outside.length > 0) {
    const named = outside.map(({ account, region }) => `${region} of ${account}`).join(", ");
    return paint(`Outside the band: ${named}`, "red");
  }
  const states = new Set(places.map(({ state }) => state));
  if (states.has("inside")) return paint("All that could be compared is inside the band.", "green");
  if (states.has("too-small")) {
    return paint("All that could be compared is too small for a ratio to say anything.", "yellow");
  }
  if (bill.knownUntil <= from)
    return paint("Nothing could be compared: none of this time is on the bill yet.", "yellow");
  return paint(
    states.size === 0 ? "Nothing to compare: neither side has any usage." : "Nothing could be compared.",
    "yellow",
  );
}

const dayOf = (day: Instant): string => isoOf(day).slice(0, 10);

const styles: Readonly<Record<PlaceState, Style>> = {
  inside: "green",
  outside: "red",
  "too-small": "dim",
  unread: "yellow",
  "not-on-bill": "yellow",
  "in-doubt": "yellow",
};

const words: Readonly<Record<PlaceState, string>> = {
  inside: "inside",
  outside: "OUTSIDE",
  "too-small": "too small",
  unread: "not read",
  "not-on-bill": "not on the bill",
  "in-doubt": "in doubt",
};

const isBillUnknown = (state: PlaceState): boolean => state === "not-on-bill" || state === "in-doubt";

const stateCell = (state: PlaceState, text = words[state]): Cell => ({ text, style: styles[state] });

/** Quantities first: dollars follow from them and from prices. */
function placesTable({ places }: Reconciliation, maxWidth: number | null, paint: Paint): string {
  if (places.length === 0) return "";
  const columns: readonly YieldingColumn[] = [
    { title: "ACCOUNT", yields: accountYields(places) },
    { title: "REGION" },
    { title: "OF" },
    { title: "BILLED", align: "right" },
    { title: "RATED", align: "right" },
    { title: "ALLOCATED", align: "right", yields: 4 },
    { title: "LOGGED", align: "right", yields: 2 },
    { title: "RATIO", align: "right" },
    { title: "BY LOGGED", align: "right", yields: 1 },
    { title: "STATE" },
  ];
  return renderFitting(columns, places.flatMap(placeRows), maxWidth, paint);
}

function placeRows(place: PlaceComparison): readonly (readonly Cell[])[] {
  const { account, region, state } = place;
  const isCompared = state === "inside" || state === "outside" || state === "too-small";
  const kinds = [
    ["vCPU-hours", place.vcpuHours, place.unreadBilled.vcpuHours],
    ["GB-hours", place.gbHours, place.unreadBilled.gbHours],
    ["USD", place.usd, place.unreadBilled.usd],
  ] as const;
  return kinds.map(([what, of, unread], index): readonly Cell[] => {
    const billed = isBillUnknown(state) ? "unknown" : amount(isCompared ? of.billed : unread);
    const own = (value: Usd | null): Cell => ({ text: place.isMetered ? amount(value) : "unknown" });
    return [
      { text: index === 0 ? account : "" },
      { text: index === 0 ? region : "" },
      { text: what },
      { text: billed },
      own(of.rated),
      own(of.allocated),
      own(of.logged),
      ...(isCompared ? [{ text: ratio(of.ratio) }, { text: ratio(of.loggedRatio) }] : [{ text: "-" }, { text: "-" }]),
      isCompared ? comparisonState(of) : index === 0 ? stateCell(state) : { text: "" },
    ];
  });
}

function comparisonState({ state }: Comparison): Cell {
  return state === "unpriced" ? { text: "no price", style: "yellow" } : stateCell(state);
}

/** The account of all of them is left out first; which of several it is, last. */
const accountYields = (places: readonly PlaceComparison[]): number =>
  new Set(places.map(({ account }) => account)).size === 1 ? 0 : 9;

function daysTable({ places }: Reconciliation, maxWidth: number | null, paint: Paint): string {
  const rows = places.flatMap(({ account, region, days }) => days.map((day) => ({ account, region, ...day })));
  if (rows.length === 0) return "";
  const columns: readonly YieldingColumn[] = [
    { title: "DAY" },
    { title: "ACCOUNT", yields: accountYields(places) },
    { title: "REGION" },
    { title: "VCPU-H BILLED", align: "right", yields: 2 },
    { title: "VCPU RATIO", align: "right", yields: 5 },
    { title: "GB-H BILLED", align: "right", yields: 3 },
    { title: "GB RATIO", align: "right", yields: 4 },
    { title: "USD BILLED", align: "right" },
    { title: "USD RATIO", align: "right" },
    { title: "STATE" },
  ];
  const cells = rows
    .toSorted((a, b) => a.dayAt - b.dayAt)
    .map((row): readonly Cell[] => {
      const isUnknown = isBillUnknown(row.state);
      const both = (of: Comparison): readonly Cell[] => [
        { text: isUnknown ? "unknown" : amount(of.billed) },
        { text: isUnknown || row.state === "unread" ? "-" : ratio(of.ratio) },
      ];
      return [
        { text: isoOf(row.dayAt).slice(0, 10) },
        { text: row.account },
        { text: row.region },
        ...both(row.vcpuHours),
        ...both(row.gbHours),
        ...both(row.usd),
        stateCell(row.state),
      ];
    });
  return renderFitting(columns, cells, maxWidth, paint);
}

function explained({ places, bill, from }: Reconciliation, paint: Paint): string {
  // A bill that does not reach this time says nothing of any account, whoever asks.
  if (bill.knownUntil <= from) return "";
  const sections = places.flatMap((place) => {
    const lines = explanationLines(place);
    const title = `${paint(`${place.region} of ${place.account}`, "bold")}\n`;
    return lines.length === 0 ? [] : [`${title}${lines.map((line) => `  ${line}\n`).join("")}`];
  });
  return sections.join("");
}

function asideOf({ bill }: Reconciliation, paint: Paint): string {
  if (bill.setAside.length === 0) return "";
  const lines = bill.setAside.map(({ what, usd }) => `  ${safeText(what)}: ${dollarText(usd, 6)}\n`);
  return `${paint("On the bill of AgentCore, and not of Code Interpreter's usage: in no figure", "bold")}\n${lines.join("")}`;
}

function problemsOf({ bill: { problems } }: Reconciliation, paint: Paint): string {
  if (problems.length === 0) return "";
  const lines = problems.map(({ code, message }) => `  ${safeText(code)}: ${safeText(message)}\n`);
  return `${paint("Not read, or worth knowing", "bold")}\n${lines.join("")}`;
}

const amount = (value: Usd | null): string => (value === null ? "unknown" : amountText(value));
const ratio = (value: Usd | null): string => (value === null ? "-" : formatUsd(value, 4));
const short = (value: Usd): string => formatUsd(value, 6).replace(/\.?0+$/, "");
const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
