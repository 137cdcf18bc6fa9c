import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { registryError } from "../../adapters/sqlite/database.ts";

const root = path.resolve(import.meta.dirname, "../..");

describe("the state file", () => {
  it.each([
    [5, "busy"],
    [15, "busy"],
    [11, "corrupt"],
    [26, "corrupt"],
    [266, "denied"],
    [7, "denied"],
    [13, "denied"],
    [14, "denied"],
    [22, "denied"],
    [99, "denied"],
  ])("makes of SQLite's error %i one that is %s", (errcode, code) => {
    const error = Object.assign(new Error("disk I/O error"), { code: "ERR_SQLITE_ERROR", errcode });
    expect(registryError(error, "/state.sqlite")).toMatchObject({ name: "RegistryError", code });
  });

  it.each(["EFBIG", "EDQUOT", "EIO", "ELOOP", "ESTALE", "ENEW"])(
    "makes of the system's %s one that says what to do",
    (code) => {
      const error = Object.assign(new Error(`${code}: no`), { code, syscall: "write" });
      expect(registryError(error, "/state.sqlite")).toMatchObject({
        code: "denied",
        message: expect.stringContaining("/state.sqlite cannot be written"),
      });
    },
  );

  it.each([1, 19, 21])("hides no fault of the program: SQLite's error %i stays as it was", (errcode) => {
    const error = Object.assign(new Error("near SELEKT"), { code: "ERR_SQLITE_ERROR", errcode });
    expect(registryError(error, "/state.sqlite")).toBe(error);
  });

  it.skipIf(process.platform === "win32")("that may not grow ends the command with a sentence", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-limit-"));
    const state = path.join(folder, "state.sqlite");
    const command = `ulimit -f 8; exec "$0" cli/main.ts watch --once --state "$1"`;
    const { status, stdout, stderr } = spawnSync("sh", ["-c", command, process.execPath, state], {
      cwd: root,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: folder, AWS_REGION: "us-east-1" },
    });
    rmSync(folder, { recursive: true });
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^sandmeter: .*state\.sqlite cannot be written \(.*\): make its folder writable .*\n$/);
  });
});
