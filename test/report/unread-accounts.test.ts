import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { sqliteDocuments } from "../../adapters/sqlite/documents.ts";
import { sqliteLedger } from "../../adapters/sqlite/ledger.ts";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { rememberAccounts } from "../../core/jobs/accounts/memory.ts";
import type { TargetAccounts } from "../../core/jobs/accounts/outcome.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { historyIn } from "../history/fixture.ts";
import { bill, foldedText, hours } from "../ledger-store/bills.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";

const target = { account: accountId("111122223333"), region: region("us-east-1") };
const problem = { code: "AccessDenied", message: "allow logs:FilterLogEvents on /usage" };
const source = (place: string, finalUntil: Instant | null, complete: boolean) => ({
  place,
  interpreters: [],
  readUntil: finalUntil,
  finalUntil,
  lines: 0,
  records: 0,
  skipped: new Map(),
  complete,
  approximate: null,
});
type Outcome = Pick<TargetAccounts, "status" | "sources" | "problems">;
const whole: Outcome = { status: "ok", sources: [source("/usage", hours(4), true)], problems: [] };
const unread: Outcome = {
  status: "partial",
  sources: [source("/usage", hours(4), true), source("/other", null, false)],
  problems: [problem],
};

let folder: string;
let state: string;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: hours(6) });
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-unread-"));
  state = path.join(folder, "state.sqlite");
  await historyIn(folderStore(path.join(folder, "history"))).write([bill("a")]);
  const registry = sqliteRegistry(state);
  const health = { level: "ok" as const, since: hours(0), recovering: null };
  await registry.commit(target, 0, { at: hours(6), sessions: [], alerts: [], health, newEvents: [] });
  registry.close();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

async function passesCameTo(...outcomes: readonly Outcome[]): Promise<void> {
  const documents = sqliteDocuments(state);
  for (const outcome of outcomes) await rememberAccounts(documents, hours(6), { target, ...outcome });
  documents.close();
}
const run = (verb: string, ...flags: string[]) =>
  runCli([verb, ...flags, "--state", state, "--history", path.join(folder, "history"), "--month", "2026-11"]);
async function json() {
  const { exit, out } = await run("report", "--json");
  const value: unknown = JSON.parse(out);
  expect(violations(publishedSchema("report.schema.json"), value)).toEqual([]);
  const { coverage, problems } = value as { coverage: { targets: readonly object[] }; problems: readonly object[] };
  return { exit, target: coverage.targets[0], problems };
}

describe("a report after a pass over the accounts", () => {
  it("that was whole is whole", async () => {
    await passesCameTo(unread, whole);
    expect(await json()).toMatchObject({
      exit: 0,
      target: { recordsUntil: isoOf(hours(4)), accounts: { asOf: isoOf(hours(6)), complete: true, unread: [] } },
      problems: [],
    });
  });

  it("that could not read a place says which and why, and exits with 4", async () => {
    await passesCameTo(whole, unread);
    expect(await json()).toMatchObject({
      exit: 4,
      target: {
        health: "ok",
        recordsUntil: null,
        accounts: { complete: false, unread: [{ place: "/other", recordsUntil: null }] },
      },
      problems: [
        {
          code: "AccountsIncomplete",
          message: expect.stringMatching(/111122223333\/us-east-1 .* missing\. \/other was never read$/),
        },
        { code: "AccessDenied", message: "111122223333/us-east-1: allow logs:FilterLogEvents on /usage" },
      ],
    });
    const { exit, out } = await run("report");
    expect(exit).toBe(4);
    expect(out).toMatch(/AccountsIncomplete: .*\/other was never read\n/);
    expect(out).toMatch(/AccessDenied: 111122223333\/us-east-1: allow logs:FilterLogEvents on \/usage\n/);
  });

  it("that could not read many places, for reasons that end as sentences do, has a line for each reason", async () => {
    const places = Array.from({ length: 7 }, (_, index) => source(`/usage-${index}`, null, false));
    const sentence = "its usage was not recorded.";
    const problems = [problem, { code: "UsageMissing", message: sentence }, problem];
    await passesCameTo({ status: "partial", sources: places, problems });
    const { out } = await run("report");
    expect(out).toContain("/usage-4 was never read; and 2 more places\n");
    expect(out).toContain(`UsageMissing: 111122223333/us-east-1: ${sentence}\n`);
    expect(out).not.toContain(".;");
  });

  it("that failed as a whole knows the places of the pass before, unread", async () => {
    await passesCameTo(whole, { status: "failed", sources: [], problems: [problem] });
    expect(await json()).toMatchObject({
      exit: 4,
      target: {
        recordsUntil: isoOf(hours(4)),
        accounts: { unread: [{ place: "/usage", recordsUntil: isoOf(hours(4)) }] },
      },
    });
  });

  it("of which nothing is remembered says nothing of it", async () => {
    expect(await json()).toMatchObject({ exit: 0, target: { accounts: null }, problems: [] });
  });

  it("is as fresh as the places that are read now, whatever was left", async () => {
    const ledger = sqliteLedger(state, foldedText);
    const left = {
      source: "log-group:/left",
      readUntil: hours(-900),
      finalUntil: hours(-900),
      checkedUntil: hours(-900),
    };
    await ledger.advance(target, left);
    ledger.close();
    await passesCameTo(whole);
    expect((await json()).target).toMatchObject({ recordsUntil: isoOf(hours(4)) });
  });

  it("is exported with the same exit code, and what was not read beside it", async () => {
    await passesCameTo(unread);
    const out = path.join(folder, "focus.csv");
    const { exit, err } = await run("report", "--format", "focus", "--out", out);
    expect([exit, err]).toEqual([4, expect.stringContaining("AccountsIncomplete: The pass of")]);
    expect(readFileSync(out, "utf8").split("\n").length).toBeGreaterThan(2);
  });
});
