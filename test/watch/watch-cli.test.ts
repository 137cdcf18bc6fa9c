import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PassReport } from "../../core/reporting/pass-report.ts";
import { embedded } from "../aws/embedded.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { embeddedEnvironment } from "./embedded-env.ts";

const pressed = { appliedQuotas: { sessions: 10, interpreters: null }, interpreters: [{ name: "tool" }] };
const busy = { interpreter: "tool", profile: "bursty" as const, createdSeconds: -30, timeoutSeconds: 28_800 };
const aws = await embedded(
  {
    places: [
      { region: "us-east-1", ...pressed, sessions: [{ ...busy, count: 9, names: ["\u001b[31mred\n=1+1"] }] },
      { region: "eu-west-1", sessions: [{ ...busy, interpreter: "system", count: 3 }] },
    ],
  },
  { startAt: Date.now(), speed: 1 },
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-"));
  for (const [name, value] of Object.entries(embeddedEnvironment(aws.url))) vi.stubEnv(name, value);
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await aws.clearFaults();
  await aws.takeCalls();
  await takeEvents();
});
afterAll(() => vi.unstubAllEnvs());

const stateFile = (): string => path.join(folder, "state.sqlite");
const once = (...flags: string[]) =>
  runCli(["watch", "--requests-per-second", "1000", "--state", stateFile(), "--once", ...flags]);
/** Without reading usage logs, at the pace that the log service allows: what it does with them has tests of its own. */
const watch = (...flags: string[]) => once("--no-accounts", ...flags);
const watchJson = async (...flags: string[]): Promise<{ exit: number; report: PassReport }> => {
  const { exit, out } = await watch("--json", ...flags);
  return { exit, report: JSON.parse(out) as PassReport };
};

interface Received {
  readonly id: string;
  readonly region: string;
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>>;
}
const seen = new Set<string>();
/** The events that EventBridge received since the last call. */
async function takeEvents(): Promise<readonly Received[]> {
  const answer = await fetch(`${aws.url}/_local/events`);
  const { events } = (await answer.json()) as { events: readonly Received[] };
  const fresh = events.filter((event) => !seen.has(event.id));
  for (const event of fresh) seen.add(event.id);
  return fresh;
}

