import type { Instant } from "../../core/kernel/instant.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import { formatUsd, parseUsd, subtractUsd, type Usd } from "../../core/kernel/money.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { CloseBook } from "../../core/ports/close-book.ts";
import { object, string } from "../../core/ports/read-stored.ts";
import {
  type CostReport,
  type CostRequest,
  type CostSource,
  costReportAsOf,
} from "../../core/reporting/cost-report.ts";
import type { ClosedMonth } from "./report-content.ts";

/** What the report of a closed month said when it was closed; null where the month is open. */
export async function closedMonth(
  stores: CostSource & { readonly closeBook: CloseBook },
  request: CostRequest,
  month: string,
  signal: AbortSignal,
): Promise<{
  readonly frozen: CostReport;
  readonly closed: (now: Usd) => Omit<ClosedMonth, "adjustments">;
  readonly problems: readonly Problem[];
} | null> {
  const close = await stores.closeBook.closed(month);
  if (close === null) return null;
  const then = await costReportAsOf(stores, request, close.closedAt, signal);
  const all = await costReportAsOf(
    stores,
    { ...request, groupBy: [], includes: () => true, top: 0 },
    close.closedAt,
    signal,
  );
  return {
    frozen: then,
    closed: (now) => ({
      month,
      closedAt: close.closedAt,
      frozen: then.total.known,
      adjustment: subtractUsd(now, then.total.known),
    }),
    problems: differing(month, close.closedAt, formatUsd(all.total.known), frozenUsdOf(close.snapshot)),
  };
}

/** The total that a month was closed at. */
export const snapshotOf = (usd: Usd): string => JSON.stringify({ knownUsd: formatUsd(usd) });

const frozenUsdOf = (snapshot: string): string =>
  formatUsd(parseUsd(string(object(JSON.parse(snapshot), "snapshot")["knownUsd"], "knownUsd")));

/** What was frozen is made anew from history and its audit: where the two differ, files of history were changed by hand. */
const differing = (month: string, closedAt: Instant, now: string, then: string): readonly Problem[] =>
  now === then
    ? []
    : [
        {
          code: "ClosedMonthChanged",
          message: `${month} was closed on ${isoOf(closedAt)} at $${then}, and history and its audit now say $${now} for that time: some of their files were changed or are missing. Restore them from a copy.`,
        },
      ];
