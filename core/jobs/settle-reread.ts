import type { SessionKey } from "../billing/usage-record.ts";
import type { Target } from "../inventory/target.ts";
import { type Instant, instant, plusMs } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";
import { emptyAccount, foldColumns } from "../ledger/fold-columns.ts";
import { lastRecordAtOf } from "../ledger/last-record.ts";
import type { SessionAccount } from "../ledger/session-account.ts";
import type { LedgerSession } from "../ports/ledger.ts";
import { sessionPart, targetPart } from "../ports/ledger-key.ts";
import type { Located, UsageLocation } from "../ports/usage-source.ts";
import type { AccountsPorts } from "./accounts-ports.ts";
import { patienceMs } from "./settle-source.ts";

/**
 * A session's records, read from their source once more. `expired`: the source keeps them no longer, or is gone. `unread`:
 * it may well be read at the next pass.
 */
export type Reread =
  | { readonly kind: "read"; readonly account: SessionAccount }
  | { readonly kind: "expired" }
  | { readonly kind: "unread"; readonly problems: readonly Problem[] };

/** Boot usage is stamped up to 43 minutes early, and delivered up to 60 late; this is beyond both. */
const marginMs = 3 * 3_600_000;
/** Records stamped later than a day after now are not believed. */
const beliefMs = 24 * 3_600_000;

export async function rereadSession(
  { usage }: Pick<AccountsPorts, "usage">,
  now: Instant,
  target: Target,
  { account, state }: LedgerSession,
  located: Located | null,
  signal: AbortSignal,
): Promise<Reread> {
  const lastAt = lastRecordAtOf(account) ?? now;
  if (located === null || located.kind === "none") {
    const isGone = located?.reason === "not-enabled" || located?.reason === "missing";
    // A bill that was closed can wait for its source; one that never was, waits a day.
    const isForsaken = state === "open" && now - lastAt >= patienceMs;
    return isGone || isForsaken ? { kind: "expired" } : { kind: "unread", problems: [] };
  }
  const { location } = located;
  const firstAt = firstRecordAtOf(account) ?? now;
  if (location.retentionMs !== null && firstAt < now - location.retentionMs) return { kind: "expired" };
  let fresh = emptyAccount(account.key);
  const reading = await usage.read(
    {
      target,
      location,
      from: plusMs(firstAt, -marginMs),
      until: untilOf(location, now, lastAt),
      how: "rows",
      session: account.key.session,
      latestAt: plusMs(now, beliefMs),
    },
    (batches) => {
      // A place may hold sessions of one id: it is unique within its account and Region only.
      for (const { key, usage: columns } of batches) {
        if (sessionName(key) !== sessionName(account.key)) continue;
        fresh = foldColumns(fresh, account.key, columns, "count");
      }
    },
    signal,
  );
  return reading.complete ? { kind: "read", account: fresh } : { kind: "unread", problems: reading.problems };
}

/** A file with records of an hour may be delivered, or copied into place, at any time after it. */
const untilOf = ({ windows }: UsageLocation, now: Instant, lastAt: Instant): Instant =>
  windows === "delivery" ? now : instant(Math.min(now, lastAt + marginMs));

const sessionName = (key: SessionKey): string => `${targetPart(key)}/${sessionPart(key)}`;

function firstRecordAtOf({ sealed, open, late }: SessionAccount): Instant | null {
  let first = Math.min(sealed?.firstAt ?? Number.POSITIVE_INFINITY, late.records[0]?.at ?? Number.POSITIVE_INFINITY);
  for (let i = 0; i < open.length; i += 1) first = Math.min(first, open.at[i] ?? first);
  return first === Number.POSITIVE_INFINITY ? null : instant(first);
}
