import { periodsOf } from "../../billing/price-book.ts";
import type { Target } from "../../inventory/target.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import { formatUsd } from "../../kernel/money.ts";
import type { SessionBill } from "../../ledger/charge.ts";
import { ratedOf } from "../../ledger/charge-lines.ts";
import { firstRecordAtOf } from "../../ledger/first-record.ts";
import { lastRecordAtOf } from "../../ledger/last-record.ts";
import type { LedgerSession, ListedSession } from "../../ports/ledger.ts";
import { sessionPart, targetPart } from "../../ports/ledger-key.ts";
import type { GoneRecord, Registry, SessionRecord } from "../../ports/registry.ts";
import type { AccountsInput } from "../accounts/ports.ts";

type AddGone = Pick<Registry, "addGone">;

/**
 * Enters sessions into the inventory that were born and gone between two scans: their records alone say that they lived. It is
 * done when the end is settled, while they are `closing`, so that a run that is killed does it again; those that are known
 * already stay as they are.
 */
export async function enterUnlisted(
  registry: AddGone,
  { prices, meter }: Pick<AccountsInput, "prices" | "meter">,
  closing: readonly LedgerSession[],
): Promise<void> {
  // One that was restated was entered when it was first closed.
  const first = closing.filter(({ restatement }) => restatement === null);
  for (const own of Map.groupBy(first, ({ bill }) => targetPart(bill)).values()) {
    const target: Target | undefined = own[0]?.bill;
    const records = own.flatMap((session) => recordOf(session, prices, meter) ?? []);
    if (target === undefined || records.length === 0) continue;
    await registry.addGone({ account: target.account, region: target.region }, records);
  }
}

/** The registry without those that a listing had: to add them again would cost a write each, and change nothing. */
export function exceptListed(registry: AddGone, target: Target, listed: readonly SessionRecord[]): AddGone {
  const known = new Set(listed.map((record) => sessionPart({ ...target, ...record })));
  return {
    addGone: async (to, sessions) => {
      const unlisted = sessions.filter((record) => !known.has(sessionPart({ ...to, ...record })));
      if (unlisted.length > 0) await registry.addGone(to, unlisted);
    },
  };
}

/** Whether the registry has a closed session from here: then it knows no more of its life than its bill does. */
export const isOwnEntry = ({ goneAt }: SessionRecord, { bill, lastRecordAt }: ListedSession): boolean =>
  bill.final && goneAt !== null && goneAt === goneAtOf(bill, lastRecordAt);

function recordOf(
  { account, bill, timeoutAt }: LedgerSession,
  prices: AccountsInput["prices"],
  meter: AccountsInput["meter"],
): GoneRecord | null {
  const [firstAt, lastAt] = [firstRecordAtOf(account), lastRecordAtOf(account)];
  const goneAt = goneAtOf(bill, lastAt);
  if (bill.basis !== "rated" || firstAt === null || lastAt === null || goneAt === null) return null;
  const cost = ratedOf(bill.charges, periodsOf(prices, bill.region), meter.gb);
  const usd = cost === null ? null : formatUsd(cost.rated);
  const createdAt = bill.createdAt ?? firstAt;
  return {
    interpreter: bill.interpreter,
    session: bill.session,
    name: bill.name,
    createdAt,
    // Counted from a start that is not known, it would be another.
    timeoutSeconds: timeoutAt === null || bill.createdAt === null ? null : Math.round((timeoutAt - createdAt) / 1000),
    firstSeenAt: firstAt,
    lastSeenAt: lastAt,
    goneAt,
    lowUsd: usd,
    highUsd: usd,
    costAsOf: bill.asOf,
  };
}

/** Records may come of a moment after the time limit. */
const goneAtOf = ({ endedAt }: SessionBill, lastRecordAt: Instant | null): Instant | null =>
  endedAt === null ? null : instant(Math.max(endedAt, lastRecordAt ?? endedAt));
