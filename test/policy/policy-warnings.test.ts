import { describe, expect, it } from "vitest";
import { matchOf, type WrittenMatch } from "../../adapters/config/policy-match-schema.ts";
import type { Protection } from "../../core/cleanup/policy/policy.ts";
import { policyWarnings } from "../../core/cleanup/policy/policy-warnings.ts";
import { minute, minutes, policy } from "../cleanup/facts.ts";

const now = minute(60);
const warningsOf = (matches: Readonly<Record<string, WrittenMatch>>, protections: readonly Protection[] = []) => {
  const policies = Object.entries(matches).map(([id, match]) => policy({ id, match: matchOf(match) }));
  return policyWarnings({ policies, protections, invocationStamp: "start" }, minutes(30), now).map(
    ({ code, message }) => `${code}: ${message}`,
  );
};
const ties = (a: string, b: string): boolean => warningsOf({ a: { name: a }, b: { name: b } }).length === 1;

describe("warnings of policies", () => {
  it("are none of policies that are in order", () => {
    const matches = {
      all: {},
      region: { region: "us-east-1" },
      tool: { interpreter: "tool-1" },
      etl: { name: "^etl-" },
    };
    expect(warningsOf(matches)).toEqual([]);
  });

  it.each([
    ["^etl-", "^web-", false],
    ["^etl-", "^etl-prod-", true],
    ["^etl", "^etk?l", true],
    ["^etl*", "^etm", true],
    ["^etl", "^et", true],
    ["etl-", "^web-", true],
    ["^etl-|x", "^web-", true],
    ["^(etl|web)-", "^web-", true],
    ["^a{0}b", "^b", true],
  ])("tell a tie of %s and %s: %s", (a, b, is) => {
    expect(ties(a, b)).toBe(is);
    expect(ties(b, a)).toBe(is);
  });

  it("tell no tie of policies that differ in an id, or in how specific they are", () => {
    expect(warningsOf({ a: { name: "x", region: "us-east-1" }, b: { name: "y", region: "us-west-2" } })).toEqual([]);
    expect(warningsOf({ a: { name: "x", region: "us-east-1" }, b: { name: "y" } })).toEqual([]);
  });

  it.each([".*", "", ".", "^", "(?s).*$"])("tell that the pattern %j shadows the policies of all names", (name) => {
    const found = warningsOf({ all: {}, tool: { interpreter: "tool-1" }, any: { name } });
    expect(found).toEqual([
      "shadowed: policy all is shadowed by any, which matches every name: only sessions without a name are left to it",
      "shadowed: policy tool is shadowed by any, which matches every name: only sessions without a name are left to it",
    ]);
    expect(warningsOf({ tool: { name: "^etl" }, any: { name, interpreter: "tool-1" } })).toEqual([]);
    expect(warningsOf({ one: { session: "S1" }, any: { name } })).toEqual([]);
    expect(warningsOf({ west: { region: "us-west-2" }, any: { name, region: "us-east-1" } })).toEqual([]);
  });

  it("tell a policy all of whose sessions are protected", () => {
    const by = (match: WrittenMatch, until: Protection["until"] = null) =>
      warningsOf({ etl: { name: "^etl-", region: "us-east-1" } }, [
        { match: matchOf(match), source: "policy", until, why: "a fair" },
      ]);
    expect(by({ region: "us-east-1" })).toEqual(["protected: every session of policy etl is protected: a fair"]);
    expect(by({ name: "^etl-" }, minute(600))).toEqual([
      "protected: every session of policy etl is protected until 2026-11-20T22:00:00.000Z: a fair",
    ]);
    expect(by({ region: "us-west-2" })).toEqual([]);
    expect(by({ region: "us-east-1" }, minute(59))).toEqual([expect.stringMatching(/^protection-expired: /)]);
    expect(by({ session: "S1" })).toEqual([]);
  });

  it.each([
    [
      59,
      [
        'protection-expired: the protection "a fair" has expired at 2026-11-20T12:59:00.000Z: take it out, or give it a later end',
      ],
    ],
    [
      60,
      [
        'protection-expired: the protection "a fair" has expired at 2026-11-20T13:00:00.000Z: take it out, or give it a later end',
      ],
    ],
    [61, ['protection-lapsing: the protection "a fair" lapses in 1 min']],
    [90, ['protection-lapsing: the protection "a fair" lapses in 30 min']],
    [91, []],
  ])("tell of a protection until minute %i in minute 60: %j", (until, warnings) => {
    expect(warningsOf({}, [{ match: matchOf({}), source: "policy", until: minute(until), why: "a fair" }])).toEqual([
      "no-policies: no policy is about any session: each is kept, as no-policy",
      ...warnings,
    ]);
  });
});
