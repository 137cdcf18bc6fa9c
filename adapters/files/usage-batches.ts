import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { SessionId } from "../../core/kernel/ids.ts";
import type { SessionBatch } from "../../core/ports/usage-source.ts";
import { keyText, type RecordSink } from "./usage-store.ts";

/** 32 bytes each, and up to twice that while columns grow. */
const fullRecords = 262_144;
const fewestRows = 64;
const ofNoInterest = -1;

/** Collects records into columns of each session, to be handed on before they are too many. */
export interface UsageBatches extends RecordSink {
  /** Records of interest since the start. */
  readonly records: () => number;
  readonly isFull: () => boolean;
  /** What was collected since the last call. Sessions keep their numbers. */
  readonly take: () => readonly SessionBatch[];
}

interface Columns {
  length: number;
  readonly at: Float64Array;
  readonly elapsedSeconds: Float64Array;
  readonly vcpuHours: Float64Array;
  readonly gbHours: Float64Array;
}

/** `only` leaves out the records of all other sessions; null: none. */
export function usageBatches(only: SessionId | null): UsageBatches {
  const keys: SessionKey[] = [];
  const numbers = new Map<string, number>();
  let columns: (Columns | undefined)[] = [];
  let held = 0;
  let handedOn = 0;
  return {
    reference: (key) => {
      if (only !== null && key.session !== only) return ofNoInterest;
      const text = keyText(key);
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, keys.length);
      return keys.push(sessionKeyOf(key)) - 1;
    },
    append: (reference, at, elapsedSeconds, vcpuHours, gbHours) => {
      if (reference === ofNoInterest) return;
      let own = columns[reference];
      if (own === undefined || own.length === own.at.length) {
        own = withRoom(own);
        columns[reference] = own;
      }
      const row = own.length;
      own.length = row + 1;
      own.at[row] = at;
      own.elapsedSeconds[row] = elapsedSeconds;
      own.vcpuHours[row] = vcpuHours;
      own.gbHours[row] = gbHours;
      held += 1;
    },
    records: () => handedOn + held,
    isFull: () => held >= fullRecords,
    take: () => {
      const batches = keys.flatMap((key, number) => {
        const usage = columns[number];
        return usage === undefined ? [] : [{ key, usage }];
      });
      columns = [];
      handedOn += held;
      held = 0;
      return batches;
    },
  };
}

/** The key alone: what is read of a line has its figures too. */
const sessionKeyOf = ({ account, region, interpreter, session }: SessionKey): SessionKey => ({
  account,
  region,
  interpreter,
  session,
});

function withRoom(own: Columns | undefined): Columns {
  const length = own?.length ?? 0;
  const room = Math.max(fewestRows, 2 * length);
  const grown = (column: Float64Array | undefined): Float64Array => {
    const copy = new Float64Array(room);
    if (column !== undefined) copy.set(column);
    return copy;
  };
  return {
    length,
    at: grown(own?.at),
    elapsedSeconds: grown(own?.elapsedSeconds),
    vcpuHours: grown(own?.vcpuHours),
    gbHours: grown(own?.gbHours),
  };
}
