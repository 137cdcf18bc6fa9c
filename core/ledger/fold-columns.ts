import { compareFigures } from "../billing/compare-figures.ts";
import type { UsageColumns } from "../billing/usage-columns.ts";
import type { UsageFigures } from "../billing/usage-figures.ts";
import type { SessionKey } from "../billing/usage-record.ts";
import { type Instant, instant } from "../kernel/instant.ts";
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
 *
 * `repeats` says whether a record that the account has already is a redelivery by the service, and counted, or was read
 * before by ourselves.
 */
export function foldColumns(
  account: SessionAccount | null,
  key: SessionKey,
  usage: UsageColumns,
  repeats: "count" | "ignore",
): SessionAccount {
  const before = account ?? emptyAccount(key);
  if (repeats === "count") return foldAll(before, usage);
  const open = settle(before.open);
  const folded = foldAll({ ...before, open }, usage);
  return {
    ...folded,
    open: settle(folded.open),
    duplicates: before.duplicates + before.open.length - open.length,
  };
}

export const noLate: LateRecords = { records: [], unheld: 0, counted: 0 };

export const emptyAccount = (key: SessionKey): SessionAccount => ({
  key,
  sealed: null,
  open: noRecords(),
  late: noLate,
  lateUnverifiable: 0,
  duplicates: 0,
});

/** Counts all repeats, those that the open records hide later than now. */
function foldAll(before: SessionAccount, usage: UsageColumns): SessionAccount {
  const { sealed } = before;
  const { current, old } = sealed === null ? { current: usage, old: [] } : splitAt(usage, sealed.until);
  const grown = append(before.open, current);
  const open = grown.length > 2 * grown.settled + settleAbove ? settle(grown) : grown;
  const duplicates = before.duplicates + grown.length - open.length;
  if (sealed === null || old.length === 0) return { ...before, open, duplicates };
  const unknown = old.filter((record) => !isKnown(sealed.digests, record));
  const { late, repeated } = addLate(before.late, unknown);
  return { ...before, open, late, duplicates: duplicates + old.length - unknown.length + repeated };
}

/** Rows stamped at `until` or later, and the few before it as records. Nearly always there are none of those. */
function splitAt(
  usage: UsageColumns,
  until: Instant,
): { readonly current: UsageColumns; readonly old: readonly UsageFigures[] } {
  const old: UsageFigures[] = [];
  const { at, elapsedSeconds, vcpuHours, gbHours, length } = usage;
  for (let i = 0; i < length; i += 1) {
    const t = at[i] ?? 0;
    if (t >= until) continue;
    const [seconds, vcpu, gb] = [elapsedSeconds[i] ?? 0, vcpuHours[i] ?? 0, gbHours[i] ?? 0];
    old.push({ at: instant(t), elapsedSeconds: seconds, vcpuHours: vcpu, gbHours: gb });
  }
  if (old.length === 0) return { current: usage, old };
  const kept = (column: Float64Array): Float64Array =>
    column.subarray(0, length).filter((_, i) => (at[i] ?? 0) >= until);
  return {
    current: {
      length: length - old.length,
      at: kept(at),
      elapsedSeconds: kept(elapsedSeconds),
      vcpuHours: kept(vcpuHours),
      gbHours: kept(gbHours),
    },
    old,
  };
}

function addLate(
  late: LateRecords,
  records: readonly UsageFigures[],
): { readonly late: LateRecords; readonly repeated: number } {
  const held = [...late.records];
  let { unheld } = late;
  let repeated = 0;
  for (const record of records) {
    if (held.some((other) => compareFigures(other, record) === 0)) repeated += 1;
    else if (held.length < mostLate) held.push(record);
    else unheld += 1;
  }
  return { late: { ...late, records: held.sort(compareFigures), unheld }, repeated };
}
