import { type ColumnKind, decimalBytes } from "./column-kinds.ts";
import { HistoryError } from "./history-error.ts";
import { storedText } from "./stored-text.ts";

type Values = Uint8Array | Int32Array | BigInt64Array | unknown[];

/** What the Parquet writer is given for a column. Throws `HistoryError` where a value has no room in its type. */
export function encodeColumn(name: string, kind: ColumnKind, values: ArrayLike<unknown>): Values {
  switch (kind) {
    case "money":
      return encodeEach(values, decimalOf(name));
    case "bigint":
      return encodeEach(values, (value) => inRange(name, value as bigint));
    case "whole":
    case "instant":
      return encodeEach(values, (value) => inRange(name, BigInt(value as number)));
    case "count":
      return encodeEach(values, (value) => {
        if ((value as number) > 0x7fffffff) throw tooLarge(name, value);
        return value;
      });
    case "text":
      return encodeEach(values, (value) => storedText(value as string));
    case "flag":
      return Array.from(values);
  }
}

// One value repeats from row to row in most columns: it is made once.
function encodeEach(values: ArrayLike<unknown>, encode: (value: unknown) => unknown): unknown[] {
  const encoded: unknown[] = new Array(values.length);
  let last: unknown = null;
  let lastEncoded: unknown = null;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? null;
    if (value !== last) {
      last = value;
      lastEncoded = value === null ? null : encode(value);
    }
    encoded[i] = lastEncoded;
  }
  return encoded;
}

/** Decimals that share a buffer: one for each would take ten times its size. */
const pooledDecimals = 4096;

/** Big-endian two's complement, as the format wants it. */
function decimalOf(name: string): (value: unknown) => Uint8Array {
  let pool = new DataView(new ArrayBuffer(0));
  let used = 0;
  return (value) => {
    const amount = value as bigint;
    if (BigInt.asIntN(126, amount) !== amount) throw tooLarge(name, amount);
    if (used === pool.byteLength) {
      pool = new DataView(new ArrayBuffer(decimalBytes * pooledDecimals));
      used = 0;
    }
    pool.setBigInt64(used, amount >> 64n);
    pool.setBigUint64(used + 8, BigInt.asUintN(64, amount));
    used += decimalBytes;
    return new Uint8Array(pool.buffer, used - decimalBytes, decimalBytes);
  };
}

function inRange(name: string, value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw tooLarge(name, value);
  return value;
}

const tooLarge = (name: string, value: unknown): HistoryError =>
  new HistoryError(
    "too-large",
    `${String(value)} has no room in the column ${name} of history: no session can use that much in an hour, so its records are wrong. Look at them at their source.`,
  );
