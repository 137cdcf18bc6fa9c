import { compareFigures } from "../billing/compare-figures.ts";
import type { UsageFigures } from "../billing/usage-figures.ts";
import type { SessionKey } from "../billing/usage-record.ts";
import { append, noRecords, settle } from "./open-records.ts";
import { isKnown } from "./record-digests.ts";
import type { LateRecords, SessionAccount } from "./session-account.ts";

/** A re-read of all of a session would otherwise fill its account: beyond this many, late records are counted only. */
const mostLate = 256;
/** Repeats and disorder are cleared away when they may be as many as what is kept, and this many more. */
const settleAbove = 4096;

/**
 * Adds records of one session, in any order, batch and repetition. `null` begins an account. Records stamped before the
 * seal are redeliveries where their digest is known, and late otherwise; where digests were forgotten (`digests.since`)
 * nobody can tell the two apart, and they count as late: the session is then rated from its source, which is always right.
 */
export function foldRecords(
  account: SessionAccount | null,
  key: SessionKey,
  records: readonly UsageFigures[],
): SessionAccount {
  const before = account ?? emptyAccount(key);
  const { sealed } = before;
  const old = sealed === null ? [] : records.filter((record) => record.at < sealed.until);
  const current = sealed === null || old.length === 0 ? records : records.filter((record) => record.at >= sealed.until);
  const grown = append(before.open, current);
  const open = grown.length > 2 * grown.settled + settleAbove ? settle(grown) : grown;
  const duplicates = before.duplicates + grown.length - open.length;
  if (sealed === null || old.length === 0) return { ...before, open, duplicates };
  const unknown = old.filter((record) => !isKnown(sealed.digests, record));
  const { late, repeated } = addLate(before.late, unknown);
  return { ...before, open, late, duplicates: duplicates + old.length - unknown.length + repeated };
}

export const noLate: LateRecords = { records: [], unheld: 0 };

export const emptyAccount = (key: SessionKey): SessionAccount => ({
  key,
  sealed: null,
  open: noRecords(),
  late: noLate,
  lateUnverifiable: 0,
  duplicates: 0,
});

function addLate(
  late: LateRecords,
  records: readonly UsageFigures[],
): { readonly late: LateRecords; readonly repeated: number } {
  const held = [...late.records];
  let { unheld } = late;
  let repeated = 0;
  for (const { at, elapsedSeconds, vcpuHours, gbHours } of records) {
    const record = { at, elapsedSeconds, vcpuHours, gbHours };
    if (held.some((other) => compareFigures(other, record) === 0)) repeated += 1;
    else if (held.length < mostLate) held.push(record);
    else unheld += 1;
  }
  return { late: { records: held.sort(compareFigures), unheld }, repeated };
}
