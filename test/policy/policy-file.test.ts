import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { policyFileSchema } from "../../adapters/config/policy-schema.ts";
import { session } from "../cleanup/facts.ts";
import { publishedSchema } from "../schema/json-schema.ts";
import { one, own, parse, policiesOf, problemsOf } from "./parsed.ts";

describe("a policy file", () => {
  it("is JSON or YAML; a policy that says nothing but its id watches, and stops nothing", () => {
    expect(one({})).toEqual({
      id: "a",
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      match: { account: null, region: null, interpreter: null, session: null, name: null },
      mode: "observe",
      idleAfterMs: 1_800_000,
      minAgeMs: 600_000,
      maxAgeMs: null,
      maxAgeStopsBusy: false,
      skipIfExpiresWithinMs: 600_000,
      evidence: "strict",
      maxStopsPerPass: 10,
      breaker: { maxStops: 100, maxStopsPct: 50, windowMs: 3_600_000 },
    });
    expect(parse("version: 1\n")).toMatchObject({ ok: true, set: { policies: [], invocationStamp: "unknown" } });
  });

  it("tells every problem at once, each with its line", () => {
    const text = [
      "version: 2",
      "polices: []",
      "policies:",
      "  - id: A",
      "    idelAfter: 5m",
      "    match: { name: '(?=a)', acount: '1' }",
      "  - id: b",
      "    minAge: 1w",
      "    breaker: { windw: 1h }",
      "protections:",
      "  - match: {}",
      "    until: 2026-02-30",
      "runaway: { usd: 3 }",
    ].join("\n");
    expect(problemsOf(text)).toEqual(
      expect.arrayContaining([
        "p.yaml:1: version must be 1: the version of this format",
        expect.stringMatching(/^p\.yaml:2: unknown key "polices": did you mean policies\?/),
        expect.stringMatching(/^p\.yaml:4: policies\[0\]\.id must be 1 to 63/),
        expect.stringMatching(/^p\.yaml:5: unknown key "policies\[0\]\.idelAfter": did you mean idleAfter\?/),
        expect.stringMatching(/^p\.yaml:6: policies\[0\]\.match\.name is no regular expression of RE2's syntax/),
        expect.stringMatching(/^p\.yaml:6: unknown key "policies\[0\]\.match\.acount": did you mean account\?/),
        expect.stringMatching(/^p\.yaml:8: policies\[1\]\.minAge must be a time from 0s to 8h/),
        expect.stringMatching(/^p\.yaml:9: unknown key "policies\[1\]\.breaker\.windw": did you mean window\?/),
        expect.stringMatching(/^p\.yaml:11: protections\[0\]\.why must be a text/),
        expect.stringMatching(/^p\.yaml:12: protections\[0\]\.until must be an instant of UTC/),
        expect.stringMatching(/^p\.yaml:13: runaway\.usd must be US dollars/),
      ]),
    );
    expect(problemsOf(text)).toHaveLength(11);
  });

  it("tells what members contradict in the same run as what is wrong with others", () => {
    const text = [
      "version: 1",
      "policies:",
      "  - id: a",
      "    mode: enforced",
      "  - id: a",
      "    match: { name: '(' }",
      "    idleAfter: 5m",
      "    evidence: invocations",
      "  - id: c",
      "    match: { account: 1 }",
      "    minAge: 1w",
      "    maxAge: 5m",
      "  - id: d",
      "    match: { name: x }",
      "    maxAge: 1w",
      "    maxAgeStopsBusy: true",
      "  - id: e",
      "    match: { name: x }",
      "    idleAfter: 1w",
      "    evidence: invocations",
    ].join("\n");
    expect(problemsOf(text).map((problem) => problem.slice(0, 52))).toEqual([
      "p.yaml:4: policies[0].mode must be observe or enforc",
      'p.yaml:5: policies[1].id "a" is also that of policy ',
      "p.yaml:6: policies[1].match.name is no regular expre",
      "p.yaml:7: policies[1].idleAfter (5m) must be 15m or ",
      "p.yaml:10: policies[2].match.account must be twelve ",
      "p.yaml:11: policies[2].minAge must be a time from 0s",
      "p.yaml:15: policies[3].maxAge must be a time from 1m",
      "p.yaml:18: policies[4].match matches the same sessio",
      "p.yaml:19: policies[4].idleAfter must be a time from",
    ]);
  });

  it("tells a problem once", () => {
    const text = "version: 1\nprotections:\n  - match: {}\n    why: x\n    until: yesterday\n";
    expect(problemsOf(text)).toEqual([
      'p.yaml:5: protections[0].until must be an instant of UTC, for example "2026-12-01T00:00:00Z"',
    ]);
  });

  it.each<[string, string, string]>([
    ["idleAfter", "59s", "1m"],
    ["idleAfter", "481m", "8h"],
    ["maxAge", "8.1h", "8h"],
    ["minAge", "8.1h", "8h"],
    ["skipIfExpiresWithin", "8.1h", "8h"],
  ])("refuses %s of %s, and takes %s", (member, wrong, right) => {
    expect(own({ [member]: wrong })).toEqual([expect.stringContaining(`policies[0].${member} must be a time from`)]);
    expect(own({ minAge: "0s", [member]: right })).toEqual([]);
  });

  it("refuses two policies of one id, and two that match the same sessions", () => {
    const match = { name: "^a" };
    expect(
      problemsOf({
        version: 1,
        policies: [
          { id: "a", match },
          { id: "a", match: { ...match } },
        ],
      }),
    ).toEqual([
      'p.yaml:1: policies[1].id "a" is also that of policy 0',
      'p.yaml:1: policies[1].match matches the same sessions as policy 0 ("a"): keep one of the two',
    ]);
    expect(
      problemsOf({
        version: 1,
        policies: [
          { id: "a", match },
          { id: "b", match: { name: "^b" } },
        ],
      }),
    ).toEqual([]);
  });

  it.each([
    ["5m", "6m", 1],
    ["6m", "6m", 1],
    ["7m", "6m", 0],
    ["10m", undefined, 1],
    ["11m", undefined, 0],
  ])("with a maxAge of %s and a minAge of %s has %i problem", (maxAge, minAge, count) => {
    expect(own({ maxAge, minAge })).toHaveLength(count);
  });

  it.each([
    ["unknown", "14m", 1],
    ["unknown", "15m", 0],
    ["start", "14m", 0],
    ["completion", "1m", 0],
  ] as const)(
    "by invocations stamped at %s with an idleAfter of %s has %i problem",
    (invocationStamp, idleAfter, count) => {
      const problems = (evidence: string) =>
        problemsOf({ version: 1, policies: [{ id: "a", evidence, idleAfter }] }, {}, invocationStamp);
      expect(problems("invocations")).toHaveLength(count);
      expect(problems("strict")).toEqual([]);
    },
  );

  it("does not say how the service counts calls: that is the configuration's, and nobody's who owns sessions", () => {
    expect(problemsOf({ version: 1, invocationStamp: "start" })).toEqual([
      'p.yaml:1: unknown key "invocationStamp": did you mean the configuration\'s cleanup.invocationStamp? (known: $schema, version, policies, protections, runaway)',
    ]);
    const within = { id: "a", evidence: "invocations", idleAfter: "5m" };
    expect(problemsOf({ version: 1, policies: [within] })).toEqual([
      "p.yaml:1: policies[0].idleAfter (5m) must be 15m or more by evidence of invocations while cleanup.invocationStamp of the configuration is unknown: a call lasts up to 15 minutes",
    ]);
    expect(parse({ version: 1, policies: [within] }, {}, "start")).toMatchObject({ set: { invocationStamp: "start" } });
  });

  it("refuses maxAgeStopsBusy without a maxAge", () => {
    expect(own({ maxAgeStopsBusy: true })).toEqual([expect.stringContaining("does nothing without maxAge")]);
  });

  it("matches names by a pattern found anywhere in them", () => {
    const { match } = one({ match: { name: "7$" } });
    expect(match.name?.matches("etl-7")).toBe(true);
    expect(match.name?.matches("etl-8")).toBe(false);
  });

  it("has protections with their ends, and limits of a runaway", () => {
    const parsed = parse({
      version: 1,
      protections: [
        { match: { session: session().id }, until: "2026-12-01", why: "x" },
        { match: {}, why: "y" },
      ],
      runaway: { vcpu: 1.2, for: "10m", usd: "1.5" },
    });
    expect(parsed).toMatchObject({
      set: {
        protections: [
          { until: Date.parse("2026-12-01"), why: "x" },
          { until: null, why: "y" },
        ],
      },
      runaway: { hotVcpu: 1.2, hotForMs: 600_000, usd: { numerator: 15n, denominator: 10n } },
    });
    expect(parse({ version: 1 })).toMatchObject({ runaway: { hotVcpu: 1.5, hotForMs: 1_800_000, usd: null } });
  });

  it("escapes what it repeats", () => {
    const problems = problemsOf(`version: 1\n"\u001b[31mx": 1\n`);
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain("\u001b");
  });
});

describe("the hash of a policy", () => {
  it("is of what is in force: not of how it is written, and not of its neighbours", () => {
    const { hash } = one({ idleAfter: "30m" });
    expect(one({})).toMatchObject({ hash });
    expect(one({ idleAfter: "1800s" })).toMatchObject({ hash });
    expect(policiesOf([{ id: "a" }, { id: "b", match: { name: "x" } }])[0]).toMatchObject({ hash });
    const others: readonly object[] = [
      ...[{ idleAfter: "31m" }, { mode: "enforce" }, { match: { name: "a" } }, { match: { name: "b" } }],
      ...[{ id: "b" }, { breaker: { window: "2h" } }, { maxAge: "1h" }],
    ];
    const hashes = others.map((changes) => one(changes).hash);
    expect(new Set([hash, ...hashes]).size).toBe(others.length + 1);
    expect(one({}, { minAgeAtLeast: "11m" }).hash).not.toBe(hash);
  });
});

describe("the published schema", () => {
  it("is the one that files are checked by", () => {
    const { $id, title, description, ...published } = publishedSchema("policy.schema.json");
    expect($id).toBe("urn:sandmeter:schemas:policy");
    expect(title).toBe("A policy file of sandmeter");
    expect(description).toContain("docs/policy.md");
    expect(z.toJSONSchema(policyFileSchema)).toEqual(published);
  });
  it("names all keys that are read, also where they are told as known", () => {
    const text = readFileSync(new URL("../../adapters/config/policy-schema.ts", import.meta.url), "utf8");
    const keys = Object.keys((publishedSchema("policy.schema.json")["properties"] ?? {}) as object);
    expect(text).toContain(`file: [${keys.map((key) => `"${key}"`).join(", ")}]`);
  });
});
