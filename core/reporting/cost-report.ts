import type { Attribution } from "../attribution/attribution.ts";
import { readInterpreterTags } from "../attribution/interpreter-tags.ts";
import { targetKey } from "../inventory/target.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import type { Usd } from "../kernel/money.ts";
import type { CostBasis } from "../ledger/charge.ts";
import { basisOfTotal, type TotalBasis } from "../ledger/cost-bases.ts";
import type { Documents } from "../ports/documents.ts";
import type { History } from "../ports/ledger.ts";
import { addCell, type CostCell, costCell } from "./cost-cells.ts";
import {
  amountOf,
  type CostFigures,
  type CostSums,
  figuresOf,
  type GbScale,
  scaleOfUnits,
  sumsOf,
} from "./cost-figures.ts";
import type { DimensionValue, GroupedSession } from "./cost-groups.ts";
import { asOfColumns, type HistoryWindow, historyTally, reportColumns, type TalliedColumn } from "./cost-history.ts";
import { type CostTally, costTally, type SessionCounts } from "./cost-tally.ts";
import type { TopSession } from "./cost-top.ts";
import { readUnclosed, sessionName, type UnclosedSource } from "./focus-unclosed.ts";
import { besideFormerPrices, type FormerPrice } from "./former-prices.ts";
import { historyAsOf } from "./history-as-of.ts";
import { withoutSettledLater } from "./settled-later.ts";
import { type TallyRequest, tallyBill, tallyRecord } from "./tally-unclosed.ts";

export interface CostSource extends UnclosedSource {
  readonly history: Pick<History, "columns" | "superseded">;
  readonly documents: Documents;
}

export interface CostRequest extends TallyRequest {
  readonly groupBy: readonly string[];
  readonly top: number;
  readonly attribution: Attribution;
}

export interface CostGroup {
  /** One for each dimension of `groupBy`. */
  readonly values: readonly DimensionValue[];
  /** What `figuresOf` makes figures of: to hold those of hundreds of thousands of groups would take hundreds of MB. */
  readonly sums: CostSums;
}

/** What a window cost, exactly. Figures of the groups add up to the total. */
export interface CostReport {
  readonly total: CostFigures;
  readonly basis: TotalBasis;
  readonly counts: SessionCounts;
  /** What `sums` of the groups are made over. */
  readonly scale: GbScale;
  readonly groups: readonly CostGroup[];
  readonly top: readonly TopSession[];
  readonly formerPrices: readonly FormerPrice[];
}

/** Everything that is known of a window: closed bills out of history, those that can still change, and live sessions. */
export async function costReport(source: CostSource, request: CostRequest, signal: AbortSignal): Promise<CostReport> {
  const tally = await tallyOf(source, request);
  const beside = besideFormerPrices(tally, request.prices);
  await tallyCosts(source, request, beside, reportColumns, signal);
  return reportOf(tally, request, beside.formerPrices);
}

/**
 * Tells a tally of every session of a window, each as the one place has it that counts. `columns` are those of history that it
 * needs, `reportColumns` at least.
 */
export async function tallyCosts(
  source: Omit<CostSource, "documents">,
  request: TallyRequest,
  tally: Pick<CostTally, "session">,
  columns: readonly TalliedColumn[],
  signal: AbortSignal,
): Promise<void> {
  const { bills, records } = await readUnclosed(source, request);
  const unseen = new Map(records);
  // Nearly every row of history is of a session that nobody else knows: its id alone tells that.
  const ids = new Set([...bills.values(), ...records.values()].map(({ session }) => session));
  const window: HistoryWindow = {
    ...request,
    counts: (session) => {
      if (!ids.has(session.session)) return true;
      const name = sessionName(session);
      unseen.delete(name);
      return !bills.has(name);
    },
  };
  await readHistory(source.history, tally, window, columns, signal);
  await withoutSettledLater(source.history, unseen, request, signal);
  for (const bill of bills.values()) if (request.includes(bill)) tallyBill(tally, bill, request);
  for (const record of unseen.values()) if (request.includes(record)) tallyRecord(tally, record, request);
}

/**
 * The same window as it stood at an instant: rows that were written later do not count, and those that they replaced do. Only
 * what was closed then is in it.
 */
export async function costReportAsOf(
  source: CostSource,
  request: CostRequest,
  at: Instant,
  signal: AbortSignal,
): Promise<CostReport> {
  const tally = await tallyOf(source, request);
  const early = earliestHour(request);
  const within = (hourAt: Instant): boolean => hourAt >= early && hourAt < request.until;
  const then = await historyAsOf(source.history, { at, now: request.now, within }, signal);
  await readHistory(source.history, tally, { ...request, counts: then.counts }, asOfColumns, signal);
  const replaced = historyTally(tally, { ...request, counts: () => true });
  replaced.add(then.replaced());
  replaced.end();
  return reportOf(tally, request);
}

async function readHistory(
  history: Pick<History, "columns">,
  tally: Pick<CostTally, "session">,
  window: HistoryWindow,
  columns: readonly TalliedColumn[],
  signal: AbortSignal,
): Promise<void> {
  const stretches = historyTally(tally, window);
  for await (const table of history.columns(earliestHour(window), window.until, columns)) {
    signal.throwIfAborted();
    stretches.add(table);
  }
  stretches.end();
}

/** The row of a session without a figure lies in the hour of its start, and it may have lived into the window. */
const earliestHour = ({ from, kind }: Pick<HistoryWindow, "from" | "kind">): Instant =>
  plusMs(from, -kind.maxTimeoutSeconds * 1000 - 3_600_000);

async function tallyOf({ documents }: CostSource, request: CostRequest): Promise<CostTally> {
  const tags = new Map<string, Readonly<Record<string, string>> | null>();
  for (const target of request.targets) {
    for (const [interpreter, remembered] of (await readInterpreterTags(documents, target)).byInterpreter) {
      tags.set(`${targetKey(target)}/${interpreter}`, remembered.tags);
    }
  }
  const tagsOf = (session: GroupedSession) => tags.get(`${targetKey(session)}/${session.interpreter}`) ?? null;
  return costTally(request.groupBy, request.attribution, tagsOf, request.top);
}

function reportOf(
  tally: CostTally,
  { gb }: CostRequest,
  formerPrices: (scale: GbScale) => readonly FormerPrice[] = () => [],
): CostReport {
  const byBasis = new Map<CostBasis, CostCell>();
  const groups: CostGroup[] = [];
  const scale = scaleOfUnits(tally.units(), gb);
  for (const { values, cells } of tally.handOver()) {
    groups.push({ values, sums: sumsOf(cells, scale) });
    for (const cell of cells) {
      const all = byBasis.get(cell.basis) ?? costCell(cell.basis);
      byBasis.set(cell.basis, all);
      addCell(all, cell);
    }
  }
  const counts = tally.counts();
  const knownAs = (basis: CostBasis): Usd => {
    const own = byBasis.get(basis);
    return amountOf(sumsOf(own === undefined ? [] : [own], scale).known, scale);
  };
  return {
    total: {
      ...figuresOf(sumsOf([...byBasis.values()], scale), scale),
      // A session that is in several groups, hours for example, is one session, and lacks its figure once.
      sessions: counts.sessions,
      unknownSessions: counts.bounded + counts.unpriced,
    },
    basis: basisOfTotal(
      [...counts.byBasis].map(([basis, of]) => ({
        basis,
        ...of,
        usd: of.withoutFigure === of.sessions ? null : knownAs(basis),
      })),
    ),
    counts,
    scale,
    groups,
    top: tally.top(),
    formerPrices: formerPrices(scale),
  };
}
