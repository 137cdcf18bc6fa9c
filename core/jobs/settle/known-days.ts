import type { Target } from "../../inventory/target.ts";
import { startOfDay } from "../../kernel/calendar.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import type { SessionBill } from "../../ledger/charge.ts";
import type { Documents } from "../../ports/documents.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import { array, at, object } from "../../ports/read-stored.ts";

/** Which days of a target history has a file of, as far as the passes have seen. */
export interface KnownDays {
  /** That of the document; 0 was never written. */
  readonly revision: number;
  /** When all of them were looked into. */
  readonly checkedAt: Instant;
  readonly days: ReadonlySet<Instant>;
}

/** A damaged document is as good as none: the next look finds the files that are there. */
export async function readDays(documents: Documents, target: Target): Promise<KnownDays> {
  const document = await documents.read(nameOf(target));
  const none = { revision: document?.revision ?? 0, checkedAt: instant(0), days: new Set<Instant>() };
  if (document === null) return none;
  try {
    const stored = object(JSON.parse(document.text), "history");
    const days = array(stored["days"], "days").map((day, index) => at(day, `days[${index}]`));
    return { ...none, checkedAt: at(stored["checkedAt"], "checkedAt"), days: new Set(days) };
  } catch (error) {
    if (error instanceof SyntaxError) return none;
    throw error;
  }
}

/** Written only where something is new. A stale write is another run's: it has seen the same files. */
export async function rememberDays(
  documents: Documents,
  target: Target,
  before: KnownDays,
  after: Pick<KnownDays, "checkedAt"> & { readonly days: readonly Instant[] },
): Promise<void> {
  const isSame = before.checkedAt === after.checkedAt && before.days.size === after.days.length;
  if (isSame && after.days.every((day) => before.days.has(day))) return;
  await documents.write(nameOf(target), { revision: before.revision, text: JSON.stringify(after) });
}

/** The days of what a pass has written: the next one knows that their files were there. */
export async function rememberWritten(
  documents: Documents,
  target: Target,
  bills: readonly SessionBill[],
): Promise<readonly []> {
  if (bills.length === 0) return [];
  const before = await readDays(documents, target);
  const days = [...new Set([...before.days, ...bills.flatMap(daysOf)])].toSorted((a, b) => a - b);
  await rememberDays(documents, target, before, { checkedAt: before.checkedAt, days });
  return [];
}

/** The days that a bill has rows on; one may come twice. */
export const daysOf = ({ charges, createdAt, endedAt, asOf }: SessionBill): readonly Instant[] =>
  charges.length === 0 ? [startOfDay(createdAt ?? endedAt ?? asOf)] : charges.map(({ hourAt }) => startOfDay(hourAt));

const nameOf = (target: Target): string => `history/${targetPart(target)}`;