describe("watch over real HTTP", () => {
  it("sends exactly one event when a quota stays beyond its threshold, over many runs on one state", async () => {
    for (let run = 0; run < 4; run += 1) expect((await watch()).exit).toBe(0);
    const events = await takeEvents();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      region: "us-east-1",
      source: "sandmeter",
      "detail-type": "Quota Pressure Changed",
      detail: {
        account: "111122223333",
        region: "us-east-1",
        quota: { code: "L-CAF6F552" },
        from: "ok",
        to: "critical",
        used: 9,
        limit: 10,
        limitSource: "applied",
        utilizationPct: 90,
      },
    });
    expect(violations(publishedSchema("../events/quota-pressure-changed.schema.json"), events[0]?.detail)).toEqual([]);
  });

  it("looks each session up once, whatever the number of runs", async () => {
    await watch();
    expect((await aws.takeCalls())["GetCodeInterpreterSession"]).toBe(9);
    await watch();
    expect((await aws.takeCalls())["GetCodeInterpreterSession"]).toBeUndefined();
  });

  it("writes a line of JSON a pass in the published shape", async () => {
    const config = path.join(folder, "short.yaml");
    writeFileSync(config, "usage: { backfill: 1h }\n");
    const { exit, out } = await once("--json", "--regions", "us-east-1,eu-west-1", "--config", config);
    expect(exit).toBe(0);
    expect(out.split("\n")).toHaveLength(2);
    const report = JSON.parse(out) as PassReport;
    expect(violations(publishedSchema("watch-pass.schema.json"), report)).toEqual([]);
    expect(report).toMatchObject({
      pass: 1,
      complete: true,
      totals: { sessions: 12, hourlyHighUsd: "3.055200000000" },
      targets: [
        { region: "us-east-1", readySessions: 9, started: 9, state: "committed", health: "ok" },
        { region: "eu-west-1", readySessions: 3, started: 3 },
      ],
      accounts: { complete: true, targets: [{ region: "us-east-1" }, { region: "eu-west-1" }] },
    });
  });

  it("publishes metrics and events where it is told to", async () => {
    await watch("--publish-region", "eu-west-1");
    await watch("--publish-region", "eu-west-1");
    expect((await takeEvents()).map((event) => [event.region, event.detail["region"]])).toEqual([
      ["eu-west-1", "us-east-1"],
    ]);
  });

  it("tells nobody with --no-publish, and says what it would have told", async () => {
    await watch("--no-publish");
    const { out, exit } = await watch("--no-publish");
    expect(exit).toBe(0);
    expect(out).toContain("not sent  us-east-1  Quota Pressure Changed: ok → critical");
    expect(out).toContain("9 of 10 (90.0 %, 1 left)");
    const calls = await aws.takeCalls();
    expect([calls["PutEvents"], calls["PutMetricData"]]).toEqual([undefined, undefined]);
    expect(await takeEvents()).toEqual([]);
    // The first run that publishes sends what was kept.
    await watch();
    expect(await takeEvents()).toHaveLength(1);
  });

  it("sends again what EventBridge refused within a 200, once", async () => {
    await watch();
    await aws.addFaults({ kind: "partial-put-events", times: 1 });
    const refused = await watchJson();
    expect(refused.exit).toBe(4);
    expect(refused.report.targets[0]?.events).toMatchObject([{ result: "unsent" }]);
    expect(await takeEvents()).toEqual([]);
    const again = await watchJson();
    expect(again.exit).toBe(0);
    expect(again.report.targets[0]?.events).toMatchObject([{ result: "sent" }]);
    expect(await takeEvents()).toHaveLength(1);
  });

  it("exits 4 where metrics do not arrive, and keeps what it learned", async () => {
    await aws.addFaults({ kind: "access-denied", operation: "PutMetricData" });
    const { exit, err } = await watch();
    expect(exit).toBe(4);
    expect(err).toContain("publishing: AccessDenied");
    expect(err).toContain("cloudwatch:PutMetricData");
    await aws.takeCalls();
    await aws.clearFaults();
    expect((await watch()).exit).toBe(0);
    expect((await aws.takeCalls())["GetCodeInterpreterSession"]).toBeUndefined();
  });

  it("says once that a Region went dark and once that it came back, and reads the others", async () => {
    const regions = ["--regions", "us-east-1,eu-west-1"];
    await aws.addFaults({ kind: "access-denied", operation: "ListCodeInterpreters", region: "eu-west-1" });
    for (let run = 0; run < 2; run += 1) {
      const { exit, report } = await watchJson(...regions);
      expect(exit).toBe(4);
      expect(report.targets).toMatchObject([
        { region: "us-east-1", status: "ok", readySessions: 9 },
        { region: "eu-west-1", status: "failed", readySessions: null, health: "failed" },
      ]);
      expect(violations(publishedSchema("watch-pass.schema.json"), report)).toEqual([]);
    }
    await aws.clearFaults();
    for (let run = 0; run < 3; run += 1) expect((await watchJson(...regions)).exit).toBe(0);
    const dark = (await takeEvents()).filter((event) => event["detail-type"] === "Scan Degraded");
    expect(dark.map(({ detail }) => [detail["region"], detail["from"], detail["to"]])).toEqual([
      ["eu-west-1", "ok", "failed"],
      ["eu-west-1", "failed", "ok"],
    ]);
    for (const { detail } of dark) {
      expect(violations(publishedSchema("../events/scan-degraded.schema.json"), detail)).toEqual([]);
    }
  });

  it("remembers names that would harm a terminal, and shows them harmless", async () => {
    await watch();
    const database = new DatabaseSync(stateFile(), { readOnly: true });
    const names = database.prepare("SELECT DISTINCT name FROM sessions").all();
    database.close();
    expect(names).toEqual([{ name: "\u001b[31mred\n=1+1" }]);
    const { out } = await watch("--json");
    expect(out.includes("\u001b")).toBe(false);
  });
});

describe("watch refuses", () => {
  it("every wrong flag at once", async () => {
    const run = await watch("--every", "0s", "--passes", "two", "--publish-region", "mars-1", "--regions", "us-est-1");
    expect(run).toMatchObject({ exit: 2, out: "" });
    for (const part of [
      "--every must be a time from 1s to 24h",
      "--passes must be",
      "--once is --passes 1",
      'unknown Region "mars-1"',
      "did you mean us-east-1?",
    ]) {
      expect(run.err).toContain(part);
    }
  });

  it("to publish somewhere and nowhere", async () => {
    const run = await watch("--no-publish", "--publish-region", "us-east-1");
    expect(run).toMatchObject({ exit: 2, err: expect.stringContaining("leave one out") });
  });

  it("a state file that is none, and says what to do", async () => {
    writeFileSync(stateFile(), "not a database at all, but long enough to be looked at".repeat(30));
    const run = await watch();
    expect(run).toMatchObject({ exit: 1, out: "" });
    expect(run.err).toContain(stateFile());
    expect(run.err).toContain("move it away");
  });

  it("to start without credentials, in one sentence", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
    const run = await watch();
    expect(run).toMatchObject({ exit: 1, out: "" });
    expect(run.err).toContain("no AWS credentials were found");
  });
});
