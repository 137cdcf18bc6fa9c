import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fileCloseBook } from "../../adapters/history/close-book.ts";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { sqliteDocuments } from "../../adapters/sqlite/documents.ts";
import { sqliteLedger } from "../../adapters/sqlite/ledger.ts";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { Ledger, LedgerState } from "../../core/ports/ledger.ts";
import { historyIn, restatement } from "../history/fixture.ts";
import { bill, charge, entry, foldedText } from "../ledger-store/bills.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { keptAt } from "./kept.ts";

const month = "2026-10";
const october = (hours: number): Instant => instant(Date.UTC(2026, 9, 1) + hours * 3_600_000);
const endsAt = instant(Date.UTC(2026, 10, 1));
const closesAt = plusMs(endsAt, 12 * 3_600_000);
const hour = 3_600_000_000_000n;
const octoberBill = (session: string, vcpuHours: bigint, change: Partial<SessionBill> = {}): SessionBill =>
  bill(session, {
    createdAt: october(0),
    endedAt: october(1),
    asOf: october(3),
    charges: [
      charge({
        hourAt: october(0),
        vcpuNs: vcpuHours * hour,
        byteMs: 0n,
        idleByteMs: 0n,
        loggedByteMs: 0n,
        peakTaxByteMs: 0n,
      }),
    ],
    ...change,
  });

let folder: string;
let ledger: Ledger & { readonly close: () => void };
let documents: ReturnType<typeof sqliteDocuments>;
let state: string;
beforeEach(async () => {
  // The command asks the machine for the time: nothing else of it is still.
  vi.useFakeTimers({ toFake: ["Date"], now: closesAt });
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-close-"));
  state = path.join(folder, "state.sqlite");
  const registry = sqliteRegistry(state);
  const health = { level: "ok" as const, since: october(0), recovering: null };
  await registry.commit(bill("any"), 0, { at: october(0), sessions: [], alerts: [], health, newEvents: [] });
  registry.close();
  ledger = sqliteLedger(state, foldedText);
  documents = sqliteDocuments(state);
  await keptAt(documents, bill("any"), closesAt, endsAt);
});
afterEach(() => {
  vi.useRealTimers();
  ledger.close();
  documents.close();
  rmSync(folder, { recursive: true, force: true });
});

const files = () => folderStore(path.join(folder, "history"));
async function writeAt(at: Instant, bills: readonly SessionBill[]): Promise<void> {
  await historyIn(files(), { now: () => at }).write(bills);
}
const run = (...argv: string[]) =>
  runCli(["report", ...argv, "--month", month, "--state", state, "--history", path.join(folder, "history")]);
async function closedAs(): Promise<unknown> {
  const { out } = await run("--json");
  return (JSON.parse(out) as { readonly closed: unknown }).closed;
}

