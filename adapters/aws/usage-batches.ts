import type { UsageRecord } from "../../core/billing/usage-record.ts";
import type { SessionBatch } from "../../core/ports/usage-source.ts";

/** Collects records by session in columns, so that no object is kept for each. */
export interface UsageCollector {
  readonly add: (record: UsageRecord) => void;
  /** How many are held. */
  readonly size: () => number;
  /** Hands over what is held, and begins anew. */
  readonly take: () => readonly SessionBatch[];
}

export function usageCollector(): UsageCollector {
  let held = new Map<string, { readonly batch: SessionBatch; readonly columns: Growing }>();
  let size = 0;
  return {
    add: (record) => {
      const { account, region, interpreter, session } = record;
      // Parts of a key are other people's text: as JSON, two keys never meet.
      const name = JSON.stringify([account, region, interpreter, session]);
      let own = held.get(name);
      if (own === undefined) {
        const columns = growing();
        own = { batch: { key: { account, region, interpreter, session }, usage: columns }, columns };
        held.set(name, own);
      }
      append(own.columns, record);
      size += 1;
    },
    size: () => size,
    take: () => {
      const batches = [...held.values()].map(({ batch, columns }) => ({ ...batch, usage: { ...columns } }));
      held = new Map();
      size = 0;
      return batches;
    },
  };
}

interface Growing {
  length: number;
  at: Float64Array;
  elapsedSeconds: Float64Array;
  vcpuHours: Float64Array;
  gbHours: Float64Array;
}

const growing = (): Growing => ({
  length: 0,
  at: new Float64Array(16),
  elapsedSeconds: new Float64Array(16),
  vcpuHours: new Float64Array(16),
  gbHours: new Float64Array(16),
});

function append(columns: Growing, { at, elapsedSeconds, vcpuHours, gbHours }: UsageRecord): void {
  if (columns.length === columns.at.length) {
    for (const name of ["at", "elapsedSeconds", "vcpuHours", "gbHours"] as const) {
      const wider = new Float64Array(2 * columns.length);
      wider.set(columns[name]);
      columns[name] = wider;
    }
  }
  columns.at[columns.length] = at;
  columns.elapsedSeconds[columns.length] = elapsedSeconds;
  columns.vcpuHours[columns.length] = vcpuHours;
  columns.gbHours[columns.length] = gbHours;
  columns.length += 1;
}
