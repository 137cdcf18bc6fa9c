import type { Target } from "../../inventory/target.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { SessionBill } from "../../ledger/charge.ts";
import type { RecordedUse } from "../../ledger/share-hour.ts";
import type { Ledger } from "../../ports/ledger.ts";
import { sessionPart } from "../../ports/ledger-key.ts";
import type { SessionRecord } from "../../ports/registry.ts";

/** What sessions with records used in an hour of their interpreter, by session. */
export type RecordedIn = (interpreter: InterpreterId, hourAt: Instant) => ReadonlyMap<string, RecordedUse>;

/**
 * An interpreter whose records nobody reads may have sessions whose records were read before: what they used in an hour is
 * theirs, and not to be shared out again. `billed` are the bills that the ledger has open or that this pass has made,
 * the latest last; of the sessions of `records` beside them, those that were closed are read from the ledger.
 */
export async function recordedUse(
  ledger: Pick<Ledger, "sessions">,
  target: Target,
  billed: readonly SessionBill[],
  records: readonly SessionRecord[],
): Promise<RecordedIn> {
  const bills = new Map(billed.map((bill) => [sessionPart(bill), bill]));
  const keys = records
    .map(({ interpreter, session }) => ({ ...target, interpreter, session }))
    .filter((key) => !bills.has(sessionPart(key)));
  const stored = keys.length === 0 ? [] : await ledger.sessions(keys);
  for (const session of stored) if (session !== null) bills.set(sessionPart(session.bill), session.bill);
  const byHour = new Map<string, Map<string, RecordedUse>>();
  for (const { basis, interpreter, session, charges } of bills.values()) {
    if (basis !== "rated") continue;
    // What was measured is what was used. What the rule charges for it, by the peak of its memory, may be more.
    for (const { hourAt, vcpuNs, loggedByteMs } of charges) {
      const name = hourOf(interpreter, hourAt);
      const own = byHour.get(name) ?? new Map<string, RecordedUse>();
      const before = own.get(session) ?? { vcpuNs: 0n, byteMs: 0n };
      own.set(session, { vcpuNs: before.vcpuNs + vcpuNs, byteMs: before.byteMs + loggedByteMs });
      byHour.set(name, own);
    }
  }
  return (interpreter, hourAt) => byHour.get(hourOf(interpreter, hourAt)) ?? nobody;
}

const hourOf = (interpreter: InterpreterId, hourAt: Instant): string => `${hourAt} ${interpreter}`;
const nobody: ReadonlyMap<string, RecordedUse> = new Map();
