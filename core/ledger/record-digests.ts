import type { UsageColumns } from "../billing/usage-columns.ts";
import type { UsageFigures } from "../billing/usage-figures.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import { recordDigest } from "./record-digest.ts";
import type { RecordDigests } from "./session-account.ts";
import { firstAtOrAfter } from "./stamp-search.ts";

export const noDigests = (since: Instant): RecordDigests => ({
  since,
  at: new Float64Array(0),
  high: new Uint32Array(0),
  low: new Uint32Array(0),
});

/** Whether a record of the same figures is among the sealed ones. */
export function isKnown({ at, high, low }: RecordDigests, record: UsageFigures): boolean {
  const digest = recordDigest(record.at, record.elapsedSeconds, record.vcpuHours, record.gbHours);
  for (let i = firstAtOrAfter(at, at.length, record.at); i < at.length && at[i] === record.at; i += 1) {
    if (high[i] === digest.high && low[i] === digest.low) return true;
  }
  return false;
}

/** Adds those of `rows`, which are stamped no earlier than any of `digests`, and are in order. */
export function addDigests(digests: RecordDigests, rows: UsageColumns): RecordDigests {
  const from = firstAtOrAfter(rows.at, rows.length, digests.since);
  const known = digests.at.length;
  const length = known + rows.length - from;
  const at = new Float64Array(length);
  const high = new Uint32Array(length);
  const low = new Uint32Array(length);
  at.set(digests.at);
  high.set(digests.high);
  low.set(digests.low);
  for (let row = from, to = known; row < rows.length; row += 1, to += 1) {
    const digest = recordDigest(
      rows.at[row] ?? 0,
      rows.elapsedSeconds[row] ?? 0,
      rows.vcpuHours[row] ?? 0,
      rows.gbHours[row] ?? 0,
    );
    at[to] = rows.at[row] ?? 0;
    high[to] = digest.high;
    low[to] = digest.low;
  }
  return { since: digests.since, at, high, low };
}

/** Forgets those stamped before `since`, which never goes back: what is forgotten cannot be known again. */
export function forgetDigests(digests: RecordDigests, since: Instant): RecordDigests {
  if (since <= digests.since) return digests;
  const from = firstAtOrAfter(digests.at, digests.at.length, since);
  return { since, at: digests.at.slice(from), high: digests.high.slice(from), low: digests.low.slice(from) };
}

/** Adds records stamped anywhere: those that were refused must be known too when they come again. */
export function insertDigests(digests: RecordDigests, records: readonly UsageFigures[]): RecordDigests {
  const all = Array.from(digests.at, (at, i) => ({ at, high: digests.high[i] ?? 0, low: digests.low[i] ?? 0 }));
  for (const { at, elapsedSeconds, vcpuHours, gbHours } of records) {
    if (at >= digests.since) all.push({ at, ...recordDigest(at, elapsedSeconds, vcpuHours, gbHours) });
  }
  all.sort((a, b) => a.at - b.at);
  return {
    since: instant(digests.since),
    at: Float64Array.from(all, ({ at }) => at),
    high: Uint32Array.from(all, ({ high }) => high),
    low: Uint32Array.from(all, ({ low }) => low),
  };
}
