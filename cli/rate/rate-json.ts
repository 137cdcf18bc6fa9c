import type { RateResult } from "../../adapters/files/rate-files.ts";
import type { GbUnit } from "../../core/billing/gigabyte.ts";
import type { BillingRule } from "../../core/billing/price-row.ts";
import { type RatedSession, ratedTotals } from "../../core/billing/rated-session.ts";
import { formatUsd, type Usd } from "../../core/kernel/money.ts";
import { safeJson } from "../render/safe-text.ts";

/** Writes the result as JSON, a session to a line: a list of any length is never one text in memory. */
export function writeRateJson(
  result: RateResult,
  settings: { readonly rule: BillingRule; readonly gb: GbUnit; readonly complete: boolean },
  out: (text: string) => void,
): void {
  const { lines, records, duplicates, skipped, problems, failures } = result;
  out(`{"rule":"${settings.rule}","gb":"${settings.gb}","complete":${settings.complete},\n`);
  out(` "input":${safeJson({ lines, records, duplicates, skipped }, 0)},\n`);
  out(' "problems":');
  writeList(problems, out);
  out(` "problemsNotListed":${skipped - problems.length},\n "unread":`);
  writeList(failures, out);
  out(' "sessions":');
  writeList(Iterator.from(result.sessions).map(sessionJson), out);
  out(` "totals":${safeJson(totalsJson(result.sessions), 0)}}\n`);
}

const itemsAtOnce = 500;

function writeList(items: Iterable<unknown>, out: (text: string) => void): void {
  let pending: string[] = [];
  let written = false;
  const flush = (): void => {
    if (pending.length === 0) return;
    out((written ? ",\n  " : "[\n  ") + pending.join(",\n  "));
    written = true;
    pending = [];
  };
  for (const item of items) {
    pending.push(safeJson(item, 0));
    if (pending.length === itemsAtOnce) flush();
  }
  flush();
  out(written ? "],\n" : "[],\n");
}

const money = (amount: Usd | undefined): string | null => (amount === undefined ? null : formatUsd(amount));

function sessionJson(session: RatedSession): unknown {
  const { vcpuNs, byteMs, peakBytes, cost, ...rest } = session;
  return {
    ...rest,
    vcpuNs: String(vcpuNs),
    byteMs: String(byteMs),
    peakBytes,
    ratedUsd: money(cost?.rated),
    loggedUsd: money(cost?.logged),
    idleUsd: money(cost?.idle),
    peakTaxUsd: money(cost?.peakTax),
  };
}

function totalsJson(sessions: readonly RatedSession[]): unknown {
  const totals = ratedTotals(sessions);
  return {
    sessions: totals.sessions,
    unpricedSessions: totals.unpricedSessions,
    vcpuNs: String(totals.vcpuNs),
    byteMs: String(totals.byteMs),
    ratedUsd: money(totals.cost?.rated),
    loggedUsd: money(totals.cost?.logged),
  };
}
