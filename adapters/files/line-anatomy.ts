import { previewStartedAt } from "../../core/billing/code-interpreter-prices.ts";
import { readUsageRecord, type UsageRecord } from "../../core/billing/usage-record.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { firstNumberAt } from "./first-number.ts";

/** A line taken apart at its four figures. */
export interface LineAnatomy {
  /** The bytes before, between and behind the figures, newline included: five. */
  readonly fragments: readonly Uint8Array[];
  /** Which figure each number is (0 at, 1 elapsed, 2 vCPU-hours, 3 GB-hours), two bits each, the first one lowest. */
  readonly order: number;
  readonly firstNumberAt: number;
  /** Where the second fragment starts. */
  readonly secondAt: number;
  /** The session id within the second fragment; of no length where it comes before the first number. */
  readonly probeAt: number;
  readonly probeLength: number;
}

const longestLine = 8192;
const figureNames = [
  ["event_timestamp"],
  ["time_elapsed_seconds", "elapsed_time_seconds"],
  ["codeInterpreter.vcpu.hours.used"],
  ["codeInterpreter.memory.gb_hours.used"],
];
/** Believable figures, each unlike the others; of each pair the one is taken that the line itself does not have. */
const samples = [
  [previewStartedAt + 12_345, previewStartedAt + 54_321],
  [1.5, 2.5],
  [0.000125, 0.000375],
  [0.00025, 0.00075],
] as const;
const token = /"((?:[^"\\]|\\.)*)"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

interface NumberToken {
  readonly figure: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Takes apart a line that was read as `record`; null where that cannot be done with certainty. The proof of a dissection
 * is that the line, with other numbers in the four places, is read as the same record with those numbers: JSON has no
 * context, so any other numbers do as well.
 */
export function dissectLine(line: Uint8Array, record: UsageRecord, latestAt: Instant): LineAnatomy | null {
  if (line.length > longestLine) return null;
  // One character for each byte, so that places in the text are places in the line.
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("latin1");
  const numbers = numbersOf(text);
  const [first, second] = numbers;
  if (first === undefined || second === undefined || numbers.length !== 4) return null;
  if (firstNumberAt(line, 0) !== first.from) return null;
  const fragments = [0, ...numbers.map((number) => number.to)].map((from, index) =>
    line.subarray(from, numbers[index]?.from ?? line.length),
  );
  if (!provesRight(fragments, numbers, record, latestAt)) return null;
  const id = text.indexOf(`"${record.session}"`);
  const early = id >= 0 && id < first.from;
  if (!early && (id < first.to || id + record.session.length > second.from || record.session.length > 255)) return null;
  return {
    fragments,
    order: numbers.reduce((order, number, index) => order | (number.figure << (2 * index)), 0),
    firstNumberAt: first.from,
    secondAt: first.to,
    probeAt: early ? 0 : id + 1 - first.to,
    probeLength: early ? 0 : record.session.length,
  };
}

function numbersOf(text: string): readonly NumberToken[] {
  const numbers: NumberToken[] = [];
  let name = "";
  for (const match of text.matchAll(token)) {
    if (match[1] !== undefined) {
      name = match[1];
      continue;
    }
    const figure = figureNames.findIndex((names) => names.includes(name));
    if (figure >= 0) numbers.push({ figure, from: match.index, to: match.index + match[0].length });
  }
  return numbers;
}

function provesRight(
  fragments: readonly Uint8Array[],
  numbers: readonly NumberToken[],
  record: UsageRecord,
  latestAt: Instant,
): boolean {
  const own = [record.at, record.elapsedSeconds, record.vcpuHours, record.gbHours];
  const wanted = samples.map(([one, other], figure) => (own[figure] === one ? other : one));
  const pieces = fragments.flatMap((fragment, index) => {
    const figure = numbers[index]?.figure;
    return figure === undefined ? [fragment] : [fragment, Buffer.from(String(wanted[figure]))];
  });
  const read = readUsageRecord(JSON.parse(Buffer.concat(pieces).toString()), latestAt);
  return (
    typeof read !== "string" &&
    read.account === record.account &&
    read.region === record.region &&
    read.interpreter === record.interpreter &&
    read.session === record.session &&
    [read.at, read.elapsedSeconds, read.vcpuHours, read.gbHours].every((value, figure) => value === wanted[figure])
  );
}
