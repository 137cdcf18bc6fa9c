// biome-ignore-all lint/suspicious/noTemplateCurlyInString: groups of a pattern are written so in rules.
import { describe, expect, it } from "vitest";
import { problemsOf } from "./facts.ts";

const rule = (match: object, set: object = { team: "x" }): string => JSON.stringify({ attribution: [{ match, set }] });

describe("attribution in the configuration", () => {
  it("tells every problem of every rule at once, each with its line", () => {
    const text = [
      "attribution:",
      "  - match: { name: '^(?P<agent>[a-z]+' }",
      "    set: { Team: x }",
      "  - match: { name: '(?P<agent>[a-z]+)', acount: '1' }",
      "    set:",
      "      agent: '${agnt}'",
      "  - match: { name: '(?P<agent>[a-z]+)' }",
      "    set:",
      "      agent: '${agnt}'",
      "      env: 3",
      "      day: monday",
      "      owner: unattributed",
      "  - set: {}",
      "  - match: {}",
    ].join("\n");
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^c\.yaml:2: attribution\[0\]\.match\.name is no regular expression.*missing closing \)/),
      expect.stringMatching(/^c\.yaml:3: attribution\[0\]\.set\.Team must be 1 to 32 of a-z/),
      expect.stringMatching(/^c\.yaml:4: unknown key "attribution\[1\]\.match\.acount": did you mean account\?/),
      expect.stringMatching(/^c\.yaml:6: attribution\[1\]\.set\.agent asks for the group "agnt"/),
      expect.stringMatching(/^c\.yaml:10: attribution\[2\]\.set\.env must be a text/),
      expect.stringMatching(/^c\.yaml:11: attribution\[2\]\.set\.day is what a report calls something else/),
      expect.stringMatching(/^c\.yaml:12: attribution\[2\]\.set\.owner must not be "unattributed"/),
      expect.stringMatching(/^c\.yaml:13: attribution\[3\]\.set must name at least one label/),
      expect.stringMatching(/^c\.yaml:14: attribution\[4\]\.set must be labels with their values/),
    ]);
  });

  it("tells a group that the pattern does not have", () => {
    expect(problemsOf(rule({ name: "(?P<agent>a)(?P<env>b)" }, { team: "${agnt}" }))).toEqual([
      'c.yaml:1: attribution[0].set.team asks for the group "agnt", which match.name does not have: it has agent, env',
    ]);
    expect(problemsOf(rule({}, { team: "${agent}" }))[0]).toContain("it has no named group");
  });

  it.each([
    ["look-ahead", "(?=a)b"],
    ["look-behind", "(?<!a)b"],
    ["a back reference", "(a)\\1"],
    ["an open class", "[a"],
    ["a group named twice", "(?P<a>x)(?P<a>y)"],
    ["repetitions that multiply", "((a{0,100}){0,100}){0,10}"],
    ["a program that is too large", `(${"a{1000}".repeat(6)})`],
  ])("refuses a pattern with %s", (_, name) => {
    expect(problemsOf(rule({ name }))).toEqual([
      expect.stringContaining("match.name is no regular expression of RE2's syntax"),
    ]);
  });

  it.each([
    [299, 0],
    [300, 0],
    [301, 1],
  ])("takes patterns of 300 characters at most: %i", (length, problems) => {
    expect(problemsOf(rule({ name: "a".repeat(length) }))).toHaveLength(problems);
  });

  it.each([
    [500, 0],
    [501, 1],
  ])("takes 500 rules at most: %i", (count, problems) => {
    const rules = Array.from({ length: count }, () => ({ set: { team: "x" } }));
    expect(problemsOf(JSON.stringify({ attribution: rules }))).toHaveLength(problems);
  });
});

describe("budgets in the configuration", () => {
  const budget = { id: "a", window: "day", usd: "1" };
  const problems = (...budgets: readonly object[]) =>
    problemsOf(JSON.stringify({ attribution: [{ set: { team: "x" } }], budgets }));
  it.each<[string, object]>([
    ["all spend", budget],
    ["a label", { ...budget, by: "team" }],
    ["one value of it", { ...budget, by: "team", value: "data" }],
    ["an account", { ...budget, by: "account", value: "111122223333" }],
    ["rolling hours", { ...budget, window: "744h" }],
    ["its own thresholds", { ...budget, thresholds: [1, 1000], closePct: 0 }],
  ])("can be of %s", (_, written) => expect(problems(written)).toEqual([]));

  it.each<[string, object, RegExp]>([
    [
      "a label that no rule sets",
      { by: "taem" },
      /budgets\[0\]\.by: no rule of `attribution` sets "taem": did you mean team\?/,
    ],
    ["a value of nothing", { value: "x" }, /budgets\[0\]\.value needs `by`/],
    ["a window that is too long", { window: "745h" }, /window must be day, week, month, or hours/],
    ["no hours", { window: "0h" }, /window must be/],
    ["nothing", { usd: "0.00" }, /usd must be US dollars above 0/],
    ["a number", { usd: 5 }, /usd must be US dollars above 0 as a decimal in quotes/],
    ["no threshold", { thresholds: [] }, /name at least one percentage/],
    ["a threshold of zero", { thresholds: [0] }, /must be 1 or more/],
    ["a threshold twice", { thresholds: [50, 50] }, /must not name a percentage twice/],
    ["an id with a slash", { id: "a/b" }, /id must be 1 to 63/],
  ])("refuses %s", (_, change, problem) => {
    expect(problems({ ...budget, ...change })).toEqual([expect.stringMatching(problem)]);
  });

  it("refuses an id that stands twice", () => {
    expect(problems(budget, budget)).toEqual([expect.stringContaining('budgets[1].id "a" is also that of budget 0')]);
  });
});
