import type { LastAccounts } from "../../core/jobs/accounts/memory.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import { formatUsd, sumUsd } from "../../core/kernel/money.ts";
import { type CostFigures, figuresOf } from "../../core/reporting/cost-figures.ts";
import type { CostGroup } from "../../core/reporting/cost-report.ts";
import { decimalText, printedParts } from "../../core/reporting/largest-remainder.ts";
import { dataAgeOf } from "./data-age.ts";
import { jsonWithList } from "./json-with-list.ts";
import type { ReportContent } from "./report-content.ts";
import { figuresOfTop, type PrintedFigures, printedFigures } from "./report-figures.ts";

const decimals = 12;

/**
 * A report as `report --json` writes it (docs/schemas/report.schema.json), in stretches of text: with a group for each of many
 * sessions it has hundreds of MB. Unknown figures are null, never 0.
 */
export function* reportJson(content: ReportContent): Generator<string> {
  const { cost, groups, groupBy, closed } = content;
  const printed = printedFigures(content, decimals);
  const { asOf } = dataAgeOf(content, cost.counts.asOf);
  const changes = closed === null ? null : printedParts(closed.adjustments, decimals);
  const shareOf = sharesOf(cost.basis.shares.map(({ usd }) => usd ?? { numerator: 0n, denominator: 1n }));
  const before = {
    from: isoOf(content.from),
    to: isoOf(content.until),
    asOf: asOf === null ? null : isoOf(asOf),
    printedAt: isoOf(content.now),
    groupBy,
    coverage: coverageOf(content),
    total: figuresJson(cost.total, printed.total),
    basis: {
      weakest: cost.basis.weakest,
      shares: cost.basis.shares.map(({ basis, sessions, withoutFigure, usd }, place) => ({
        basis,
        sessions,
        withoutFigure,
        usd: usd === null ? null : formatUsd(usd),
        sharePct: usd === null ? null : (shareOf?.[place] ?? null),
      })),
    },
  };
  const groupAt = ({ values, sums }: CostGroup, place: number) => {
    const figures = figuresOf(sums, content.cost.scale);
    const own = printed.groupAt(place, figures);
    return {
      by: Object.fromEntries(groupBy.map((dimension, index) => [dimension, values[index] ?? null])),
      ...figuresJson(figures, own),
      sharePct: own.sharePct,
      ...(changes === null ? {} : { adjustmentUsd: decimalText(changes[place] ?? 0n, decimals) }),
    };
  };
  const after = {
    top: topOf(content),
    formerPrices: cost.formerPrices.map(({ meter, unitPrice, charged }) => ({
      meter,
      usdPerHour: formatUsd(unitPrice),
      usd: formatUsd(charged),
    })),
    closed:
      closed === null
        ? null
        : {
            month: closed.month,
            closedAt: isoOf(closed.closedAt),
            frozenUsd: formatUsd(closed.frozen),
            adjustmentUsd: formatUsd(closed.adjustment),
          },
    problems: content.problems,
  };
  yield* jsonWithList(before, { name: "groups", items: groups, valueOf: groupAt }, after);
}

function coverageOf({ cost: { counts }, coverage }: ReportContent) {
  return {
    sessions: counts.sessions,
    settled: counts.settled,
    provisional: counts.provisional,
    bounded: counts.bounded,
    unpriced: counts.unpriced,
    approximate: counts.approximate,
    lateUnverifiable: counts.lateUnverifiable,
    gapMs: counts.gapMs,
    targets: coverage.map(({ target, health, recordsUntil, keptAt, accounts }) => ({
      account: target.account,
      region: target.region,
      health,
      recordsUntil: recordsUntil === null ? null : isoOf(recordsUntil),
      keptAt: keptAt === null ? null : isoOf(keptAt),
      accounts: accounts === null ? null : accountsJson(accounts),
    })),
  };
}

const accountsJson = ({ asOf, complete, places }: LastAccounts) => ({
  asOf: isoOf(asOf),
  complete,
  unread: places
    .filter((it) => !it.complete)
    .map(({ place, finalUntil }) => ({ place, recordsUntil: finalUntil === null ? null : isoOf(finalUntil) })),
});

const figuresJson = (figures: CostFigures, printed: PrintedFigures) => ({
  sessions: figures.sessions,
  withoutFigure: figures.unknownSessions,
  usd: printed.usd,
  lowUsd: printed.low,
  highUsd: printed.high,
  idleUsd: printed.idle,
  activeUsd: printed.active,
  unsplitUsd: printed.unsplit,
  peakTaxUsd: printed.peakTax,
  loggedUsd: printed.logged,
  vcpuHours: printed.usd === null ? null : formatUsd(figures.vcpuHours),
  gbHours: printed.usd === null ? null : formatUsd(figures.gbHours),
});

const topOf = ({ cost }: ReportContent) =>
  cost.top.map((top) => {
    const { session, facts } = top;
    const { known, idle } = figuresOfTop(top, cost.scale);
    return {
      account: session.account,
      region: session.region,
      interpreter: session.interpreter,
      session: session.session,
      name: session.name,
      usd: formatUsd(known),
      idleUsd: idle === null ? null : formatUsd(idle),
      basis: facts.basis,
      final: facts.final,
    };
  });

function sharesOf(parts: Parameters<typeof printedParts>[0]): readonly string[] | null {
  const total = sumUsd(parts);
  if (total.numerator === 0n) return null;
  const ratios = parts.map(({ numerator, denominator }) => ({
    numerator: numerator * total.denominator * 100n,
    denominator: denominator * total.numerator,
  }));
  return printedParts(ratios, 1).map((share) => decimalText(share, 1));
}
