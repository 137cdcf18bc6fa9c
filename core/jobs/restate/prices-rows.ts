import { gigabyteOf } from "../../billing/gigabyte.ts";
import type { MeterSettings } from "../../billing/meter-rows.ts";
import { type PricePeriod, periodsOf } from "../../billing/price-book.ts";
import type { SessionKey } from "../../billing/usage-record.ts";
import { targetKey } from "../../inventory/target.ts";
import { accountId, interpreterId, region, sessionId } from "../../kernel/ids.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import { roundHalfEven } from "../../kernel/money.ts";
import { periodsWithin } from "../../ledger/reprice-bill.ts";
import type { HistoryColumn, HistoryColumns } from "../../ports/history-row.ts";
import type { History } from "../../ports/ledger.ts";
import { sessionPart, targetPart } from "../../ports/ledger-key.ts";
import type { AccountsInput } from "../accounts/ports.ts";

const columns = [
  "ChargePeriodStart",
  "SubAccountId",
  "RegionId",
  "x_Interpreter",
  "ResourceId",
  "SkuMeter",
  "ListUnitPrice",
  "x_PriceStartsAt",
  "x_BillingRule",
  "x_BytesPerGb",
] as const satisfies readonly HistoryColumn[];
type Columns = HistoryColumns<(typeof columns)[number]>["columns"];

export interface OutdatedBills {
  /** By `keyName`. */
  readonly sessions: ReadonlySet<string>;
  /** Their usage itself would be another: the memory rule or the GB has changed, which needs their records. */
  readonly needRecords: ReadonlySet<string>;
}

export const keyName = (key: SessionKey): string => `${targetPart(key)}/${sessionPart(key)}`;

/** Sessions of these targets with charges in [from, until) that history has at a price which is not the book's any more. */
export async function outdatedIn(
  history: Pick<History, "columns">,
  from: Instant,
  until: Instant,
  { targets: wanted, prices, meter }: Pick<AccountsInput, "targets" | "prices" | "meter">,
  signal: AbortSignal,
): Promise<OutdatedBills> {
  const targets = new Set(wanted.map(targetKey));
  const sessions = new Set<string>();
  const needRecords = new Set<string>();
  for await (const { rows, columns: read } of history.columns(from, until, columns)) {
    signal.throwIfAborted();
    for (let row = 0; row < rows; row += 1) {
      const target = { account: accountId(read.SubAccountId[row] ?? ""), region: region(read.RegionId[row] ?? "") };
      if ((read.SkuMeter[row] ?? null) === null || !targets.has(targetKey(target))) continue;
      const verdict = verdictOf(read, row, periodsOf(prices, target.region), meter);
      if (verdict === "as-booked") continue;
      const name = keyName({
        ...target,
        interpreter: interpreterId(read.x_Interpreter[row] ?? ""),
        session: sessionId(read.ResourceId[row] ?? ""),
      });
      (verdict === "outdated" ? sessions : needRecords).add(name);
    }
  }
  return { sessions, needRecords };
}

function verdictOf(
  read: Columns,
  row: number,
  periods: readonly PricePeriod[],
  { gb, unpricedRule }: MeterSettings,
): "as-booked" | "outdated" | "needs-records" {
  const startsAt = read.x_PriceStartsAt[row] ?? null;
  const inForce = periodsWithin(periods, read.ChargePeriodStart[row] ?? instant(0));
  const own = inForce.find((period) => (period?.startsAt ?? null) === startsAt);
  const price = own === undefined ? undefined : unitPriceOf(own, read.SkuMeter[row] ?? "");
  if (price === (read.ListUnitPrice[row] ?? null) && price !== undefined) return "as-booked";
  const rule = read.x_BillingRule[row] ?? unpricedRule;
  const isOtherRule = inForce.some((period) => period !== null && period.rule !== rule);
  const storedGb = read.x_BytesPerGb[row] ?? null;
  return isOtherRule || (storedGb !== null && storedGb !== gigabyteOf(gb).bytes) ? "needs-records" : "outdated";
}

const unitPriceOf = (period: PricePeriod | null, meter: string): bigint | null => {
  if (period === null) return null;
  const { numerator, denominator } = meter === "vCPU" ? period.vcpuHour : period.gbHour;
  return roundHalfEven(numerator * 10n ** 12n, denominator);
};
