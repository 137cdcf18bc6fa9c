import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { instant, isoOf } from "../../core/kernel/instant.ts";
import { embedded } from "../aws/embedded.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { embeddedEnvironment } from "../watch/embedded-env.ts";

const hourMs = 3_600_000;
const session = { profile: "idle-leak" as const, count: 1, createdSeconds: -10_800, timeoutSeconds: 10_000 };
const aws = await embedded(
  {
    places: [
      {
        region: "us-east-1",
        interpreters: [
          { name: "tool", usageLogs: true, traces: true },
          { name: "silent", usageLogs: { bucket: "usage" } },
          { name: "dark", usageLogs: false },
        ],
        sessions: [
          { ...session, interpreter: "tool" },
          { ...session, interpreter: "silent" },
          { ...session, interpreter: "dark" },
        ],
      },
    ],
  },
  // Its clock is not this machine's.
  {
    startAt: Date.now() - 20 * hourMs,
    othersTimes: 10_000,
    limits: { requestsPerSecond: 100_000, othersTimes: 10_000 },
  },
);

let folder = "";
beforeAll(() => {
  aws.world.clock.advance(hourMs);
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-backtest-account-"));
  for (const [name, value] of Object.entries(embeddedEnvironment(aws.url))) vi.stubEnv(name, value);
  writeFileSync(
    path.join(folder, "sandmeter.policy.yaml"),
    "version: 1\npolicies: [{ id: p, idleAfter: 15m, minAge: 5m }]\n",
  );
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const backtestAccount = (toMs: number, ...argv: readonly string[]) => {
  const now = aws.world.clock.now();
  const window = ["--from", isoOf(instant(now - 11_400_000)), "--to", isoOf(instant(now + toMs))];
  const pace = ["--requests-per-second", "10000", "--rate-share", "100", "--state", path.join(folder, "none.sqlite")];
  return runCli(["backtest", "--usage", "aws", ...argv, ...window, ...pace, "--json"], { cwd: folder });
};

describe("backtest --usage aws", () => {
  it.each([
    ["a while ago", -8 * 60_000],
    ["in an hour", hourMs],
  ])("reads records and calls where the account has them up to %s, and stops nothing", async (_, toMs) => {
    const { exit, out, err } = await backtestAccount(toMs, "--calls", "aws");
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    const report = JSON.parse(out) as { sessions: number; rows: readonly { proved: unknown; cpuAlone: unknown }[] };
    expect(violations(publishedSchema("backtest.schema.json"), report)).toEqual([]);
    expect(report.sessions).toBe(2);
    expect(report.rows[0]).toMatchObject({ proved: { stops: 2, falseStops: 0 }, cpuAlone: { stops: 0 } });
    const calls = await aws.takeCalls();
    expect(calls["StopCodeInterpreterSession"]).toBeUndefined();
    expect(calls["FilterLogEvents"]).toBeGreaterThan(0);
  });
});
