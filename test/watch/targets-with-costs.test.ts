import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { targetsWithCosts } from "../../cli/accounts/targets-with-costs.ts";
import type { TargetPass } from "../../core/jobs/observe/outcome.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import type { PassReport } from "../../core/reporting/pass-report.ts";
import { embedded } from "../aws/embedded.ts";
import { change, here, minutes, sessionRecord, start, there } from "../registry/records.ts";
import { runCli } from "../scan/run-cli.ts";
import { embeddedEnvironment } from "./embedded-env.ts";

const passOver = (...statuses: readonly ("ok" | "failed" | "skipped" | null)[]) => ({
  asOf: minutes(60),
  targets: statuses.map((status, index) => ({
    target: index === 0 ? here : there,
    scan: status === null ? null : { status },
  })) as unknown as readonly TargetPass[],
});

describe("the costs of a pass are kept", () => {
  it("of every target but those that are not enabled", async () => {
    const known = { registry: memoryRegistry(), ledger: memoryLedger() };
    expect(await targetsWithCosts(passOver("skipped", "ok"), known)).toEqual([there]);
    expect(await targetsWithCosts(passOver("failed", null), known)).toEqual([here, there]);
  });

  it.each([
    ["lives", sessionRecord("s1")],
    ["has ended", sessionRecord("s1", { goneAt: minutes(10) })],
  ])("of one that is no longer enabled and had a session that %s", async (_what, record) => {
    const registry = memoryRegistry();
    expect(await registry.commit(here, 0, change({ at: start, sessions: [record] }))).toBe("committed");
    expect(await targetsWithCosts(passOver("skipped"), { registry, ledger: memoryLedger() })).toEqual([here]);
  });

  it("of one of which nobody knows whether it was used: the job says why", async () => {
    const registry = memoryRegistry();
    const ledger = { marks: () => Promise.reject(new RegistryError("corrupt", "cannot be read")) };
    expect(await targetsWithCosts(passOver("skipped"), { registry, ledger })).toEqual([here]);
  });
});

describe("watch --regions all", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-"));
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it("looks for no costs in Regions that the account has not enabled, and is complete", async () => {
    const aws = await embedded({ optedInRegions: [] }, { startAt: Date.now(), speed: 1 });
    for (const [name, value] of Object.entries(embeddedEnvironment(aws.url))) vi.stubEnv(name, value);
    const config = path.join(folder, "short.yaml");
    writeFileSync(config, "usage: { backfill: 1h }\n");
    const state = ["--state", path.join(folder, "state.sqlite"), "--config", config];
    const flags = ["--regions", "all", "--requests-per-second", "1000", "--once", "--no-publish", "--json"];
    const { exit, out } = await runCli(["watch", ...flags, ...state]);
    const report = JSON.parse(out) as PassReport & { accounts: { complete: boolean; targets: { region: string }[] } };
    const enabled = report.targets.filter(({ status }) => status !== "skipped").map(({ region }) => region);
    expect(report.targets.length).toBeGreaterThan(enabled.length);
    expect(report.accounts.targets.map(({ region }) => region)).toEqual(enabled);
    expect({ exit, complete: report.accounts.complete }).toEqual({ exit: 0, complete: true });
  });
});
