import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RateRequest, type RateResult, rateFiles } from "../../adapters/files/rate-files.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { instant } from "../../core/kernel/instant.ts";
import { fileOf, vectors } from "./run.ts";

const odd = readFileSync(path.join(vectors, "odd.ndjson"), "utf8");
const oddLines = odd.split("\n");

function rate(files: readonly string[], changes: Partial<RateRequest> = {}): Promise<RateResult> {
  const request: RateRequest = {
    files: files.map((name) => ({ name, path: name })),
    latestAt: instant(Date.parse("2026-11-21T00:00:00Z")),
    prices: priceBookOf(codeInterpreterPrices),
    meter: { gb: "binary", idleVcpu: 0.02, unpricedRule: "2026-09" },
    problemLimit: 1000,
    limitBytes: 2 ** 30,
    threads: 1,
    stretchBytes: 1_000_000,
    tempFolder: tmpdir(),
    fastPath: true,
    ...changes,
  };
  const signal = new AbortController().signal;
  return rateFiles(request, { standardInput: Readable.from([]), signal, onBytes: () => undefined });
}

const file = fileOf(odd);
const expected = await rate([file]);

describe("the same digits come out", () => {
  it.each<readonly [string, Partial<RateRequest>]>([
    ["without the fast path", { fastPath: false }],
    ["when every block of records spills to disk", { limitBytes: 1 }],
    ["with three threads over short stretches", { threads: 3, stretchBytes: 50_000 }],
    [
      "with threads that spill, without the fast path",
      { threads: 2, stretchBytes: 99_991, limitBytes: 1, fastPath: false },
    ],
  ])("%s", async (_, changes) => expect(await rate([file], changes)).toEqual(expected));

  it("when far more records than fit in memory come in no order", async () => {
    const copies = Array.from({ length: 40 }, (_, copy) =>
      oddLines.map((line) => line.replaceAll(/"session\.id": ?"/g, `$&${copy}-`)).toSorted((a, b) => (a > b ? 1 : -1)),
    ).flat();
    const big = fileOf(copies.join("\n"));
    const inMemory = await rate([big]);
    expect(inMemory.sessions).toHaveLength(40 * expected.sessions.length);
    expect(await rate([big], { limitBytes: 300_000 })).toEqual(inMemory);
    expect(await rate([big], { limitBytes: 300_000, threads: 3 })).toEqual(inMemory);
  }, 20_000);

  it("from any shuffle, any split over files, plain or gzip, with lines delivered again", async () => {
    const valid = oddLines.filter((line) => line.startsWith('{"'));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 1 << 30 }),
        fc.nat({ max: 200 }),
        async (parts, seed, repeats) => {
          let state = seed;
          const random = (): number => {
            state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
            return state / 2 ** 32;
          };
          const lines = [...valid, ...valid.slice(0, repeats)].map((line) => ({ line, place: random() }));
          lines.sort((a, b) => a.place - b.place);
          const files = Array.from({ length: parts }, (_, part) => {
            const own = lines.filter(({ place }) => Math.floor(((place * 7919) % 1) * parts) === part);
            const text = own.map(({ line }) => line).join("\n");
            return fileOf(part % 2 === 0 ? text : gzipSync(text));
          });
          const result = await rate(files);
          expect(result.sessions).toEqual(expected.sessions);
          expect(result.duplicates).toBe(expected.duplicates + repeats - invalidAmong(valid.slice(0, repeats)));
        },
      ),
      { numRuns: 12 },
    );
  }, 20_000);

  it("whichever way a file is cut into stretches, with the lines counted from its start", async () => {
    const lines = ["", "x", ...oddLines.slice(1, 12), "  \r", '{"a":1}', oddLines[13] ?? "", "", "[]"];
    const small = fileOf(lines.join("\n"));
    const whole = await rate([small]);
    expect(whole.problems.map(({ line, reason }) => [line, reason])).toEqual([
      [2, "plain-text"],
      [15, "missing-account"],
      [18, "not-an-object"],
    ]);
    for (const stretchBytes of [1, 7, 100, 613, 1000]) {
      expect(await rate([small], { threads: 2, stretchBytes: Math.max(stretchBytes, 40) })).toEqual(whole);
    }
  }, 20_000);
});

/** Lines of `odd` that look like records and are set aside count as no duplicates. */
const invalidAmong = (lines: readonly string[]): number =>
  lines.filter((line) => expected.problems.some((problem) => oddLines[problem.line - 1] === line)).length;
