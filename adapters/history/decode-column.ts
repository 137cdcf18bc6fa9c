import type { ParquetParsers } from "hyparquet";
import type { ColumnKind } from "./column-kinds.ts";
import { textOfStored } from "./stored-text.ts";

const decoder = new TextDecoder();

/** Makes of what is in the file what `decodeColumn` takes, once for each value of a dictionary. */
export const columnParsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (ms: bigint | null) => (ms === null || ms === undefined ? null : Number(ms)),
  stringFromBytes: (bytes: Uint8Array | undefined) => (bytes ? textOfStored(decoder.decode(bytes)) : null),
};

/** A column of the file as the values that were written. */
export function decodeColumn(kind: ColumnKind, values: ArrayLike<unknown>): ArrayLike<unknown> {
  switch (kind) {
    case "money":
      return decodeEach(values, (value) => amountOf(value as Uint8Array));
    case "whole":
      return decodeEach(values, Number);
    case "bigint":
    case "count":
    case "instant":
    case "text":
    case "flag":
      return values;
  }
}

function decodeEach(values: ArrayLike<unknown>, decode: (value: unknown) => unknown): unknown[] {
  const decoded: unknown[] = new Array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    decoded[i] = value === null || value === undefined ? null : decode(value);
  }
  return decoded;
}

function amountOf(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const high = view.getBigInt64(0);
  const low = view.getBigUint64(8);
  return high === 0n ? low : (high << 64n) | low;
}
