// biome-ignore-all lint/suspicious/noTemplateCurlyInString: groups of a pattern are written so in rules.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AttributionFacts, attribute, unattributed } from "../../core/attribution/attribution.ts";
import { textPattern } from "../../core/attribution/text-pattern.ts";
import { addUsd, compareUsd, sumUsd, type Usd, usd, zeroUsd } from "../../core/kernel/money.ts";
import { facts, rulesOf } from "./facts.ts";

const labels = (rules: readonly object[], changes: Partial<AttributionFacts> = {}) =>
  attribute(rulesOf(rules), { ...facts, ...changes });

describe("a rule", () => {
  const set = { team: "x" };
  it.each<[string, object, Partial<AttributionFacts>, boolean]>([
    ["without conditions matches", {}, {}, true],
    ["matches an interpreter", { interpreter: "etl_runner-JVcygpdywt" }, {}, true],
    ["matches an interpreter by a star", { interpreter: "etl_*" }, {}, true],
    [
      "does not take a dot for any character",
      { interpreter: "aws.codeinterpreter.v1" },
      { interpreter: "awsXcodeinterpreter.v1" as never },
      false,
    ],
    ["does not match part of an interpreter", { interpreter: "etl_runner" }, {}, false],
    ["matches one of a list", { account: ["999900001111", "111122223333"] }, {}, true],
    ["does not match another account", { account: "999900001111" }, {}, false],
    ["does not match another Region", { region: "eu-west-1" }, {}, false],
    ["finds its pattern anywhere in the name", { name: "prod" }, {}, true],
    ["is anchored where the pattern is", { name: "^prod" }, {}, false],
    ["does not match a session without a name", { name: ".*" }, { name: null }, false],
    ["matches an empty name", { name: "^$" }, { name: "" }, true],
    ["matches a tag", { tag: { team: "da*" } }, {}, true],
    ["needs every tag", { tag: { team: "data", env: "*" } }, {}, false],
    ["does not match tags that are not known", { tag: { team: "*" } }, { tags: null }, false],
    ["takes no member of an object for a tag", { tag: { constructor: "*" } }, {}, false],
    ["matches a principal", { principal: "arn:aws:sts::*:assumed-role/ci/*" }, {}, true],
    ["does not match a principal that is not known", { principal: "*" }, { principal: null }, false],
    ["needs every condition", { name: "etl", region: "eu-west-1" }, {}, false],
  ])("%s", (_, match, changes, matches) => {
    expect(labels([{ match, set }], changes)).toEqual({ team: matches ? "x" : unattributed });
  });

  it.each([
    ["${a}", "etl"],
    ["team-${a}-${b}", "team-etl-7"],
    ["${c}", unattributed],
    [" ${a} ", "etl"],
    ["$${a}", "$etl"],
    ["{a}", "{a}"],
  ])("sets %j to %j by the groups of the name", (template, value) => {
    const match = { name: "^(?P<a>[a-z]+)-[a-z]+-(?P<b>\\d+)(?P<c>x)?$" };
    expect(labels([{ match, set: { team: template } }])).toEqual({ team: value });
  });
});

describe("several rules", () => {
  it("give each label the value of the first that matches and has one", () => {
    const rules = [
      { match: { name: "^(?P<agent>ml)?" }, set: { agent: "${agent}", env: "one" } },
      { match: { region: "eu-west-1" }, set: { team: "never" } },
      { match: {}, set: { agent: "two", env: "two", team: "two" } },
      { match: {}, set: { team: "three", owner: "three" } },
    ];
    expect(labels(rules)).toEqual({ agent: "two", env: "one", owner: "three", team: "two" });
  });

  it("cannot be made to say unattributed by a name", () => {
    const rules = [
      { match: { name: "^(?P<team>.*)$" }, set: { team: "${team}" } },
      { match: {}, set: { team: "nobody" } },
    ];
    expect(labels(rules, { name: "unattributed" })).toEqual({ team: "nobody" });
    expect(labels(rules, { name: " \t " })).toEqual({ team: "nobody" });
  });

  it("give none where there are no rules", () => expect(labels([])).toEqual({}));
});

