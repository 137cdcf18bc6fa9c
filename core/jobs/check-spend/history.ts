import type { WindowSpan } from "../../budget/budget-window.ts";
import type { DatedCost } from "../../budget/dated-cost.ts";
import { accountId, interpreterId, region, sessionId } from "../../kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import { type Usd, usd } from "../../kernel/money.ts";
import type { HistoryColumn, HistoryColumns, HistoryRow } from "../../ports/history-row.ts";
import type { History } from "../../ports/ledger.ts";
import { boundsIn, latestEnd, type Pricing } from "./costs.ts";
import type { DatedSession } from "./tally.ts";

const columns = [
  "SubAccountId",
  "RegionId",
  "ResourceId",
  "ResourceName",
  "SkuMeter",
  "ChargePeriodStart",
  "BilledCost",
  "x_Interpreter",
  "x_CreatedAt",
  "x_EndedAt",
  "x_LowUsd",
  "x_HighUsd",
  "x_FirstHourAt",
  "x_LastHourAt",
  "x_AsOf",
] as const satisfies readonly HistoryColumn[];
type Column = (typeof columns)[number];
type Columns = HistoryColumns<Column>["columns"];
type Facts = { readonly [Name in Column]: HistoryRow[Name] | null };

/** A session whose rows are still being read. */
interface Reading {
  /** Of its first row. They are copied: a session that is held must not hold its whole stretch of rows. */
  readonly facts: Facts;
  /** Dollars of each hour in units of 10^-12; null where a meter of it has no price. */
  readonly hours: Map<Instant, bigint | null>;
}

/**
 * The sessions that history has of the time from `span.from`, and of those that lived into it, with their hours before
 * `span.until`. Each session comes once, and no more of them are held than cross a midnight.
 */
export async function* sessionsOfHistory(
  history: Pick<History, "columns">,
  span: WindowSpan,
  pricing: Pricing,
): AsyncGenerator<DatedSession> {
  // The row of a session without a figure lies in the hour of its start, and boot usage may lie an hour before that.
  const from = plusMs(span.from, -pricing.kind.maxTimeoutSeconds * 1000 - 3_600_000);
  const crossing = new Map<string, Reading>();
  let current: Reading | null = null;
  for await (const { rows, columns: read } of history.columns(from, span.until, columns)) {
    for (let row = 0; row < rows; row += 1) {
      // The rows of a session stand together within each day.
      if (current === null || !isOfSame(current.facts, read, row)) {
        if (current !== null && !isCrossing(current.facts)) yield sessionOf(current, pricing);
        current = readingOf(crossing, read, row);
      }
      addRow(current, read, row);
    }
  }
  if (current !== null && !isCrossing(current.facts)) yield sessionOf(current, pricing);
  for (const reading of crossing.values()) yield sessionOf(reading, pricing);
}

/** One that crosses midnight may have begun in the rows of the day before. */
function readingOf(crossing: Map<string, Reading>, read: Columns, row: number): Reading {
  const facts = Object.fromEntries(columns.map((name) => [name, read[name][row] ?? null])) as unknown as Facts;
  const fresh: Reading = { facts, hours: new Map() };
  if (!isCrossing(facts)) return fresh;
  const name = JSON.stringify([facts.SubAccountId, facts.RegionId, facts.x_Interpreter, facts.ResourceId]);
  const reading = crossing.get(name) ?? fresh;
  crossing.set(name, reading);
  return reading;
}

function addRow({ hours }: Reading, read: Columns, row: number): void {
  if ((read.SkuMeter[row] ?? null) === null) return;
  const hourAt = read.ChargePeriodStart[row] ?? instant(0);
  const cost = read.BilledCost[row] ?? null;
  const before = hours.get(hourAt);
  hours.set(hourAt, before === null || cost === null ? null : (before ?? 0n) + cost);
}

const isOfSame = (facts: Facts, read: Columns, row: number): boolean =>
  facts.ResourceId === read.ResourceId[row] &&
  facts.x_Interpreter === read.x_Interpreter[row] &&
  facts.RegionId === read.RegionId[row] &&
  facts.SubAccountId === read.SubAccountId[row];

const dayOf = (at: Instant | null): number => Math.floor((at ?? 0) / 86_400_000);
const isCrossing = (facts: Facts): boolean => dayOf(facts.x_FirstHourAt) !== dayOf(facts.x_LastHourAt);

function sessionOf({ facts, hours }: Reading, pricing: Pricing): DatedSession {
  const session = {
    account: accountId(facts.SubAccountId ?? ""),
    region: region(facts.RegionId ?? ""),
    interpreter: interpreterId(facts.x_Interpreter ?? ""),
    session: sessionId(facts.ResourceId ?? ""),
    name: facts.ResourceName,
    createdAt: facts.x_CreatedAt,
  };
  return { ...session, cost: hours.size > 0 ? chargesOf(hours) : boundsOf(facts, boundsIn(session, pricing), pricing) };
}

const chargesOf = (hours: Reading["hours"]): DatedCost => ({
  kind: "charged",
  hours: [...hours].map(([hourAt, amount]) => ({ hourAt, usd: amountOf(amount) })),
});

function boundsOf(facts: Facts, between: ReturnType<typeof boundsIn>, pricing: Pricing): DatedCost {
  const from = facts.x_CreatedAt ?? facts.ChargePeriodStart ?? instant(0);
  const [low, high] = [amountOf(facts.x_LowUsd), amountOf(facts.x_HighUsd)];
  const until = latestEnd(from, facts.x_EndedAt, facts.x_AsOf ?? from, pricing);
  return { kind: "bounded", from, until, low, high, between };
}

const amountOf = (amount: bigint | null): Usd | null => (amount === null ? null : usd(amount, 10n ** 12n));
