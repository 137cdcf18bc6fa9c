import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";

const document = readFileSync(new URL("../../docs/policy.md", import.meta.url), "utf8");
const block = (language: string, index: number): string =>
  [...document.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))][index]?.[1] ?? "";
/** A line without what depends on the clock, and on the widths that follow from it. */
const shapeOf = (line: string): string =>
  line
    .replace(/\d+ d \d+ h/, "TIME")
    .replace(/\s+/g, " ")
    .trim();

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-policy-"));
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  write("sandmeter.policy.yaml", block("yaml", 0));
  write("bounds.yaml", block("yaml", 1));
  write("none.yaml", "version: 1\n");
  write("empty.yaml", "version: 1\npolicies: []\n");
  write("other.yaml", "version: 1\npolicies: [{ id: other }]\n");
  write("named.yaml", "cleanup: { policy: other.yaml }\n");
  write("gone.yaml", "cleanup: { policy: lost.yaml }\n");
  write("bad.yaml", "version: 1\npolicies: [{ id: A }, { id: b, mod: enforce }]\n");
  const policies = [
    { id: "a", match: { name: "a\u001b" } },
    { id: "b", match: { name: "b" } },
  ];
  const protections = [{ match: { name: "c" }, until: "2026-01-01", why: "\u001b[31mred" }];
  write("warned.json", JSON.stringify({ version: 1, policies, protections }));
});
afterAll(() => rmSync(folder, { recursive: true }));
const run = (...argv: readonly string[]) => runCli(["policy", ...argv], { cwd: folder });

describe("policy check", () => {
  it("shows of the documented sample what the document shows", async () => {
    const { exit, out, err } = await run("check");
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    const [command, ...shown] = block("text", 0).split("\n");
    expect(command).toBe("$ sandmeter policy check");
    expect(out.split("\n").map(shapeOf)).toEqual(shown.map(shapeOf));
  });

  it("says the same as JSON of the published shape", async () => {
    const { exit, out } = await run("check", "--json");
    expect(exit).toBe(0);
    const json = JSON.parse(out) as { policies: { id: string; mode: string }[] };
    expect(violations(publishedSchema("policy-check.schema.json"), json)).toEqual([]);
    expect(json.policies.map(({ id, mode }) => `${id} ${mode}`)).toEqual([
      "default observe",
      "etl enforce",
      "notebooks enforce",
    ]);
  });

  it("tells every problem, and exits with 2", async () => {
    const { exit, err } = await run("check", "bad.yaml");
    expect(exit).toBe(2);
    expect(err).toContain("bad.yaml:2: policies[0].id must be");
    expect(err).toContain('unknown key "policies[1].mod": did you mean mode?');
  });

  it("holds policies to the documented bounds", async () => {
    const { exit, err } = await run("check", "--config", "bounds.yaml");
    expect({ exit, err }).toEqual({
      exit: 2,
      err: "sandmeter.policy.yaml:22: policies[2].evidence must not be invocations: cleanup.bounds.allowInvocationsEvidence of the configuration is false",
    });
    const json = JSON.parse((await run("check", "none.yaml", "--config", "bounds.yaml", "--json")).out) as object;
    expect(violations(publishedSchema("policy-check.schema.json"), json)).toEqual([]);
    expect(json).toMatchObject({
      bounds: { idleAfterAtLeastMs: 600_000, maxStopsPctAtMost: 30, allowEnforce: true },
      protections: [{ match: { account: "444455556666" }, inForce: true }, { match: { name: "^prod-db-" } }],
    });
  });

  it("warns, and lets no text of a file reach the terminal as it is", async () => {
    const { exit, out } = await run("check", "warned.json");
    expect(exit).toBe(0);
    expect(out).toContain("warning: policies a and b are as specific as each other");
    expect(out).toMatch(/warning: the protection .*red" has expired at 2026-01-01/);
    expect(out).not.toContain("\u001b");
  });

  it("reads the file that the configuration names, like all who go by policies", async () => {
    const named = await run("check", "--config", "named.yaml");
    expect({ exit: named.exit, out: named.out }).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^POLICY .*\nother /) as string,
    });
    const gone = await run("check", "--config", "gone.yaml");
    expect(gone).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/^there is no policy file .*lost\.yaml/) as string,
    });
    expect((await run("check", "sandmeter.policy.yaml", "--config", "named.yaml")).out).toContain("notebooks");
  });

  it("warns where nothing is about any session, instead of saying that it is in order", async () => {
    const { exit, out } = await run("check", "none.yaml");
    expect(exit).toBe(0);
    expect(out).toMatch(/^No policies: nothing is decided on/);
    expect(out).not.toContain("in order");
    expect(out).toContain("warning: no policy is about any session: each is kept, as no-policy\n");
    const json = JSON.parse((await run("check", "empty.yaml", "--json")).out) as { warnings: object[] };
    expect(violations(publishedSchema("policy-check.schema.json"), json)).toEqual([]);
    expect(json.warnings).toMatchObject([{ code: "no-policies" }]);
  });

  it("says that there is none", async () => {
    const { exit, err } = await run("check", "absent.yaml");
    expect(exit).toBe(2);
    expect(err).toContain("there is no policy file absent.yaml");
  });

  it.each([
    [[], "say what to do: `sandmeter policy check`"],
    [["chekc"], "unknown `policy chekc`"],
    [["check", "a", "b"], 'unexpected argument "b"'],
  ])("refuses %j", async (argv, message) => {
    const { exit, err } = await run(...argv);
    expect(exit).toBe(2);
    expect(err).toContain(message);
  });
});
