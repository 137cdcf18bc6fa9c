import { describe, expect, it } from "vitest";
import { parsePrices } from "../../cli/config/parse-prices.ts";
import builtIn from "../../core/billing/code-interpreter-prices.json" with { type: "json" };
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";

const schema = publishedSchema("prices.schema.json");
const row = {
  region: "us-east-1",
  startsAt: "2026-10-01T00:00:00Z",
  usdPerVcpuHour: "0.08",
  usdPerGbHour: "0.009",
  rule: "2026-09",
};
const textOf = (...rows: readonly object[]): string => JSON.stringify({ rows }, null, 2);
const problemsOf = (text: string): readonly string[] => {
  const parsed = parsePrices(text, "p.json");
  return parsed.ok ? [] : parsed.problems;
};

describe("a price file", () => {
  it("is what the built-in prices are written in", () => {
    expect(violations(schema, builtIn)).toEqual([]);
    const parsed = parsePrices(JSON.stringify(builtIn), "built-in");
    expect(parsed).toEqual({ ok: true, rows: codeInterpreterPrices });
  });

  it.each<[string, object, boolean]>([
    ["a row", row, true],
    ["a row for every Region", { ...row, region: "*" }, true],
    ["a Region that is not known yet", { ...row, region: "eu-nowhere-12" }, true],
    ["a bare date", { ...row, startsAt: "2026-10-01" }, true],
    ["a source", { ...row, source: "ours" }, true],
    ["a rate without a fraction", { ...row, usdPerGbHour: "1" }, true],
    ["a Region with a capital", { ...row, region: "US-east-1" }, false],
    ["part of a second", { ...row, startsAt: "2026-10-01T00:00:00.500Z" }, false],
    ["a local time", { ...row, startsAt: "2026-10-01T00:00:00+02:00" }, false],
    ["a rate as a number", { ...row, usdPerVcpuHour: 0.08 }, false],
    ["a rate below zero", { ...row, usdPerVcpuHour: "-1" }, false],
    ["a rate with an exponent", { ...row, usdPerVcpuHour: "1e3" }, false],
    ["an unknown rule", { ...row, rule: "2027-01" }, false],
    ["an unknown member", { ...row, ruel: "2026-09" }, false],
    ["no rule", { ...row, rule: undefined }, false],
  ])("with %s: the published schema and the reader agree", (_, written, good) => {
    const text = textOf(written);
    expect([violations(schema, JSON.parse(text)).length === 0, problemsOf(text).length === 0]).toEqual([good, good]);
  });

  it("tells every problem at once, each with its line", () => {
    const text = [
      '{ "row": [],',
      '  "rows": [',
      '    { "region": "us_east_1", "startsAt": "2026-10-01T00:00:00.5Z",',
      '      "usdPerVcpuHour": 0.08, "usdPerGbHour": "a lot",',
      '      "rule": "2026-10", "sorce": "x" },',
      '    { "region": "us-east-1" }',
      "  ] }",
    ].join("\n");
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^p\.json:3: rows\[0\]\.region must be a Region's name/),
      expect.stringMatching(/^p\.json:3: rows\[0\]\.startsAt must be a whole second of UTC/),
      expect.stringMatching(/^p\.json:4: rows\[0\]\.usdPerVcpuHour must be US dollars as a decimal in quotes/),
      expect.stringMatching(/^p\.json:4: rows\[0\]\.usdPerGbHour must be US dollars as a decimal in quotes/),
      expect.stringMatching(/^p\.json:5: rows\[0\]\.rule must be one of 2025-10, 2026-09/),
      expect.stringMatching(/^p\.json:5: unknown key "rows\[0\]\.sorce": did you mean source\?/),
      expect.stringMatching(/^p\.json:6: rows\[1\]\.startsAt must be/),
      expect.stringMatching(/^p\.json:6: rows\[1\]\.usdPerVcpuHour must be/),
      expect.stringMatching(/^p\.json:6: rows\[1\]\.usdPerGbHour must be/),
      expect.stringMatching(/^p\.json:6: rows\[1\]\.rule must be/),
      expect.stringMatching(/^p\.json:1: unknown key "row": did you mean rows\?/),
    ]);
  });

  it("refuses two rows of one Region that start together, however the start is written", () => {
    const text = textOf(row, { ...row, startsAt: "2026-10-01" }, { ...row, region: "*" });
    expect(problemsOf(text)).toEqual([
      "p.json:10: rows[1] starts at the same instant as row 0 of us-east-1: keep one of the two",
    ]);
  });

  it.each([
    ["no JSON", '{"rows": [', /^p\.json:1: /],
    ["a list", "[]", /^p\.json:1: the file /],
    ["nothing", "", /rows must be a list of rows/],
    ["rows that are no list", '{"rows": {}}', /rows must be a list of rows/],
    ["a member that stands twice", '{"rows": [], "rows": []}', /^p\.json:1: /],
  ])("refuses %s", (_, text, problem) => expect(problemsOf(text).join()).toMatch(problem));

  it("shows what is written in it without its control characters", () => {
    const problems = problemsOf(textOf({ ...row, region: "\u001b[2J", "\u001b]0;x": 1 })).join();
    expect(problems).not.toContain("\u001b");
    expect(problems).toContain("\\e[2J");
  });
});
