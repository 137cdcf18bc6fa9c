import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { sqliteDocuments } from "../../adapters/sqlite/documents.ts";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { rememberAccounts } from "../../core/jobs/accounts/memory.ts";
import { writeSettleMemory } from "../../core/jobs/settle/memory.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { type Instant, instant, isoOf, plusMs } from "../../core/kernel/instant.ts";
import { historyIn } from "../history/fixture.ts";
import { bill, charge } from "../ledger-store/bills.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";

const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-budgets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  // In this hour of the machine's clock, which lies in the window of every budget.
  const now = instant(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  const usage = charge({
    hourAt: now,
    vcpuNs: 3_600_000_000_000n,
    byteMs: 0n,
    idleByteMs: 0n,
    loggedByteMs: 0n,
    peakTaxByteMs: 0n,
  });
  const times = { createdAt: now, endedAt: now, asOf: now };
  await historyIn(folderStore(path.join(folder, "history"))).write([
    bill("a", { ...times, name: "data-1", charges: [usage] }),
    bill("b", { ...times, name: "\u001b[31mred", basis: "bounded", charges: [], lowUsd: "0.00001", highUsd: "0.25" }),
  ]);
  writeFileSync(
    path.join(folder, "c.yaml"),
    [
      "attribution:",
      "  - { match: { name: '^data' }, set: { team: data } }",
      "budgets:",
      "  - { id: all-day, window: day, usd: '0.10' }",
      "  - { id: teams, by: team, window: month, usd: '250' }",
    ].join("\n"),
  );
});
const started = instant(Date.now());
const minutesAgo = (minutes: number): Instant => plusMs(started, -minutes * 60_000);
const targetIn = (name: string) => ({ account: accountId("111122223333"), region: region(name) });

/** A state file with these Regions: when the accounts of each were kept last, and whether all of them could be read. */
async function stateOf(
  name: string,
  kept: Readonly<Record<string, { readonly at: Instant | null; readonly unread?: boolean; readonly failed?: boolean }>>,
): Promise<string> {
  const file = path.join(folder, `${name}.sqlite`);
  const [registry, documents] = [sqliteRegistry(file), sqliteDocuments(file)];
  for (const [place, { at, unread = false, failed = false }] of Object.entries(kept)) {
    const target = targetIn(place);
    const health = { level: failed ? ("failed" as const) : ("ok" as const), since: started, recovering: null };
    await registry.commit(target, 0, { at: started, sessions: [], alerts: [], health, newEvents: [] });
    if (at === null) continue;
    await writeSettleMemory(documents, target, { revision: 0, goneSince: at, sharedUntil: at }, at);
    const problems = unread ? [{ code: "FileDamaged", message: "usage.parquet is damaged" }] : [];
    await rememberAccounts(documents, at, { target, status: unread ? "partial" : "ok", sources: [], problems });
  }
  registry.close();
  documents.close();
  return file;
}
const reportOf = (state: string, ...flags: string[]) =>
  runCli(["report", "--state", state, "--history", path.join(folder, "history"), ...flags]);
const report = async (...flags: string[]) =>
  reportOf(await stateOf("whole", { "us-east-1": { at: minutesAgo(10) } }), ...flags);
const budgets = (state: string, ...flags: string[]) =>
  reportOf(state, "--budgets", "--config", path.join(folder, "c.yaml"), ...flags);
async function jsonOf(state: string, ...flags: string[]) {
  const { exit, out } = await budgets(state, ...(flags.length === 0 ? ["--json"] : flags));
  const json: unknown = JSON.parse(out);
  expect(violations(publishedSchema("report-budgets.schema.json"), json)).toEqual([]);
  const { asOf, problems, ...rest } = json as Json;
  return { exit, asOf, codes: problems.map(({ code }) => code), highs: rest.budgets.map(({ highUsd }) => highUsd) };
}
interface Json {
  readonly asOf: string | null;
  readonly budgets: readonly { readonly highUsd: string | null }[];
  readonly problems: readonly { readonly code: string }[];
}

it("shows what each budget was spent of, its limit and its level", async () => {
  const { exit, out, err } = await report("--budgets", "--config", path.join(folder, "c.yaml"));
  expect({ exit, err }).toEqual({ exit: 0, err: "" });
  expect(out).toMatch(/^all-day +all +day +\S+ +\$0\.0895–\$0\.3395 +\$0\.1000 +89\.5–339\.5 % +80 % +1$/m);
  expect(out).toMatch(/^teams +team data +month +\S+ +\$0\.0895 +\$250\.0000 +0\.0 % +- +-$/m);
  expect(out).toMatch(/^teams +team unattributed +month +\S+ +<\$0\.0001–\$0\.2500 /m);
});

