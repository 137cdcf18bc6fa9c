import { expect, it } from "vitest";
import { boundedLines } from "../../cli/backtest/bounded-lines.ts";

async function linesOf(chunks: readonly (string | Uint8Array)[], most: number) {
  async function* stream() {
    yield* chunks;
  }
  const lines: (string | null)[] = [];
  for await (const line of boundedLines(stream(), most)) lines.push(line);
  return lines;
}

it.each([
  [["a\nb\r\n\nc"], ["a", "b", "", "c"]],
  [
    ["a", "b\n", "c\n"],
    ["ab", "c"],
  ],
  [["1234\n12345\n1\n"], ["1234", null, "1"]],
  [
    ["12", "34", "\n", "12", "345", "6\n1"],
    ["1234", null, "1"],
  ],
  [["1\n12345"], ["1", null]],
  [[], []],
] as const)("lines of %j, of 4 characters at most", async (chunks, lines) => {
  expect(await linesOf(chunks, 4)).toEqual(lines);
});

it("puts characters together that two chunks share", async () => {
  const bytes = new TextEncoder().encode("é\n€");
  expect(await linesOf([bytes.slice(0, 1), bytes.slice(1, 4), bytes.slice(4)], 9)).toEqual(["é", "€"]);
});
