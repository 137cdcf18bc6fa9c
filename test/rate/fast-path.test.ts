import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineBuffer } from "../../adapters/files/line-buffer.ts";
import { type LineScanner, lineScanner } from "../../adapters/files/line-scanner.ts";
import { lineTemplates } from "../../adapters/files/line-templates.ts";
import { usageStore } from "../../adapters/files/usage-store.ts";
import { instant } from "../../core/kernel/instant.ts";
import { lineOf, startAt } from "./run.ts";

const latestAt = instant(startAt + 86_400_000);

function feed(scanner: LineScanner, bytes: Uint8Array, chunk: number): void {
  for (let done = 0; done < bytes.length && !scanner.done(); ) {
    const room = scanner.room();
    const part = bytes.subarray(done, done + Math.min(chunk, room.length));
    room.set(part);
    scanner.filled(part.length);
    done += part.length;
  }
}

/** All that is read of a file: its counts and, for each session, its figures in the order of the lines. */
function readAll(bytes: Uint8Array, fast: boolean, chunk = 65_536) {
  const store = usageStore(Number.POSITIVE_INFINITY, "/nowhere");
  const templates = fast ? lineTemplates(latestAt) : null;
  let matches = 0;
  const counting =
    templates === null
      ? null
      : {
          ...templates,
          match: (...args: Parameters<typeof templates.match>) => {
            const next = templates.match(...args);
            if (next >= 0) matches += 1;
            return next;
          },
        };
  const scanner = lineScanner({
    buffer: lineBuffer(),
    latestAt,
    store,
    templates: counting,
    problemLimit: 1000,
    startInsideLine: false,
    lengthBytes: Number.POSITIVE_INFINITY,
  });
  feed(scanner, bytes, chunk);
  const counts = scanner.end();
  const stored = store
    .finish()
    .partitions.map(({ keys, blocks }) => ({ keys, rows: blocks.flatMap((block) => [...block]) }));
  return { result: { counts, stored }, matches };
}

const first = lineOf({});
const second = lineOf({ session: "01KOTHER", region: "eu-west-1", account: "444455556666" });
const spaced = first.replaceAll('":', '": ').replaceAll(",", ", ");
/** As `jq -S` writes it: the session comes before the first number. */
const sorted = JSON.stringify(JSON.parse(first), [
  "attributes",
  "account.id",
  "region",
  "resource.id",
  "session.id",
  "time_elapsed_seconds",
  "event_timestamp",
  "metrics",
  "codeInterpreter.memory.gb_hours.used",
  "codeInterpreter.vcpu.hours.used",
  "resource",
  "resource_arn",
]);
const renamed = first.replace("time_elapsed_seconds", "elapsed_time_seconds");
const escaped = lineOf({ session: 'a"b\\c\u001b[2J é' });
const models = [first, second, spaced, sorted, renamed, escaped, `${first}\r`];

const odd = fc.constantFrom(
  ...[
    "0",
    "1",
    "0.0",
    "1.0",
    "60",
    "61",
    "-0",
    "-1",
    "1e-7",
    "1E2",
    "1e999",
    "01",
    "1.",
    ".5",
    "",
    "null",
    '"1"',
    "NaN",
  ],
);
const mostly = (usual: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd });
const figures = fc.tuple(
  mostly(fc.integer({ min: startAt - 1e6, max: startAt + 1e6 }).map(String)),
  mostly(fc.constantFrom("0", "0.0", "0.32", "0.99", "1.0", "1", "1.00e0")),
  mostly(fc.double({ min: 0, max: 0.0006, noNaN: true }).map(String)),
  mostly(fc.integer({ min: 0, max: 2_000_000_000_000 }).map((value) => (value / 1e15).toFixed(15))),
);
const names = ["event_timestamp", "(?:time_elapsed|elapsed_time)_seconds", "vcpu.hours.used", "memory.gb_hours.used"];
/** A line of a model with other numbers in it. */
const renumbered = fc
  .tuple(fc.constantFrom(...models), figures)
  .map(([line, texts]) =>
    texts.reduce((text, figure, i) => text.replace(new RegExp(`(${names[i]}": ?)[^,}]+`), `$1${figure}`), line),
  );
