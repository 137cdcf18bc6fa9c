import { execFile } from "node:child_process";
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verbs } from "../../cli/verbs/index.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import { type LocalAws, startLocalAws } from "../../local/server.ts";
import { type Example, examplesOf, linksOf } from "./docs.ts";
import { root } from "./imports.ts";
import { recordOnce } from "./recorded.ts";

const run = promisify(execFile);
const documents = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  ...globSync("docs/**/*.md", { cwd: root }).map((file) => file.replaceAll(path.sep, "/")),
];
const examples = documents.flatMap((file) => examplesOf(file));
/** What a line of output looks like without what differs from run to run. */
const shapeOf = (line: string): string =>
  line
    .replace(/\b[0-9A-Z]{26}\b/g, "ID")
    .replace(/[\d.,:$<]+/g, "")
    .replace(/\s+/g, " ")
    .trim();

describe("documents", () => {
  it.each(documents)("%s links only to files that exist", (file) => {
    expect(linksOf(file).filter((target) => !existsSync(path.join(root, target)))).toEqual([]);
  });
  it("the README names every verb", () => {
    const text = readFileSync(path.join(root, "README.md"), "utf8");
    expect(verbs.filter((verb) => !text.includes(`\`${verb.name}`)).map((verb) => verb.name)).toEqual([]);
  });
});

describe("examples", () => {
  let aws: LocalAws;
  let folder = "";
  beforeAll(async () => {
    const clock = localClock({ startAt: Date.UTC(2026, 10, 20, 12), speed: 1 });
    aws = await startLocalAws({
      world: createWorld({ fleet: "demo", seed: 1, clock, limits: { requestsPerSecond: 3000, othersTimes: 1000 } }),
      port: 0,
    });
    folder = mkdtempSync(path.join(tmpdir(), "sandmeter-examples-"));
    cpSync(path.join(root, "test/vectors/rate/clean.ndjson"), path.join(folder, "usage.ndjson"));
    // The embedded AWS takes more requests here, so that no example waits for its share of them.
    writeFileSync(path.join(folder, "sandmeter.config.yaml"), "requestsPerSecond: 3000\n");
    const target = { account: accountId("111122223333"), region: region("us-east-1") };
    await recordOnce(aws.url, folder, target, Date.UTC(2026, 10, 20, 12));
  });
  afterAll(async () => {
    await aws.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The exit code and the output of a command line that a document shows, against the embedded AWS. */
  async function outputOf(command: string): Promise<{ code: number; stdout: string; stderr: string }> {
    const words = command.split(/\s+/);
    const env = {
      PATH: process.env["PATH"],
      HOME: folder,
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: "111122223333",
      AWS_SECRET_ACCESS_KEY: "none",
      AWS_REGION: "us-east-1",
    };
    return run(process.execPath, [path.join(root, "cli/main.ts"), ...words.slice(1)], {
      cwd: folder,
      env,
      timeout: 60_000,
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code?: number; stdout: string; stderr: string }) => ({
        code: error.code ?? 1,
        stdout: error.stdout,
        stderr: error.stderr,
      }),
    );
  }

  it("are there", () => expect(examples.length).toBeGreaterThan(1));

  it.concurrent.each(
    examples.map((example): [string, Example] => [`${example.file}:${example.line} ${example.command}`, example]),
  )(
    "%s",
    async (_title, example) => {
      expect(example.command).toMatch(/^sandmeter /);
      const { code, stdout, stderr } = await outputOf(example.command);
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      const shapes = new Set(stdout.split("\n").map(shapeOf));
      const unseen = example.shown.filter((line) => line !== "…" && !shapes.has(shapeOf(line)));
      expect(unseen).toEqual([]);
    },
    60_000,
  );

  const helpExamples = verbs.flatMap((verb) => verb.examples.map((example) => [example.command, verb.name] as const));
  it.each(helpExamples)("of --help name known flags: %s", (command, name) => {
    const verb = verbs.find((candidate) => candidate.name === name);
    const flags = [...command.matchAll(/\s(--[a-z-]+)/g)].map((match) => match[1] ?? "");
    const known = (verb?.options ?? []).flatMap((option) => option.flags.match(/--[a-z-]+/g) ?? []);
    // An example may pipe into another program, or set a variable before the verb.
    expect(command).toContain(`sandmeter ${name}`);
    expect(flags.filter((flag) => !known.includes(flag) && flag !== "--help")).toEqual([]);
  });
});
