import type { UsageColumns } from "../billing/usage-columns.ts";
import { AccountTextError } from "./account-text-error.ts";
import { countOf, figureOf, listOf, textOf } from "./text-checks.ts";

/** Stamps as differences, durations as they are (most are 1), and the two long figures as bytes: about 29 characters a record. */
export interface ColumnText {
  readonly at: readonly number[];
  readonly e: readonly number[];
  readonly vcpu: string;
  readonly gb: string;
}

export const writeColumns = (columns: UsageColumns): ColumnText =>
  // Most sessions that are written have no open records any more.
  columns.length === 0
    ? noColumns
    : {
        at: writeStamps(columns.at, columns.length),
        e: Array.from(columns.elapsedSeconds.subarray(0, columns.length)),
        vcpu: writeDoubles(columns.vcpuHours, columns.length),
        gb: writeDoubles(columns.gbHours, columns.length),
      };

const noColumns: ColumnText = { at: [], e: [], vcpu: "", gb: "" };

/** Columns in the order of the rule, distinct. */
export function readColumns(text: Readonly<Record<keyof ColumnText, unknown>>, where: string): UsageColumns {
  const columns = {
    at: readStamps(text.at, `${where}.at`),
    elapsedSeconds: Float64Array.from(listOf(text.e, `${where}.e`), (value) => figureOf(value, `${where}.e`)),
    vcpuHours: readDoubles(text.vcpu, `${where}.vcpu`),
    gbHours: readDoubles(text.gb, `${where}.gb`),
  };
  const { length } = columns.at;
  if (Object.values(columns).some((column) => column.length !== length))
    throw new AccountTextError(`${where}: lengths`);
  return { length, ...columns };
}

/** The first stamp, then the step to each next one. */
export const writeStamps = (at: Float64Array, length: number): readonly number[] =>
  Array.from(at.subarray(0, length), (stamp, i) => stamp - (i === 0 ? 0 : (at[i - 1] ?? 0)));

export function readStamps(value: unknown, where: string): Float64Array {
  const steps = listOf(value, where);
  const at = new Float64Array(steps.length);
  let stamp = 0;
  for (let i = 0; i < steps.length; i += 1) {
    stamp = countOf(stamp + countOf(steps[i], where), where);
    at[i] = stamp;
  }
  return at;
}

export function writeWords(words: Uint32Array): string {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  for (let i = 0; i < words.length; i += 1) view.setUint32(4 * i, words[i] ?? 0, true);
  return toBase64(view);
}

export function readWords(value: unknown, where: string): Uint32Array {
  const view = fromBase64(value, 4, where);
  const words = new Uint32Array(view.byteLength / 4);
  for (let i = 0; i < words.length; i += 1) words[i] = view.getUint32(4 * i, true);
  return words;
}

function writeDoubles(doubles: Float64Array, length: number): string {
  const view = new DataView(new ArrayBuffer(8 * length));
  for (let i = 0; i < length; i += 1) view.setFloat64(8 * i, doubles[i] ?? 0, true);
  return toBase64(view);
}

function readDoubles(value: unknown, where: string): Float64Array {
  const view = fromBase64(value, 8, where);
  const doubles = new Float64Array(view.byteLength / 8);
  for (let i = 0; i < doubles.length; i += 1) doubles[i] = figureOf(view.getFloat64(8 * i, true), where);
  return doubles;
}

/** So many bytes are turned into characters by one call: an argument each. */
const chunkBytes = 8192;

function toBase64(view: DataView<ArrayBuffer>): string {
  const bytes = new Uint8Array(view.buffer);
  let text = "";
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    text += String.fromCharCode(...bytes.subarray(from, from + chunkBytes));
  }
  return btoa(text);
}

function fromBase64(value: unknown, bytesEach: number, where: string): DataView {
  const text = binaryOf(textOf(value, where), where);
  if (text.length % bytesEach !== 0) throw new AccountTextError(where);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return new DataView(bytes.buffer);
}

function binaryOf(text: string, where: string): string {
  try {
    return atob(text);
  } catch (cause) {
    throw new AccountTextError(where, { cause });
  }
}