describe("names that are other people's text", () => {
  const whole = [{ match: { name: "^(?P<all>(?s:.*))$" }, set: { team: "${all}" } }];
  it("are cut at 100 characters, never within one", () => {
    expect(labels(whole, { name: "a".repeat(100_000) })).toEqual({ team: "a".repeat(100) });
    expect(labels(whole, { name: "😀".repeat(101) })).toEqual({ team: "😀".repeat(100) });
  });
  it("are cut before they are matched", () => {
    const last = [{ match: { name: "z$" }, set: { team: "x" } }];
    expect(labels(last, { name: `${"a".repeat(99)}z` })).toEqual({ team: "x" });
    expect(labels(last, { name: `${"a".repeat(100)}z` })).toEqual({ team: unattributed });
  });
  it("stay what they are, whatever is in them", () => {
    const name = "<b>\u001b[2J=1+1|\n${all} \ud800 $1";
    expect(labels(whole, { name })).toEqual({ team: "<b>\u001b[2J=1+1|\n${all} \ufffd $1" });
  });
  it("that are called as members of objects are values like any other", () => {
    expect(labels(whole, { name: "__proto__" })).toEqual({ team: "__proto__" });
  });

  it.each([
    ["(a+)+$", `${"a".repeat(99)}!`],
    ["(a|aa)+$", `${"a".repeat(99)}!`],
    ["(.*)*x", "y".repeat(100)],
    ["(x+x+)+y", "x".repeat(100)],
    ["^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(100)],
    ["(a?){50}a{50}", "a".repeat(50)],
    ["(\\w{0,30}\\s?){0,20}!$", "ab ".repeat(33)],
  ])("against %s take no time to speak of", (name, hostile) => {
    const attribution = rulesOf([{ match: { name }, set: { team: "x" } }]);
    const before = performance.now();
    for (let times = 0; times < 20; times += 1) attribute(attribution, { ...facts, name: hostile });
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

describe("every session has exactly one value for each label", () => {
  const anyRule = fc.record({
    match: fc.record(
      {
        name: fc.constantFrom("^(?P<g>[a-z]*)", "(?P<g>\\d+)?x", "(?P<g>y)"),
        region: fc.constantFrom("us-east-1", "eu-*", ["us-*", "x"]),
        tag: fc.constantFrom({ team: "*" }, { env: "p*" }),
      },
      { requiredKeys: ["name"] },
    ),
    set: fc.dictionary(fc.constantFrom("team", "agent", "env"), fc.constantFrom("${g}", "a", "b-${g}"), { minKeys: 1 }),
  });
  const anySession = fc.record({
    name: fc.option(fc.string({ unit: "binary", maxLength: 120 })),
    region: fc.constantFrom("us-east-1", "eu-west-1", "x"),
    tags: fc.option(fc.dictionary(fc.constantFrom("team", "env"), fc.string())),
    cost: fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.bigInt({ min: 1n, max: 10n ** 9n })),
  });

  it("so that the shares of any label add up to the whole, to the last digit", () => {
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 6 }), fc.array(anySession, { maxLength: 12 }), (rules, sessions) => {
        const attribution = rulesOf(rules);
        const costs = sessions.map(({ cost: [numerator, denominator] }) => usd(numerator, denominator));
        for (const label of attribution.labels) {
          const shares = new Map<string, Usd>();
          for (const [index, { name, region, tags }] of sessions.entries()) {
            const found = attribute(attribution, { ...facts, name, region: region as never, tags });
            expect(Object.keys(found)).toEqual(attribution.labels);
            const value = found[label] ?? "";
            expect(value).not.toBe("");
            shares.set(value, addUsd(shares.get(value) ?? zeroUsd, costs[index] ?? zeroUsd));
          }
          expect(compareUsd(sumUsd(shares.values()), sumUsd(costs))).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("a text with stars", () => {
  it.each([
    ["a*b*b", "ab", false],
    ["a*b*b", "abb", true],
    ["a*a", "a", false],
    ["*", "", true],
    ["**", "x", true],
  ])("%s against %j", (pattern, text, matches) => expect(textPattern([pattern])(text)).toBe(matches));

  it("matches as the same text with any characters in the place of each star", () => {
    const piece = fc.stringMatching(/^[ab.]{0,3}$/);
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 4 }),
        fc.stringMatching(/^[ab.]{0,12}$/),
        (pieces, text) => {
          const wanted = new RegExp(`^${pieces.map((it) => it.replaceAll(".", "\\.")).join(".*")}$`);
          expect(textPattern([pieces.join("*")])(text)).toBe(wanted.test(text));
        },
      ),
    );
  });
});
