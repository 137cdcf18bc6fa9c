import type { MeterSettings } from "../../billing/meter-rows.ts";
import type { PricePeriod } from "../../billing/price-book.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import { noLate } from "../../ledger/fold-columns.ts";
import { dismissLate, latenessOf, rereadReason } from "../../ledger/late-records.ts";
import { missingFrom } from "../../ledger/missing-from.ts";
import { isOfRecords, lastingOf } from "../ingest/gaps.ts";
import { lastAtOf } from "./places.ts";
import type { RecordedSession } from "./records.ts";
import type { Reread } from "./reread.ts";
import { patienceMs } from "./source.ts";

interface Used {
  /** As it is to be billed; null where it has to be read once more. */
  readonly session: RecordedSession | null;
  /** Deliveries that were given up, and may be no more than redeliveries. */
  readonly lateUncertain: number;
  readonly problem: Problem | null;
}

/**
 * What becomes of a session that was read anew. A reading takes the place of what was known only where it has all of that:
 * late records that the source has no more are given up, and so is a reading that has lost what is billed.
 */
export function rereadUsed(
  session: RecordedSession,
  reread: Reread,
  now: Instant,
  periods: readonly PricePeriod[],
  { meter }: { readonly meter: MeterSettings },
): Used {
  const { account } = session.stored;
  if (reread.kind === "unread") return { session: null, lateUncertain: 0, problem: null };
  if (reread.kind === "expired") return withoutLate(session);
  // Minutes that were summed up at their source cannot be compared with records.
  const missing = isOfRecords(session.approximate) ? missingFrom(reread.account, account) : { counted: false, late: 0 };
  if (missing.counted) return withoutLate(session);
  // They were read once: where they cannot be found at once, they may well be at the next pass.
  const isPatient = reread.isWhole && now - lastAtOf(session) < patienceMs;
  if (missing.late > 0 && isPatient)
    return { session: null, lateUncertain: 0, problem: notFound(session, missing.late) };
  return {
    session: {
      ...session,
      account: { ...reread.account, lateUnverifiable: account.lateUnverifiable + missing.late },
      approximate: reread.isWhole ? lastingFor(session) : session.approximate,
      repriced: rereadReason({ ...account, late: noLate }, periods, meter) !== null,
    },
    lateUncertain: 0,
    problem: null,
  };
}

function withoutLate(session: RecordedSession): Used {
  const { account } = session.stored;
  const { uncertain } = latenessOf(account);
  return { session: { ...session, account: dismissLate(account) }, lateUncertain: uncertain, problem: null };
}

/** A session whose start is known to be within what its places keep was read from its start. */
const lastingFor = ({ life, approximate }: RecordedSession): string | null =>
  life.createdAt === null ? lastingOf(approximate) : null;

const notFound = ({ account: { key } }: RecordedSession, count: number): Problem => ({
  code: "LateRecordsNotFound",
  message: `${count} usage records of ${key.session} came late, and are not where its records are when those are read once more: its bill waits for them for a day, and then says how many it lacks; see what moves or deletes records there`,
});
