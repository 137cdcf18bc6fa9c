import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { sqliteLedger } from "../../adapters/sqlite/ledger.ts";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { historyIn } from "../history/fixture.ts";
import { bill, entry, foldedText, hours, open } from "../ledger-store/bills.ts";

const root = path.resolve(import.meta.dirname, "../..");
const here = { account: bill("a").account, region: bill("a").region };

let folder: string;
let state: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-read-only-"));
  state = path.join(folder, "state of 100%?#.sqlite");
  await historyIn(folderStore(path.join(folder, "history"))).write([bill("a")]);
  const registry = sqliteRegistry(state);
  const health = { level: "ok" as const, since: hours(0), recovering: null };
  await registry.commit(here, 0, { at: hours(1), sessions: [], alerts: [], health, newEvents: [] });
  registry.close();
  const ledger = sqliteLedger(state, foldedText);
  await ledger.put(entry(0, open("b")));
  ledger.close();
  writable(true);
});
afterEach(() => {
  writable(true);
  rmSync(folder, { recursive: true });
});

function writable(isWritable: boolean): void {
  for (const name of ["", ...readdirSync(folder, { recursive: true }).map(String)]) {
    const mode = isWritable ? 0o777 : 0o555;
    chmodSync(path.join(folder, name), mode);
  }
}

/** As a user whom modes of files bind, unlike the superuser. */
function report() {
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      "cli/main.ts",
      "report",
      "--month",
      "2026-11",
      "--json",
      "--state",
      state,
      "--history",
      path.join(folder, "history"),
    ],
    { cwd: root, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: folder, AWS_REGION: "us-east-1" }, ...user },
  );
  return { exit: status, stderr, sessions: stdout === "" ? null : JSON.parse(stdout).coverage.sessions };
}

describe.skipIf(process.platform === "win32")("a report of a state file that cannot be written", () => {
  it("shows what is in it", () => {
    writable(false);
    expect(report()).toEqual({ exit: 0, stderr: "", sessions: 2 });
  });

  it("shows what a writer has in its log beside it", async () => {
    const ledger = sqliteLedger(state, foldedText);
    await ledger.put(entry(0, open("c")));
    writable(false);
    expect(report()).toEqual({ exit: 0, stderr: "", sessions: 3 });
    ledger.close();
  });

  it("says so where its tables are those of an older version", () => {
    const database = new DatabaseSync(state);
    database.exec("PRAGMA user_version = 1");
    database.close();
    writable(false);
    expect(report()).toMatchObject({ exit: 1, stderr: expect.stringMatching(/^sandmeter: .* cannot be written/) });
  });
});

it("a report writes nothing into the state file, and needs no lock that a writer holds", () => {
  const writer = new DatabaseSync(state);
  writer.exec("BEGIN IMMEDIATE");
  writable(true);
  expect(report()).toEqual({ exit: 0, stderr: "", sessions: 2 });
  writer.exec("ROLLBACK");
  writer.close();
});