const mutation = fc.record({
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  drop: fc.nat({ max: 3 }),
  insert: fc.oneof(
    fc.constantFrom(
      '"',
      "\\",
      "{",
      "}",
      ",",
      ":",
      "\n",
      "\r",
      "\t",
      " ",
      "0",
      "-",
      "e",
      "\u0000",
      "\u0080",
      "é",
      '"time_elapsed_seconds":2,',
      '"x":1,',
    ),
    fc.string({ maxLength: 3 }),
  ),
});
const mutated = fc.tuple(renumbered, fc.array(mutation, { minLength: 1, maxLength: 3 })).map(([line, mutations]) =>
  mutations.reduce((text, { at, drop, insert }) => {
    const place = Math.floor(at * text.length);
    return text.slice(0, place) + insert + text.slice(place + drop);
  }, line),
);
const lines = fc.array(fc.oneof({ weight: 3, arbitrary: renumbered }, { weight: 2, arbitrary: mutated }), {
  minLength: 20,
  maxLength: 40,
  size: "max",
});

describe("the fast path", () => {
  it("reads arbitrary and mutated lines as JSON.parse does", () => {
    let matched = 0;
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 5000 }), (list, chunk) => {
        // Latin-1 bytes above 127 are no UTF-8: both kinds of bytes occur.
        const bytes = Buffer.from(list.join("\n"), list.length % 2 === 0 ? "utf8" : "latin1");
        const fast = readAll(bytes, true, chunk);
        matched += fast.matches;
        expect(fast.result).toEqual(readAll(bytes, false).result);
      }),
      { numRuns: 400 },
    );
    expect(matched).toBeGreaterThan(1000);
  });

  it.each(models.map((line, index) => [index, line === escaped ? 0 : 3, line] as const))(
    "reads of four lines of model %i the last %i without JSON.parse",
    (_, expected, line) => {
      const again = [0, 1, 2, 3].map((step) => line.replace(String(startAt), String(startAt + step)));
      const { result, matches } = readAll(Buffer.from(`${again.join("\n")}\n`), true);
      expect(result.counts).toMatchObject({ records: 4, skipped: 0 });
      expect(matches).toBe(expected);
    },
  );

  it.each([
    ["a figure twice", first.replace('"time_elapsed_seconds":1', '"time_elapsed_seconds":2,"time_elapsed_seconds":1')],
    ["both spellings", first.replace('"time_elapsed_seconds":1', '"elapsed_time_seconds":2,"time_elapsed_seconds":1')],
    ["a figure's name elsewhere", `{"event_timestamp":5,"x":{"event_timestamp":7},${first.slice(1)}`],
    ["a number before the figures", `{"version":1,${first.slice(1)}`],
    ["a figure's name in a text", first.replace('"aws"', '"event_timestamp\\":1,"')],
  ])("is not misled by a line with %s", (_, line) => {
    const bytes = Buffer.from([line, line.replace(":1}", ":1.5}"), line].join("\n"));
    expect(readAll(bytes, true).result).toEqual(readAll(bytes, false).result);
  });

  it("does not take a figure's name in another object for the figure, whose own name is written with an escape", () => {
    const hidden = first.replace("vcpu.hours.used", "vcpu.hours\\u002eused");
    const decoy = (value: string): string => `${hidden.slice(0, -1)},"x":{"codeInterpreter.vcpu.hours.used":${value}}}`;
    const bytes = Buffer.from(["0.0001", "0.0002", "0.0003"].map(decoy).join("\n"));
    expect(readAll(bytes, true).result).toEqual(readAll(bytes, false).result);
  });

  it("gives up learning where every line has a field of its own", () => {
    const own = Array.from({ length: 6000 }, (_, i) => first.replace('"aws"', `"aws${i}"`));
    const bytes = Buffer.from([...own, first, first, first].join("\n"));
    const { result, matches } = readAll(bytes, true);
    expect(result.counts.records).toBe(6003);
    expect(matches).toBe(0);
  });

  it("forgets old sessions when its memory is full, and loses nothing", () => {
    const many = Array.from({ length: 60_000 }, (_, i) => lineOf({ session: `s${i % 40_000}`, at: startAt + i }));
    const bytes = Buffer.from(many.join("\n"));
    const { result } = readAll(bytes, true);
    expect(result.counts).toMatchObject({ records: 60_000, skipped: 0 });
    expect(result.stored.reduce((sum, { keys }) => sum + keys.length, 0)).toBe(40_000);
  });
});
