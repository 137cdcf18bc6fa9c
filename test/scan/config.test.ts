import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UsageError } from "../../cli/cli-error.ts";
import { readAwsSettings } from "../../cli/config/aws-settings.ts";
import { parseConfig } from "../../cli/config/parse-config.ts";

const problemsOf = (text: string): readonly string[] => {
  const parsed = parseConfig(text, "c.yaml");
  return parsed.ok ? [] : parsed.problems;
};

describe("a configuration", () => {
  it.each([
    ["", {}],
    ["# nothing but a comment\n", {}],
    ["regions: all", { regions: "all" }],
    ["regions: [us-east-1, eu-west-1]\nrateShare: 10", { regions: ["us-east-1", "eu-west-1"], rateShare: 10 }],
    [
      'limits:\n  - quota: L-CAF6F552\n    limit: 2000\n    account: "012345678901"\n    region: us-east-1',
      { limits: [{ quota: "L-CAF6F552", limit: 2000, account: "012345678901", region: "us-east-1" }] },
    ],
    [
      "thresholds: {warning: {utilizationPct: 70}, critical: {left: 5}}",
      { thresholds: { warning: { utilizationPct: 70 }, critical: { left: 5 } } },
    ],
    [
      "usage: {from: s3://usage-logs/a, backfill: 7d, aggregateAbove: 0}\nhistory: costs\ntrail: s3://my-trail",
      {
        usage: { from: "s3://usage-logs/a", backfill: "7d", aggregateAbove: 0 },
        history: "costs",
        trail: "s3://my-trail",
      },
    ],
  ])("%j is read", (text, config) => {
    expect(parseConfig(text, "c.yaml")).toEqual({ ok: true, config });
  });

  it.each([
    ["usage: {backfill: 59m}", /^c\.yaml:1: usage\.backfill must be a time from 1h to 30d/],
    ["usage: {backfill: 31d}", /usage\.backfill must be a time from 1h to 30d/],
    ["usage: {backfill: 24}", /usage\.backfill must be a time from 1h to 30d/],
    ["usage: {form: x}", /unknown key "usage\.form": did you mean from\?/],
    ["usage: {from: gs://bucket/x}", /usage\.from must be a folder or s3:\/\/bucket\/prefix, not gs:\/\//],
    ["history: s3://B", /history must name a bucket of 3 to 63/],
    ["trail: ''", /trail must be a folder or s3:\/\/bucket\/prefix/],
    ["usage: {logGroup: 'a b'}", /usage\.logGroup must be the name of a log group/],
  ])("%j is refused", (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
  });

  it("tells every problem at once, each with its line and what to do", () => {
    const text = [
      "region: us-east-1",
      "rateShare: 200",
      "requestsPerSecond: fast",
      "thresholds:",
      "  warning:",
      "    utilisationPct: 80",
      "limits:",
      "  - quota: L-OTHER",
      "    limit: -1",
      "    account: 111122223333",
      "  - limit: 5",
    ].join("\n");
    expect(problemsOf(text)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^c\.yaml:1: unknown key "region": did you mean regions\?/),
        expect.stringMatching(/^c\.yaml:2: rateShare must be 100 or less/),
        expect.stringMatching(/^c\.yaml:3: requestsPerSecond must be a number/),
        expect.stringMatching(
          /^c\.yaml:6: unknown key "thresholds\.warning\.utilisationPct": did you mean utilizationPct\?/,
        ),
        expect.stringMatching(/^c\.yaml:8: limits\[0\]\.quota must be one of L-CAF6F552, L-D8BDCBA9/),
        expect.stringMatching(/^c\.yaml:9: limits\[0\]\.limit must be 0 or more/),
        expect.stringMatching(/^c\.yaml:10: limits\[0\]\.account must be twelve digits in quotes/),
        expect.stringMatching(/^c\.yaml:11: limits\[1\]\.quota must be one of/),
      ]),
    );
    expect(problemsOf(text)).toHaveLength(8);
  });

  it.each([
    [
      "thresholds: {warn: {left: 60}}",
      'unknown key "thresholds.warn": did you mean warning? (known: warning, critical)',
    ],
    ["warning: {left: 60}", 'unknown key "warning": did you mean thresholds.warning? (known: regions, '],
    [
      "thresholds: {left: 60}",
      'unknown key "thresholds.left": did you mean thresholds.warning.left or thresholds.critical.left? (known: ',
    ],
    ["usage: {history: x}", 'unknown key "usage.history": did you mean history at the top level? (known: from, '],
    ["gb: decimal", 'unknown key "gb": did you mean usage.gb? (known: '],
    ["thresholds: {quota: x}", 'unknown key "thresholds.quota" (known: warning, critical)'],
    ["thresholds: 80", "thresholds must have some of warning, critical"],
    ["thresholds: {warning: 80}", "thresholds.warning must have some of utilizationPct, left"],
    ["limits: [5]", "limits[0] must have some of quota, limit, account, region"],
    ["regions: us-east-1", "regions must be a list such as [us-east-1], or `all`"],
    ["regions: []", "regions name at least one Region, or write `all`"],
  ])("%s: says where the key belongs, or what belongs there", (text, problem) =>
    expect(problemsOf(text)).toEqual([expect.stringContaining(`c.yaml:1: ${problem}`)]),
  );

  it("names a misspelt Region in its line", () => {
    expect(problemsOf("regions:\n  - eu-west-1\n  - us-esat-1")).toEqual([
      'c.yaml:3: regions[1] unknown Region "us-esat-1": did you mean us-east-1?',
    ]);
  });

  it.each([
    ["thresholds: {warning: {utilizationPct: 90}}", "thresholds.warning.utilizationPct (90) must be less than"],
    ["thresholds: {critical: {utilizationPct: 80}}", "thresholds.warning.utilizationPct (80) must be less than"],
    ["thresholds: {warning: {left: 20}}", "thresholds.warning.left (20) must be more than"],
    ["thresholds: {critical: {left: 50}}", "thresholds.warning.left (50) must be more than"],
  ])("%s: a warning must come before its critical", (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(`c.yaml:1: ${problem}`)]);
  });

  it.each([["thresholds: {warning: {utilizationPct: 89}}"], ["thresholds: {warning: {left: 21}}"]])(
    "%s is just in order",
    (text) => {
      expect(problemsOf(text)).toEqual([]);
    },
  );

  it("tells what is no YAML, with its line", () => {
    expect(problemsOf("regions: all\nrateShare: [1")[0]).toMatch(/^c\.yaml:2: /);
  });

  it("refuses a key that stands twice, and a list in the place of keys", () => {
    expect(problemsOf("rateShare: 1\nrateShare: 2")[0]).toMatch(/^c\.yaml:2: /);
    expect(problemsOf("- regions")[0]).toMatch(/^c\.yaml:1: the file /);
  });
});

