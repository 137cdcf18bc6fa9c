import type { SessionKey } from "../../billing/usage-record.ts";
import { startOfDay } from "../../kernel/calendar.ts";
import { accountId, interpreterId, region, sessionId } from "../../kernel/ids.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import { formatUsd, sumUsd, type Usd, usd } from "../../kernel/money.ts";
import type { Restatement, SessionBill } from "../../ledger/charge.ts";
import type { HistoryColumn, HistoryColumns } from "../../ports/history-row.ts";
import type { History, LedgerSession } from "../../ports/ledger.ts";
import { sessionPart, targetPart } from "../../ports/ledger-key.ts";

const columns = [
  "SubAccountId",
  "RegionId",
  "x_Interpreter",
  "ResourceId",
  "SkuMeter",
  "BilledCost",
  "ListUnitPrice",
  "x_Usage",
  "x_BytesPerGb",
  "x_Version",
  "x_Charges",
] as const satisfies readonly HistoryColumn[];
type Columns = HistoryColumns<(typeof columns)[number]>["columns"];

/** All versions of a bill are within this of each other. */
const reachMs = 12 * 3_600_000;
const dayMs = 86_400_000;

/**
 * The restatements of sessions that are closing, with what each cost before as history tells it, row by row at the price of
 * then: the price book may say something else by now. Where history lacks rows of that version, it stays what the ledger says.
 */
export async function restatementsAsTold(
  history: Pick<History, "columns">,
  closing: readonly LedgerSession[],
  signal: AbortSignal,
): Promise<readonly Restatement[]> {
  const restated = closing.flatMap(({ bill, restatement }) => (restatement === null ? [] : [{ bill, restatement }]));
  const told: Restatement[] = [];
  for (const [day, own] of Map.groupBy(restated, ({ bill }) => startOfDay(beganAt(bill)))) {
    const versions = new Map(own.map(({ restatement }) => [nameOf(restatement), restatement.version - 1]));
    const rows = await rowsOf(history, day, versions, signal);
    for (const { restatement } of own) {
      const before = figureOf(rows.get(nameOf(restatement)) ?? []);
      told.push(before === undefined ? restatement : { ...restatement, beforeUsd: before });
    }
  }
  return told;
}

interface ToldRow {
  readonly usd: Usd | null;
  /** How many rows the whole of the bill has. */
  readonly ofAll: number;
}

async function rowsOf(
  history: Pick<History, "columns">,
  day: Instant,
  versions: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly ToldRow[]>> {
  const found = new Map<string, ToldRow[]>();
  for await (const { rows, columns: read } of history.columns(
    plusMs(day, -reachMs),
    plusMs(day, dayMs + reachMs),
    columns,
  )) {
    signal.throwIfAborted();
    for (let row = 0; row < rows; row += 1) {
      const name = nameOf(keyAt(read, row));
      if (versions.get(name) !== read.x_Version[row]) continue;
      const own = found.get(name) ?? [];
      own.push({ usd: costAt(read, row), ofAll: 2 * (read.x_Charges[row] ?? 0) });
      found.set(name, own);
    }
  }
  return found;
}

/** Undefined where rows are missing; null where the bill had no figure. */
function figureOf(rows: readonly ToldRow[]): string | null | undefined {
  const [first] = rows;
  if (first === undefined || (first.ofAll > 0 && rows.length < first.ofAll)) return undefined;
  const priced = rows.flatMap(({ usd: amount }) => amount ?? []);
  return priced.length < rows.length ? null : formatUsd(sumUsd(priced));
}

function costAt(read: Columns, row: number): Usd | null {
  const [billed, price, meter] = [read.BilledCost[row] ?? null, read.ListUnitPrice[row] ?? null, read.SkuMeter[row]];
  if (billed === null || price === null) return null;
  const bytesPerGb = read.x_BytesPerGb[row] ?? null;
  const unit = meter === "vCPU" ? 3_600_000_000_000n : bytesPerGb === null ? null : 3_600_000n * BigInt(bytesPerGb);
  // Rows of before that column have the cost itself, rounded at its twelfth decimal.
  return unit === null ? usd(billed, 10n ** 12n) : usd((read.x_Usage[row] ?? 0n) * price, unit * 10n ** 12n);
}

const keyAt = (read: Columns, row: number): SessionKey => ({
  account: accountId(read.SubAccountId[row] ?? ""),
  region: region(read.RegionId[row] ?? ""),
  interpreter: interpreterId(read.x_Interpreter[row] ?? ""),
  session: sessionId(read.ResourceId[row] ?? ""),
});

const beganAt = ({ charges, createdAt, endedAt, asOf }: SessionBill): Instant =>
  charges[0]?.hourAt ?? createdAt ?? endedAt ?? asOf;

const nameOf = (key: SessionKey): string => `${targetPart(key)}/${sessionPart(key)}`;
