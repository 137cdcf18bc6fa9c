import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./imports.ts";

const run = promisify(execFile);

/** The machine's own Node, which may be older than the one that the checkout brings along. */
function machineNode(): string {
  const folders = (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => !folder.includes("node_modules"));
  return folders.map((folder) => path.join(folder, "node")).find((file) => existsSync(file)) ?? process.execPath;
}

describe("the published command", () => {
  let place = "";
  beforeAll(() => {
    place = mkdtempSync(path.join(tmpdir(), "sandmeter-package-"));
    // As an installation lies: the package in node_modules, its dependencies beside it.
    const home = path.join(place, "node_modules", "sandmeter");
    mkdirSync(home, { recursive: true });
    execFileSync(
      path.join(root, "node_modules/.bin/tsc"),
      ["-p", "tsconfig.build.json", "--outDir", path.join(home, "dist")],
      { cwd: root },
    );
    cpSync(path.join(root, "bin"), path.join(home, "bin"), { recursive: true });
    for (const file of ["package.json", "README.md", "CHANGELOG.md", "LICENSE"]) {
      cpSync(path.join(root, file), path.join(home, file));
    }
    for (const folder of ["core", "test", "bench"])
      cpSync(path.join(root, folder), path.join(home, folder), { recursive: true });
    symlinkSync(path.join(root, "node_modules"), path.join(home, "node_modules"));
  });
  afterAll(() => rmSync(place, { recursive: true, force: true }));
  const command = (): string => path.join(place, "node_modules", "sandmeter", "bin", "sandmeter.mjs");

  it("answers from inside node_modules, where Node strips no types", async () => {
    const { stdout } = await run(process.execPath, [command(), "--version"]);
    expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
  it("starts on the machine's own Node, and finds the one beside it where that is too old", async () => {
    const { stdout } = await run(machineNode(), [command(), "scan", "--help"]);
    expect(stdout).toContain("--regions");
  });
  it("gives the exit code of the verb through the second Node", async () => {
    const failure = await run(machineNode(), [command(), "scan", "--nonsense"]).then(
      () => null,
      (error: { code: number; stderr: string }) => error,
    );
    expect(failure).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown flag --nonsense") });
  });
  it("says in one sentence which Node it needs where there is none", async () => {
    const alone = path.join(place, "alone", "bin");
    cpSync(path.join(root, "bin"), alone, { recursive: true });
    const failure = await run(machineNode(), [path.join(alone, "sandmeter.mjs")]).then(
      () => null,
      (error: { code: number; stderr: string }) => error,
    );
    // On a Node that is new enough the sentence is about the missing build instead.
    expect(failure?.stderr).toMatch(/^sandmeter: (needs Node 24 or newer|dist\/ is missing).*\n$/);
    expect(failure?.code).toBeGreaterThan(0);
  });
  it("packs what it runs and no tests", async () => {
    const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: path.dirname(path.dirname(command())),
    });
    const packed = JSON.parse(stdout) as
      | { files: { path: string }[] }[]
      | Record<string, { files: { path: string }[] }>;
    const files = Object.values(packed).flatMap((item) => item.files.map((file) => file.path));
    expect(files).toEqual(
      expect.arrayContaining(["bin/sandmeter.mjs", "dist/cli/main.js", "LICENSE", "README.md", "package.json"]),
    );
    expect(files.filter((file) => /^(core|test|bench)\//.test(file))).toEqual([]);
  });
});