describe("settings", () => {
  it("tell that a file of prices is not there beside what else is wrong with the configuration", async () => {
    writeFileSync(path.join(folder, "both.yaml"), "rateShare: 200\nprices: { file: nosuch.json }\n");
    const { problems } = await readAwsSettings({ config: "both.yaml" }, { cwd: folder, env: {} });
    expect(problems).toEqual([
      expect.stringContaining("both.yaml:1: rateShare must be"),
      expect.stringContaining(`prices.file: there is no file ${path.join(folder, "nosuch.json")}`),
    ]);
  });

  const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-config-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, "own.yaml"), "regions: [eu-west-1]\nrateShare: 10\nrequestsPerSecond: 50\n");

  it("come from the flags first, then from the file, then from the defaults", async () => {
    const options = { config: "own.yaml", regions: "us-east-1" };
    const { settings, problems } = await readAwsSettings(options, { cwd: folder, env: {} });
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({ regions: ["us-east-1"], rateShare: 0.1, requestsPerSecond: 50, profile: null });
    const none = await readAwsSettings({}, { cwd: folder, env: {} });
    expect(none.settings).toMatchObject({ regions: null, rateShare: 0.2, requestsPerSecond: 30, limitOverrides: [] });
  });

  it("come from the file of the working folder where none is named", async () => {
    writeFileSync(path.join(folder, "sandmeter.config.yaml"), "rateShare: 7\n");
    expect((await readAwsSettings({}, { cwd: folder, env: {} })).settings.rateShare).toBeCloseTo(0.07);
  });

  it("tell a file that is named and not there together with wrong flags", async () => {
    const { problems } = await readAwsSettings({ config: "none.yaml", rateShare: "0" }, { cwd: folder, env: {} });
    expect(problems).toEqual([expect.stringContaining("none.yaml"), expect.stringContaining("--rate-share")]);
  });

  it("are errors for the user", () => {
    expect(new UsageError(["a", "b"])).toMatchObject({ exit: 2, message: "a\nb" });
  });
});
