import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { amountText, dollarText } from "../../cli/render/dollars.ts";
import { formatSeconds } from "../../cli/render/duration.ts";
import { painter } from "../../cli/render/style.ts";
import { cutTo, renderTable } from "../../cli/render/table.ts";
import { range } from "../../cli/scan/money-range.ts";
import { parseUsd, subtractUsd, zeroUsd } from "../../core/kernel/money.ts";

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

describe("an amount that stands alone", () => {
  it.each([
    ["0.000000000000", 4, "0.0000"],
    ["0.000000000001", 4, "<0.0001"],
    ["0.000049999999", 4, "<0.0001"],
    ["0.000050000000", 4, "<0.0001"],
    ["0.000050000001", 4, "0.0001"],
    ["0.014549999999", 4, "0.0145"],
    ["0.014550000000", 4, "0.0146"],
    ["0.014450000000", 4, "0.0144"],
    ["0.014450000001", 4, "0.0145"],
    ["0.861980554000", 4, "0.8620"],
    ["0.861980554000", 6, "0.861981"],
    ["0.000000499999", 6, "<0.000001"],
    ["12.500000000000", 0, "12"],
  ])("%s at %i digits is %s", (amount, decimals, shown) => {
    expect(amountText(parseUsd(amount), decimals)).toBe(shown);
  });

  it("keeps its sign before the dollar, and is never taken for nothing below zero either", () => {
    const below = (text: string) => subtractUsd(zeroUsd, parseUsd(text));
    expect(dollarText(parseUsd("0.00001"))).toBe("<$0.0001");
    expect(dollarText(below("2.5"))).toBe("-$2.5000");
    expect(dollarText(below("0.00001"))).toBe(">-$0.0001");
  });

  it("is what the exact integers round to, whatever the amount", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n }), fc.bigInt({ min: 1n, max: 10n ** 15n }), (n, d) => {
        const shown = amountText({ numerator: n, denominator: d });
        const isLost = shown.startsWith("<");
        const apart = (isLost ? 0n : BigInt(shown.replace(".", ""))) * d - n * 10_000n;
        expect((apart < 0n ? -apart : apart) * 2n <= d).toBe(true);
        expect(isLost).toBe(shown === "<0.0001");
        expect(shown).not.toBe("0.0000");
      }),
    );
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
    ["0.014553662189", "0.014553662189", "$0.0146"],
    ["0.861980554000", "0.861980554000", "$0.8620"],
    ["0.123456789012", null, "at least $0.1235"],
    ["0.000012345678", null, "more than $0"],
    [null, null, "unknown"],
  ])("%s to %s is %s", (low, high, shown) => {
    expect(range(low, high)).toBe(shown);
  });
});
