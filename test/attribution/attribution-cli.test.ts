// biome-ignore-all lint/suspicious/noTemplateCurlyInString: groups of a pattern are written so in rules.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-attribution-"));
  const rules = [
    { match: { name: "^(?P<agent>[a-z]+)-", interpreter: "etl_*" }, set: { team: "data", agent: "${agent}" } },
    { match: { tag: { team: "ml" } }, set: { team: "ml" } },
    { set: { team: "rest", env: "prod" } },
  ];
  writeFileSync(path.join(folder, "sandmeter.config.yaml"), JSON.stringify({ attribution: rules }));
  writeFileSync(path.join(folder, "empty.yaml"), "");
  writeFileSync(path.join(folder, "bad.yaml"), "attribution: [{ set: {} }, { set: { A: x } }]");
});
afterAll(() => rmSync(folder, { recursive: true }));
const run = (...argv: readonly string[]) => runCli(["attribution", ...argv], { cwd: folder });

describe("attribution check", () => {
  it("shows what each rule matches and sets", async () => {
    const { exit, out } = await run("check");
    expect(exit).toBe(0);
    expect(out).toContain("interpreter etl_*, name ^(?P<agent>[a-z]+)-");
    expect(out).toContain("tag team=ml");
    expect(out).toContain("3 rules are in order.");
    const json: unknown = JSON.parse((await run("check", "--json")).out);
    expect(violations(publishedSchema("attribution.schema.json"), json)).toEqual([]);
    expect(json).toEqual({ labels: ["agent", "env", "team"], rules: 3 });
  });
  it("says that there are none", async () => {
    expect((await run("check", "--config", "empty.yaml")).out).toMatch(/^No rules: every cost is unattributed/);
  });
  it("tells every problem", async () => {
    const { exit, err } = await run("check", "--config", "bad.yaml");
    expect({ exit, lines: err.split("\n").length }).toEqual({ exit: 2, lines: 2 });
  });
});

describe("attribution explain", () => {
  it("shows which rule sets which label, and why the others do not match", async () => {
    const { exit, out } = await run("explain", "--name", "crawl-7", "--interpreter", "etl_runner-JVcygpdywt", "--json");
    expect(exit).toBe(0);
    const json = JSON.parse(out) as { labels: unknown; rules: unknown[] };
    expect(violations(publishedSchema("attribution.schema.json"), json)).toEqual([]);
    expect(json.labels).toEqual({ agent: "crawl", env: "prod", team: "data" });
    expect(json.rules).toMatchObject([
      { rule: 1, matched: true, because: null },
      { rule: 2, matched: false, because: "tags are not known" },
      {
        rule: 3,
        sets: [
          { label: "team", value: "rest", used: false },
          { label: "env", used: true },
        ],
      },
    ]);
    const text = (await run("explain", "--name", "x", "--tag", "team=ml")).out;
    expect(text).toMatch(/agent\s+unattributed\s+no rule/);
    expect(text).toMatch(/team\s+ml\s+rule 2/);
    expect(text).toMatch(/1\s+interpreter does not match/);
  });

  it("shows a name harmlessly", async () => {
    const { out } = await run("explain", "--name", "\u001b[2J-x", "--interpreter", "\u001b]0;etl_x");
    expect(out).not.toContain("\u001b");
  });

  it.each<[readonly string[], RegExp]>([
    [[], /say what to do/],
    [["exlpain"], /unknown `attribution exlpain`/],
    [["explain"], /name what is known of the session/],
    [["explain", "x", "--name", "a"], /unexpected argument "x"/],
    [
      ["explain", "--name", "a", "--account", "1", "--tag", "=x"],
      /--account must be twelve digits.*\n--tag must be key=value/,
    ],
    [["check", "--name", "a"], /--name belongs to `attribution explain`/],
  ])("refuses %j", async (argv, message) => {
    expect(await run(...argv)).toMatchObject({ exit: 2, err: expect.stringMatching(message) });
  });
});