it("keeps to its schema in JSON", async () => {
  const { exit, out } = await report("--budgets", "--json", "--config", path.join(folder, "c.yaml"));
  expect(exit).toBe(0);
  const json: unknown = JSON.parse(out);
  expect(violations(publishedSchema("report-budgets.schema.json"), json)).toEqual([]);
  expect(json).toMatchObject({
    budgets: [
      { budget: "all-day", value: null, knownUsd: "0.089500000000", reachedPct: 80, toldPct: 0, unknownSessions: 1 },
      { budget: "teams", value: "data", lowUsd: "0.089500000000", highUsd: "0.089500000000", reachedPct: 0 },
      { budget: "teams", value: "unattributed", knownUsd: "0.000000000000", highUsd: "0.250000000000" },
    ],
  });
});

const fresh = minutesAgo(10);
const atLeast = [null, null, null];
it.each([
  ["could not read all", { "us-east-1": { at: fresh, unread: true } }, fresh, ["AccountsIncomplete"]],
  ["is a month old", { "us-east-1": { at: minutesAgo(43_200) } }, minutesAgo(43_200), ["NotUpToDate"]],
  ["was never made", { "us-east-1": { at: null } }, null, ["NeverKept"]],
  ["came after a scan that failed", { "us-east-1": { at: fresh, failed: true } }, fresh, ["ScanIncomplete"]],
])("takes nothing for all that was spent where the last pass %s", async (name, kept, asOf, codes) => {
  const state = await stateOf(name.replaceAll(" ", "-"), kept);
  expect(await jsonOf(state)).toEqual({
    exit: 4,
    asOf: asOf === null ? null : isoOf(asOf),
    codes: expect.arrayContaining(codes),
    highs: atLeast,
  });
  const { exit, out } = await budgets(state);
  expect(exit).toBe(4);
  expect(out).toMatch(/^all-day .* at least \$0\.0895 .* at least 89\.5 % /m);
  expect(out).toContain(`Budgets as of ${asOf === null ? "an unknown time" : isoOf(asOf)}, `);
});

it("takes nothing for all that was spent where the state file is gone, and not for nothing either", async () => {
  const none = path.join(folder, "none");
  expect(await jsonOf(none)).toEqual({ exit: 4, asOf: null, codes: ["HistoryAlone"], highs: atLeast });
  await historyIn(folderStore(path.join(folder, "empty"))).write([bill("old")]);
  const config = ["--config", path.join(folder, "c.yaml")];
  const { exit, out } = await runCli([
    ...["report", "--budgets", "--state", none, "--history", path.join(folder, "empty")],
    ...config,
  ]);
  expect(exit).toBe(4);
  expect(out).toMatch(/^all-day +all +day +\S+ +unknown +\$0\.1000 +unknown +unknown /m);
});

it("misses nothing of a Region that is not enabled: it was scanned, never kept, and nothing was seen there", async () => {
  const state = await stateOf("regions", { "us-east-1": { at: fresh }, "me-south-1": { at: null } });
  expect(await jsonOf(state)).toMatchObject({ exit: 0, asOf: isoOf(fresh), codes: [] });
});

it("takes the formats that it has by name", async () => {
  const state = await stateOf("formats", { "us-east-1": { at: fresh } });
  expect(await jsonOf(state, "--format", "json")).toMatchObject({ exit: 0, codes: [] });
  expect((await budgets(state, "--format", "table")).out).toMatch(/^BUDGET /m);
  const { exit, err } = await budgets(state, "--format", "csv");
  expect({ exit, err }).toEqual({ exit: 2, err: expect.stringContaining("the formats are table and json, not") });
  expect((await budgets(state, "--format", "table", "--json")).exit).toBe(2);
});

it("says that there is no budget, and refuses flags of costs", async () => {
  expect((await report("--budgets")).out).toContain("no budget is configured");
  const { exit, err } = await report("--budgets", "--group-by", "team", "--last", "7d");
  expect(exit).toBe(2);
  expect(err).toContain("--group-by is for costs");
  expect(err).toContain("--last is for costs");
});
