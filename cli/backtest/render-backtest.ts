import type { StopFigures } from "../../core/cleanup/backtest/backtest.ts";
import type { StopBasis } from "../../core/cleanup/backtest/backtest-types.ts";
import { durationText } from "../../core/kernel/duration-text.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import { amountText, dollarText } from "../render/dollars.ts";
import { renderFitting, type YieldingColumn } from "../render/fit-columns.ts";
import { safeText } from "../render/safe-text.ts";
import { painter } from "../render/style.ts";
import type { Cell } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";
import type { BacktestContent, BacktestRow } from "./backtest-report.ts";

const bases: readonly StopBasis[] = ["proved", "cpu-alone", "busy-by-choice"];
const basisText: Readonly<Record<StopBasis, string>> = {
  proved: "proof",
  "cpu-alone": "CPU alone",
  "busy-by-choice": "choice",
};

const columns: readonly YieldingColumn[] = [
  { title: "POLICY" },
  { title: "BY" },
  { title: "STOPS", align: "right" },
  { title: "FALSE", align: "right" },
  { title: "UNSURE", align: "right" },
  { title: "FALSE RATE", align: "right" },
  { title: "RACES", align: "right", yields: 1 },
  { title: "FREED USD", align: "right" },
  { title: "SLOT H", align: "right" },
  { title: "UNPROVABLE", align: "right", yields: 0 },
];

/** The trade-off for a reader: it recommends nothing. */
export function renderBacktest(content: BacktestContent, terminal: Terminal): string {
  const paint = painter(terminal.color);
  const width = terminal.color || terminal.interactive ? terminal.columns : null;
  const table = renderFitting(columns, content.rows.flatMap(rowsOf), width, paint);
  return [...headOf(content), "", table.trimEnd(), "", ...footOf(content)].map((line) => `${line}\n`).join("");
}

function headOf({ policyFile, window, sweepEveryMs, lag, records, rows }: BacktestContent): readonly string[] {
  const figures = rows[0]?.backtest.figures;
  const delay = `${durationText(lag.leastMs)} to ${durationText(lag.mostMs)}`;
  return [
    `${safeText(policyFile)} on ${isoOf(window.from)} to ${isoOf(window.until)}`,
    `${counted(figures?.sessions ?? 0, "session")}, ${counted(records, "record")}; a sweep every ${durationText(sweepEveryMs)}`,
    lag.atTeardown === "all"
      ? `Records are taken to have come ${delay} after their session's end.`
      : `Records are taken to have come ${delay} after their time.`,
    ...(typeof lag.atTeardown === "string"
      ? []
      : [`Those of ${safeText([...lag.atTeardown].join(", "))}: so long after their session's end.`]),
  ];
}

const rowsOf = (row: BacktestRow): readonly (readonly Cell[])[] =>
  bases
    .filter((basis) => basis === "proved" || row.backtest.figures.byBasis[basis].stops > 0)
    .map((basis, index) => rowOf(row, basis, index === 0));

function rowOf({ change, backtest: { figures } }: BacktestRow, basis: StopBasis, isFirst: boolean): readonly Cell[] {
  const own = figures.byBasis[basis];
  const name = change === null ? "as written" : `${change.member}=${change.text}`;
  return [
    { text: isFirst ? name : "" },
    { text: basisText[basis] },
    { text: String(own.stops) },
    { text: String(own.falseStops), style: own.falseStops > 0 ? "red" : "plain" },
    { text: String(own.unverified) },
    { text: rateText(own) },
    { text: String(own.races) },
    { text: usdText(own) },
    { text: rangeText(hours(own.freedMs.low), hours(own.freedMs.high)) },
    { text: isFirst ? String(figures.kept.get("unprovable") ?? 0) : "" },
  ];
}

const hours = (ms: number): string => (ms / 3_600_000).toFixed(1);
const rangeText = (low: string, high: string): string => (low === high ? low : `${low}-${high}`);
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** In which it lies nineteen times in twenty. Never one figure: there is none. */
const rateText = ({ falseRate }: StopFigures): string =>
  falseRate === null ? "-" : `${percent(falseRate.low)}-${percent(falseRate.high)} %`;

const percent = (share: number): string => (100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0);

const usdText = ({ freedUsd, stops }: StopFigures): string => {
  if (stops === 0) return "-";
  if (freedUsd === null) return "no price";
  return rangeText(amountText(freedUsd.low, 2), amountText(freedUsd.high, 2));
};

function footOf({ rows, problems }: BacktestContent): readonly string[] {
  const figures = rows[0]?.backtest.figures;
  if (figures === undefined) return [];
  const { sessions, withoutCalls, withoutTimeLimit, kept, byBasis } = figures;
  const reasons = [...kept].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const { races } = byBasis.proved;
  return [
    `Kept, as written: ${reasons.length === 0 ? "none" : reasons.map(([reason, count]) => `${count} ${reason}`).join(", ")}.`,
    ...(withoutCalls === 0
      ? []
      : [
          `No calls are recorded of ${withoutCalls} of ${counted(sessions, "session")}: what was called without using CPU is not seen, so a stop by CPU alone proves nothing. No sweep makes one.`,
        ]),
    ...(withoutTimeLimit === 0
      ? []
      : [
          `The time limit of ${counted(withoutTimeLimit, "session")} is not known: 8 hours stand for it, and what was left of a life goes from its last record to that.`,
        ]),
    ...(races === 0
      ? []
      : [`${counted(races, "race")}: work that began after the end of the evidence, and before the stop.`]),
    ...dollarsFoot(byBasis.proved),
    ...problems.map(({ message }) => `Missing: ${safeText(message)}`),
  ];
}

const dollarsFoot = ({ freedUsd, stops }: StopFigures): readonly string[] =>
  stops === 0 || freedUsd === null
    ? []
    : [
        `Freed with proof, as written: ${dollarText(freedUsd.low)} to ${dollarText(freedUsd.high)}, what ended anyway left out.`,
      ];

/** One line for each row and basis; an empty figure is unknown. */
export function backtestCsv({ rows }: BacktestContent): string {
  const head =
    "member,value,by,stops,false_stops,unverified,races,false_rate_low,false_rate_high,freed_usd_low,freed_usd_high,freed_slot_hours_low,freed_slot_hours_high,unprovable";
  const lines = rows.flatMap(({ change, backtest: { figures } }) =>
    bases.map((basis) => {
      const { falseRate, freedUsd, freedMs, ...own } = figures.byBasis[basis];
      return [
        change?.member ?? "",
        change?.text ?? "",
        basis,
        own.stops,
        own.falseStops,
        own.unverified,
        own.races,
        falseRate?.low.toFixed(6) ?? "",
        falseRate?.high.toFixed(6) ?? "",
        freedUsd === null ? "" : formatUsd(freedUsd.low),
        freedUsd === null ? "" : formatUsd(freedUsd.high),
        (freedMs.low / 3_600_000).toFixed(6),
        (freedMs.high / 3_600_000).toFixed(6),
        figures.kept.get("unprovable") ?? 0,
      ].join(",");
    }),
  );
  return [head, ...lines].map((line) => `${line}\n`).join("");
}
