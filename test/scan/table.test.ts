import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { formatSeconds } from "../../cli/render/duration.ts";
import { painter } from "../../cli/render/style.ts";
import { cutTo, renderTable } from "../../cli/render/table.ts";
import { range } from "../../cli/scan/money-range.ts";

const plain = painter(false);
const columns = [{ title: "ID" }, { title: "NAME", shrinkTo: 4 }, { title: "N", align: "right" as const }];
const rows = [
  [{ text: "one" }, { text: "研究アシスタント" }, { text: "7" }],
  [{ text: "three" }, { text: "x" }, { text: "12" }],
];

describe("a table", () => {
  it("is as wide as it is where nothing bounds it", () => {
    expect(renderTable(columns, rows, null, plain)).toBe(
      ["ID     NAME               N", "one    研究アシスタント   7", "three  x                 12", ""].join("\n"),
    );
  });

  it.each([40, 27, 20, 17, 12, 9])("fits %i columns, wide characters counted", (width) => {
    const lines = renderTable(columns, rows, width, plain).trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  });

  it("colours a cell after its width is counted", () => {
    const painted = renderTable(
      [{ title: "A" }, { title: "B" }],
      [[{ text: "x", style: "red" }, { text: "y" }]],
      null,
      painter(true),
    );
    expect(painted).toContain("\u001b[31mx\u001b[39m  y");
  });

  it("cuts between characters that a reader sees as one", () => {
    expect(cutTo("👩‍🔬👩‍🔬👩‍🔬", 5)).toBe("👩‍🔬👩‍🔬…");
    expect(cutTo("abc", 3)).toBe("abc");
    expect(cutTo("abcd", 3)).toBe("ab…");
  });
});

describe("figures for reading", () => {
  it.each([
    [0, "0s"],
    [59, "59s"],
    [60, "1m 00s"],
    [3599, "59m 59s"],
    [3600, "1h 00m"],
    [86_399, "23h 59m"],
    [86_400, "1d 00h"],
    [-5, "0s"],
  ])("%i seconds are %s", (seconds, shown) => {
    expect(formatSeconds(seconds)).toBe(shown);
  });

  it.each([
    ["0.000123456789", "0.063712345678", "$0.0001–$0.0637"],
    ["0.000012345678", "0.063712345678", "<$0.0001–$0.0637"],
    ["0.000000000000", "0.000000000000", "$0.0000"],
    ["0.123456789012", null, "at least $0.1234"],
    [null, null, "unknown"],
  ])("%s to %s is %s", (low, high, shown) => {
    expect(range(low, high)).toBe(shown);
  });
});
