import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeJson, safeText } from "../../cli/render/safe-text.ts";

const isHarmful = (text: string): boolean =>
  !text.isWellFormed() ||
  Array.from(text).some((character) => {
    const code = character.codePointAt(0) ?? 0;
    return (
      code < 0x20 ||
      (code >= 0x7f && code < 0xa0) ||
      (code >= 0x202a && code <= 0x202e) ||
      (code >= 0x2066 && code <= 0x2069)
    );
  });

describe("text of others on a terminal", () => {
  it.each([
    ["plain", "plain"],
    ["naïve 研究 👩‍🔬", "naïve 研究 👩‍🔬"],
    ["a\nb\r\tc", "a\\nb\\r\\tc"],
    ["\u001b[31mred\u001b]0;owned\u0007", "\\e[31mred\\e]0;owned\\x07"],
    ["\u009b2J", "\\x9b2J"],
    ["\u202egnp.exe", "\\u202egnp.exe"],
    ["a\u2066b\u2069", "a\\u2066b\\u2069"],
    ["zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"],
    ["half \ud83d", "half \\ud83d"],
    ["\udc00 half", "\\udc00 half"],
    ["tag\u{e0041}", "tag\\u{e0041}"],
    ["line\u2028sep", "line\\u2028sep"],
  ])("%j is shown as %j", (text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  it("is harmless whatever it is", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !isHarmful(safeText(text))));
  });
});

describe("JSON on a terminal", () => {
  it("is harmless whatever it says, and says the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = safeJson({ text });
        expect(JSON.parse(shown)).toEqual({ text });
        expect(isHarmful(shown.replaceAll("\n", ""))).toBe(false);
      }),
    );
  });
});