describe("closing a month", () => {
  it("freezes a bill that was restated earlier on the day of closing once, and as it is then", async () => {
    await writeAt(october(3), [octoberBill("a", 1n)]);
    await writeAt(plusMs(closesAt, -60_000), [octoberBill("a", 2n, { version: 2, asOf: plusMs(closesAt, -60_000) })]);
    expect((await run("close")).out).toContain("closed at $0.179000000000");
    expect(await closedAs()).toMatchObject({ frozenUsd: "0.179000000000", adjustmentUsd: "0.000000000000" });
  });

  it("stays as it was where a bill is restated later on the day of closing", async () => {
    await writeAt(october(3), [octoberBill("a", 1n)]);
    expect((await run("close")).out).toContain("closed at $0.089500000000");
    const later = plusMs(closesAt, 60_000);
    vi.setSystemTime(later);
    await writeAt(later, [octoberBill("a", 2n, { version: 2, asOf: later })]);
    expect(await closedAs()).toMatchObject({ frozenUsd: "0.089500000000", adjustmentUsd: "0.089500000000" });
    expect((await run("--json")).exit).toBe(0);
  });

  it.each([
    ["one millisecond before its last sessions are settled", 4 * 3_600_000 - 1, [], "close it after 2026-11-01T04:00"],
    ["as its last sessions are settled", 4 * 3_600_000, [], null],
    ["before its end, by force", -1, ["--force"], "close it after"],
    ["at its end, by force", 0, ["--force"], null],
  ])("%s", async (_when, afterMs, flags, refusal) => {
    await writeAt(october(3), [octoberBill("a", 1n)]);
    vi.setSystemTime(plusMs(endsAt, afterMs));
    const { exit, err } = await run("close", ...flags);
    expect(exit).toBe(refusal === null ? 0 : 1);
    if (refusal !== null) expect(err).toContain(refusal);
  });

  it.each([
    ["read for good one millisecond short of its end", 0, -1, true, "read for good until 2026-10-31T23:59:59.999Z"],
    ["last looked at one millisecond too early", 4 * 3_600_000 - 1 - 12 * 3_600_000, 0, true, "last looked at on"],
    ["looked at just late enough, and read to its end", 4 * 3_600_000 - 12 * 3_600_000, 0, true, null],
    ["read in part by the last pass", 0, 0, false, "of which the last pass could not read everything"],
  ])("of which a target was %s", async (_how, looked, read, complete, refusal) => {
    await writeAt(october(3), [octoberBill("a", 1n)]);
    await keptAt(documents, bill("any"), plusMs(closesAt, looked), plusMs(endsAt, read), complete);
    const { exit, err } = await run("close");
    expect(exit).toBe(refusal === null ? 0 : 1);
    if (refusal === null) return;
    expect(err).toContain(`2026-10 was not read to its end: 111122223333/us-east-1, ${refusal}`);
    expect((await run("close", "--force")).exit).toBe(0);
  });

  it.each([
    ["--accounts", "999988887777"],
    ["--budgets"],
    ["--last", "7d"],
    ["--from", "2026-10-05"],
    ["--group-by", "day"],
    ["--top", "3"],
    ["--format", "csv"],
  ])("takes no %s, which would make it less than all of the month", async (...flags) => {
    await writeAt(october(3), [octoberBill("a", 1n)]);
    expect(await run("close", ...flags)).toMatchObject({
      exit: 2,
      err: expect.stringContaining(`${flags[0]} is for reports`),
    });
    expect(await fileCloseBook(files()).closed(month)).toBeNull();
  });

  it("says how many sessions are without a figure, in words and by its schema", async () => {
    const dark = bill("dark", {
      createdAt: october(0),
      endedAt: october(1),
      asOf: october(3),
      basis: "bounded",
      charges: [],
    });
    await writeAt(october(3), [octoberBill("a", 1n), dark]);
    const { out } = await run("close", "--json");
    expect(violations(publishedSchema("report-close.schema.json"), JSON.parse(out))).toEqual([]);
    expect(JSON.parse(out)).toMatchObject({ sessions: 2, withoutFigure: 1, knownUsd: "0.089500000000" });
    rmSync(path.join(folder, "history", "closed"), { recursive: true });
    expect((await run("close")).out).toContain("2 sessions. 1 of them without a figure");
  });

  it("says in a sentence which file of history it cannot read, and closes nothing", async () => {
    await writeAt(october(3), [octoberBill("a", 1n)]);
    const rows = "history/day=2026-10-01/account=111122223333/region=us-east-1/rows.parquet";
    truncateSync(path.join(folder, "history", rows), 300);
    for (const flags of [[], ["--force"]]) {
      const { exit, out, err } = await run("close", ...flags);
      expect([exit, out]).toEqual([1, ""]);
      expect(err).toMatch(/^history\/day=2026-10-01.* is no file of history .*: restore it from a copy/);
    }
    expect(await fileCloseBook(files()).closed(month)).toBeNull();
  });

  it("is refused while a session is not settled, and without it by force", async () => {
    await writeAt(october(3), [octoberBill("a", 1n)]);
    const open = octoberBill("b", 1n, { final: false, version: 0 });
    await ledger.put(entry(0, open));
    expect(await run("close")).toMatchObject({
      exit: 1,
      err: expect.stringContaining("1 session that is not settled"),
    });
    expect((await run("close", "--force")).out).toContain("closed at $0.089500000000");
    // What is settled after that is an adjustment, also where its bill was made before.
    const later = plusMs(closesAt, 1);
    await ledger.put(entry(1, { ...open, final: true, version: 1 }));
    await writeAt(later, [{ ...open, final: true, version: 1 }]);
    expect(await closedAs()).toMatchObject({ frozenUsd: "0.089500000000", adjustmentUsd: "0.089500000000" });
  });

  it.each<LedgerState>(["closing", "reopened"])("is refused while a bill of the month is %s", async (unfinished) => {
    await writeAt(october(3), [octoberBill("a", 1n), octoberBill("b", 1n)]);
    const second = octoberBill("a", 3n, { version: 2, asOf: plusMs(closesAt, -1) });
    const change = { state: unfinished, restatement: restatement("a", { at: plusMs(closesAt, -1) }) };
    await ledger.put(entry(0, second, 0, change));
    const refused = await run("close");
    expect(refused).toMatchObject({ exit: 1, err: expect.stringContaining("1 settled session whose bill is being") });
    expect(await fileCloseBook(files()).closed(month)).toBeNull();
  });

  it("is refused where history is written meanwhile, so that what is frozen is what was looked at", async () => {
    await writeAt(october(3), [octoberBill("a", 1n)]);
    await writeAt(plusMs(closesAt, 5), [octoberBill("b", 1n)]);
    expect(await run("close")).toMatchObject({
      exit: 1,
      err: expect.stringContaining("close it again in some minutes"),
    });
  });

  it("does not wait for a bill of another month", async () => {
    await writeAt(october(3), [octoberBill("a", 1n)]);
    await ledger.put(entry(0, bill("b"), 0, { state: "closing" }));
    expect(await run("close")).toMatchObject({ exit: 0 });
  });

  it("freezes by force what history has, whatever becomes of a bill that is closing", async () => {
    await writeAt(october(3), [octoberBill("a", 1n), octoberBill("b", 1n)]);
    const second = octoberBill("a", 3n, { version: 2, asOf: plusMs(closesAt, -1) });
    await ledger.put(entry(0, second, 0, { state: "closing", restatement: restatement("a", { at: closesAt }) }));
    expect((await run("close", "--force")).out).toContain("closed at $0.179000000000");
    // As the next pass finishes it, with the bill as it is stored.
    vi.setSystemTime(plusMs(closesAt, 60_000));
    await writeAt(plusMs(closesAt, 60_000), [second]);
    await ledger.put(entry(1, second));
    const report = await run("--json");
    expect(JSON.parse(report.out)).toMatchObject({
      total: { usd: "0.358000000000" },
      closed: { frozenUsd: "0.179000000000", adjustmentUsd: "0.179000000000" },
      problems: [],
    });
  });
});
