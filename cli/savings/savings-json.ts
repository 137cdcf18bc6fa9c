import type { Savings } from "../../core/cleanup/savings/savings.ts";
import { isByChoice } from "../../core/cleanup/stop/stopped-by-choice.ts";
import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import { decimalText } from "../../core/reporting/largest-remainder.ts";
import type { RegretCounts, SavingsDimension, SavingsReport, StopSaving } from "../../core/reporting/savings-report.ts";
import {
  hasFigure,
  isRegretKnown,
  type PrintedBounds,
  type PrintedSavings,
  printedSavings,
} from "./printed-savings.ts";

export interface SavingsContent {
  readonly now: Instant;
  readonly from: Instant;
  readonly until: Instant;
  readonly groupBy: readonly SavingsDimension[];
  readonly report: SavingsReport;
}

const decimals = 12;

/** As `savings --json` writes it: docs/schemas/savings.schema.json. What is not known is null, never 0. */
export function savingsJson({ now, from, until, groupBy, report }: SavingsContent) {
  const printed = printedSavings(report, decimals);
  return {
    version: 1,
    asOf: isoOf(now),
    from: isoOf(from),
    to: isoOf(until),
    complete: report.problems.length === 0,
    groupBy,
    total: figuresJson(report.total, report, printed.total),
    monitorUsd: printed.monitor === null ? null : decimalText(printed.monitor, decimals),
    netUsd: printed.net === null ? null : boundsJson(printed.net),
    regretUnknown: report.unjudged,
    races: report.aftermath.races,
    wrongStops: report.aftermath.wrong,
    raceUnknown: report.aftermath.unknown,
    peakUnknown: report.withoutPeak,
    groups: report.groups.map(({ values, savings, ...counts }, place) => ({
      by: Object.fromEntries(groupBy.map((dimension, index) => [dimension, values[index] ?? null])),
      ...figuresJson(savings, counts, printed.groups[place] ?? printed.total),
    })),
    stops: report.stops.map(stopJson),
    problems: report.problems,
  };
}

const boundsJson = ({ low, high }: PrintedBounds) => ({
  low: decimalText(low, decimals),
  high: decimalText(high, decimals),
});

function figuresJson(savings: Savings, counts: RegretCounts, { gross, regrets, saved, chosen }: PrintedSavings) {
  const known = hasFigure(savings);
  const judged = isRegretKnown(savings, counts);
  return {
    stops: savings.stops,
    pending: savings.pending,
    withoutFigure: savings.unknown,
    withoutTimeLimit: savings.withoutTimeLimit,
    regretted: judged ? savings.regretted : null,
    regretUnknown: counts.unjudged,
    grossUsd: known ? boundsJson(gross) : null,
    regretsUsd: known && judged ? boundsJson(regrets) : null,
    savedUsd: known ? boundsJson(saved) : null,
    freedSlotMs: freedOf(savings),
    byChoice: {
      stops: savings.chosen.stops,
      withoutFigure: savings.chosen.unknown,
      memoryUsd: hasFigure(savings.chosen) ? boundsJson(chosen) : null,
      freedSlotMs: freedOf(savings.chosen),
    },
  };
}

const freedOf = (own: Pick<Savings, "stops" | "withoutTimeLimit" | "freedMs">): number | null =>
  own.stops > 0 && own.withoutTimeLimit === own.stops ? null : own.freedMs;

const stopJson = ({ stop, stoppedAt, wouldEndAt, usd, freedMs, regret }: StopSaving) => ({
  account: stop.key.account,
  region: stop.key.region,
  interpreter: stop.key.interpreter,
  session: stop.key.session,
  name: stop.entry.name,
  policy: stop.override === null ? stop.entry.policy.id : null,
  plan: stop.plan,
  stoppedAt: isoOf(stoppedAt),
  wouldEndAt: wouldEndAt === null ? null : isoOf(wouldEndAt),
  savedUsd: usd === null ? null : { low: formatUsd(usd.low), high: formatUsd(usd.high) },
  freedSlotMs: freedMs,
  regretted: regret,
  byChoice: isByChoice(stop),
  aftermath: stop.aftermath?.verdict ?? null,
});
