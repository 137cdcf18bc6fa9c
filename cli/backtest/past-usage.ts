import type { UsageColumns } from "../../core/billing/usage-columns.ts";
import { joinColumns } from "../../core/billing/usage-columns.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { TelemetryLag } from "../../core/cleanup/backtest/backtest-types.ts";
import { type Target, targetKey } from "../../core/inventory/target.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { SessionBatch, UsageReading } from "../../core/ports/usage-source.ts";
import { CliError } from "../cli-error.ts";
import { type RecordHoles, recordHoles } from "./record-holes.ts";

/** 32 bytes each: more would not fit into the memory of a usual machine. */
const mostRecords = 40_000_000;

/** Records by session, of a time and no more of them than fit into memory. */
export interface PastUsage {
  readonly take: (batches: readonly SessionBatch[]) => void;
  /** Tells what of a reading is missing. */
  readonly note: (reading: UsageReading, place: string) => void;
  readonly records: () => number;
  readonly problems: () => readonly Problem[];
  readonly targets: () => readonly Target[];
  readonly keys: () => Iterable<SessionKey>;
  /** Whatever session it is of: whether an interpreter's records are delivered at all. */
  readonly hasInterpreter: (target: Target, interpreter: string) => boolean;
  /** The records of one session, which are given away: a second time there are none. */
  readonly release: (key: SessionKey) => UsageColumns;
  /** Interpreters that were named and have no record: misspelt, they would be taken for those whose records come at once. */
  readonly unknownOf: (named: TelemetryLag["atTeardown"]) => readonly Problem[];
  readonly isHoleAfter: RecordHoles["isHoleAfter"];
  readonly span: () => { readonly from: number; readonly until: number };
}

export function pastUsage(from: Instant | null, until: Instant | null): PastUsage {
  const bySession = new Map<string, { readonly key: SessionKey; parts: UsageColumns[] }>();
  const interpreters = new Set<string>();
  const holes = recordHoles();
  const problems: Problem[] = [];
  let records = 0;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    take: (batches) => {
      for (const { key, usage } of batches) {
        const kept = within(usage, from, until);
        if (kept.length === 0) continue;
        records += kept.length;
        if (records > mostRecords) throw new CliError(tooMany);
        for (let row = 0; row < kept.length; row += 1) {
          const at = kept.at[row] ?? 0;
          first = Math.min(first, at);
          last = Math.max(last, at + 1000 * (kept.elapsedSeconds[row] ?? 0));
        }
        interpreters.add(interpreterKey(key, key.interpreter));
        holes.take(key, kept);
        const name = sessionKeyText(key);
        const known = bySession.get(name);
        if (known === undefined) bySession.set(name, { key, parts: [kept] });
        else known.parts.push(kept);
      }
    },
    note: (reading, place) => {
      problems.push(...reading.problems);
      if (reading.approximate !== null)
        problems.push({ code: "Approximate", message: `${place}: ${reading.approximate}` });
      const lost = [...reading.skipped].filter(([reason]) => reason !== "plain-text");
      if (lost.length === 0) return;
      const counts = lost.map(([reason, count]) => `${count} ${reason}`).join(", ");
      problems.push({
        code: "SkippedLines",
        message: `${place}: lines that may be of usage records were set aside: ${counts}.`,
      });
    },
    records: () => records,
    problems: () => problems,
    targets: () => [
      ...new Map(
        [...bySession.values()].map(({ key: { account, region } }) => [
          targetKey({ account, region }),
          { account, region },
        ]),
      ).values(),
    ],
    keys: () => [...bySession.values()].map(({ key }) => key),
    hasInterpreter: (target, interpreter) => interpreters.has(interpreterKey(target, interpreter)),
    release: (key) => {
      const known = bySession.get(sessionKeyText(key));
      const joined = joinColumns(known?.parts ?? []);
      if (known !== undefined) known.parts = [];
      return joined;
    },
    unknownOf: (named) => {
      const known = new Set([...bySession.values()].map(({ key }) => String(key.interpreter)));
      return [...(typeof named === "string" ? [] : named)].filter((id) => !known.has(id)).map(unknownInterpreter);
    },
    isHoleAfter: holes.isHoleAfter,
    span: () => ({ from: first, until: last }),
  };
}

const unknownInterpreter = (id: string): Problem => ({
  code: "UnknownInterpreter",
  message: `--delivery names interpreter ${id}, of which there is no usage record.`,
});

const tooMany = `there are more than ${mostRecords / 1e6} million usage records: name a shorter time with --from and --to`;

const interpreterKey = (target: Target, interpreter: string): string => `${targetKey(target)} ${interpreter}`;

/** Ids are unique within one account and Region only. */
export const sessionKeyText = (key: SessionKey): string =>
  JSON.stringify([key.account, key.region, key.interpreter, key.session]);

/** What came as a whole is kept as it is. */
function within(usage: UsageColumns, from: Instant | null, until: Instant | null): UsageColumns {
  const places: number[] = [];
  for (let row = 0; row < usage.length; row += 1) {
    const at = usage.at[row] ?? 0;
    if (at >= (from ?? at) && (until === null || at < until)) places.push(row);
  }
  if (places.length === usage.length) return usage;
  const pick = (column: Float64Array): Float64Array => Float64Array.from(places, (row) => column[row] ?? 0);
  return {
    length: places.length,
    at: pick(usage.at),
    elapsedSeconds: pick(usage.elapsedSeconds),
    vcpuHours: pick(usage.vcpuHours),
    gbHours: pick(usage.gbHours),
  };
}
