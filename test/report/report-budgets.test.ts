import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { instant } from "../../core/kernel/instant.ts";
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
const report = (...flags: string[]) =>
  runCli(["report", "--state", path.join(folder, "none"), "--history", path.join(folder, "history"), ...flags]);

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

it("says that there is no budget, and refuses flags of costs", async () => {
  expect((await report("--budgets")).out).toContain("no budget is configured");
  const { exit, err } = await report("--budgets", "--group-by", "team", "--last", "7d");
  expect(exit).toBe(2);
  expect(err).toContain("--group-by is for costs");
  expect(err).toContain("--last is for costs");
});
