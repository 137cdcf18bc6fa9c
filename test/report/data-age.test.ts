import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { sqliteDocuments } from "../../adapters/sqlite/documents.ts";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { writeSettleMemory } from "../../core/jobs/settle/memory.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { type Instant, isoOf, plusMs } from "../../core/kernel/instant.ts";
import { historyIn } from "../history/fixture.ts";
import { bill, charge, hours } from "../ledger-store/bills.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";

const now = hours(6);
const minutesAgo = (minutes: number): Instant => plusMs(now, -minutes * 60_000);
const places = ["us-east-1", "eu-west-1"].map((name) => ({
  account: accountId("111122223333"),
  region: region(name),
}));

let folder: string;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now });
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-age-"));
  await historyIn(folderStore(path.join(folder, "history"))).write([bill("a")]);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

/** A state with these targets, each with its last pass over the accounts; null: it was scanned alone. */
async function keep(keptAt: readonly (Instant | null)[]): Promise<void> {
  const file = path.join(folder, "state.sqlite");
  const [registry, documents] = [sqliteRegistry(file), sqliteDocuments(file)];
  const health = { level: "ok" as const, since: hours(0), recovering: null };
  for (const [index, at] of keptAt.entries()) {
    const target = places[index] ?? places[0];
    if (target === undefined) continue;
    await registry.commit(target, 0, { at: now, sessions: [], alerts: [], health, newEvents: [] });
    const marks = { revision: 0, goneSince: hours(0), sharedUntil: hours(0) };
    if (at !== null) await writeSettleMemory(documents, target, marks, at);
  }
  registry.close();
  documents.close();
}

const report = (...flags: string[]) =>
  runCli([
    "report",
    ...["--state", path.join(folder, "state.sqlite"), "--history", path.join(folder, "history")],
    ...["--month", "2026-11", ...flags],
  ]);

async function json(): Promise<object> {
  const value: unknown = JSON.parse((await report("--json")).out);
  expect(violations(publishedSchema("report.schema.json"), value)).toEqual([]);
  return value as object;
}

describe("a report says how old its figures are", () => {
  it("is as of the last pass over the accounts, of the target where that is longest ago", async () => {
    await keep([minutesAgo(4), minutesAgo(20)]);
    expect(await json()).toMatchObject({
      asOf: isoOf(minutesAgo(20)),
      printedAt: isoOf(now),
      coverage: { targets: [{ keptAt: isoOf(minutesAgo(20)) }, { keptAt: isoOf(minutesAgo(4)) }] },
    });
    const { out } = await report();
    expect(out).toContain(`half open, as of ${isoOf(minutesAgo(20))}\n`);
    expect(out).not.toContain("Not up to date");
  });

  it.each([
    [0, false],
    [1, true],
  ])("is stale %i ms after three passes are missing: %s", async (afterMs, isStale) => {
    await keep([plusMs(minutesAgo(45), -afterMs)]);
    expect((await report()).out.includes("Not up to date: the last pass over these accounts was 45m 00s ago")).toBe(
      isStale,
    );
  });

  it("tells of Regions that only scans have seen", async () => {
    await keep([minutesAgo(4), null]);
    expect(await json()).toMatchObject({ asOf: isoOf(minutesAgo(4)) });
    expect((await report()).out).toContain("1 Region without a pass over the accounts");
  });

  it("is as of the latest that any of it was settled, where no pass is remembered", async () => {
    expect(await json()).toMatchObject({ asOf: isoOf(bill("a").asOf), printedAt: isoOf(now) });
    rmSync(path.join(folder, "history"), { recursive: true });
    await historyIn(folderStore(path.join(folder, "history"))).write([
      bill("a", { charges: [charge({ hourAt: hours(9999) })] }),
    ]);
    expect((await report()).out).toContain("as of an unknown time");
  });
});
