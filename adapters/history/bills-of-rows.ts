import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { formatUsd, usd } from "../../core/kernel/money.ts";
import type { Charge, SessionBill } from "../../core/ledger/charge.ts";
import type { HistoryRow } from "../../core/ports/history-row.ts";
import { billBases, endSources } from "../../core/ports/ledger-text.ts";

/** How many rows the whole of a bill has. */
export const rowsOfWhole = (row: HistoryRow): number => (row.x_Charges === 0 ? 1 : 2 * row.x_Charges);

/** The bill whose rows these are, all of them, in any order. */
export function billOfRows(rows: readonly [HistoryRow, ...HistoryRow[]]): SessionBill {
  const [row] = rows;
  return {
    account: accountId(row.SubAccountId),
    region: region(row.RegionId),
    interpreter: interpreterId(row.x_Interpreter),
    session: sessionId(row.ResourceId),
    name: row.ResourceName,
    createdAt: row.x_CreatedAt,
    endedAt: row.x_EndedAt,
    endSource: endSources.find((known) => known === row.x_EndSource) ?? null,
    basis: billBases.find((known) => known === row.x_CostBasis) ?? "bounded",
    approximate: row.x_Approximate,
    charges: chargesOf(rows),
    gapMs: row.x_GapMs,
    duplicates: row.x_Duplicates,
    lateUnverifiable: row.x_LateUnverifiable,
    peakBytes: row.x_PeakBytes,
    lowUsd: amountOf(row.x_LowUsd),
    highUsd: amountOf(row.x_HighUsd),
    asOf: row.x_AsOf,
    final: row.x_Final,
    version: row.x_Version,
  };
}

const amountOf = (amount: bigint | null): string | null =>
  amount === null ? null : formatUsd(usd(amount, 10n ** 12n));

function chargesOf(rows: readonly HistoryRow[]): readonly Charge[] {
  const groups = Map.groupBy(rows, (row) => `${row.ChargePeriodStart}/${row.x_PriceStartsAt}`);
  const charges = [...groups.values()].flatMap((group) => {
    const vcpu = group.find((row) => row.SkuMeter === "vCPU");
    const memory = group.find((row) => row.SkuMeter === "Memory");
    if (vcpu === undefined || memory === undefined) return [];
    return {
      hourAt: memory.ChargePeriodStart,
      priceStartsAt: memory.x_PriceStartsAt,
      records: memory.x_Records,
      meteredMs: memory.x_MeteredMs,
      vcpuNs: vcpu.x_Usage,
      byteMs: memory.x_Usage,
      // A charge that was shared out has none of these; its basis says that 0 is no claim.
      idleByteMs: memory.x_IdleUsage ?? 0n,
      loggedByteMs: memory.x_LoggedUsage ?? 0n,
      peakTaxByteMs: memory.x_PeakTaxUsage ?? 0n,
    };
  });
  return charges.sort((a, b) => a.hourAt - b.hourAt || (a.priceStartsAt ?? -1) - (b.priceStartsAt ?? -1));
}
