import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { SessionRecord } from "../../core/ports/registry.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { writeSample } from "./sample.ts";

const document = readFileSync(new URL("../../docs/backtest.md", import.meta.url), "utf8");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-backtest-"));
  writeSample(folder);
  writeFileSync(path.join(folder, "bounds.yaml"), "cleanup: { bounds: { idleAfterAtLeast: 10m } }\n");
  mkdirSync(path.join(folder, "empty"));
});
afterAll(() => rmSync(folder, { recursive: true }));
const run = (...argv: readonly string[]) =>
  runCli(["backtest", ...argv, "--state", path.join(folder, "none.sqlite")], { cwd: folder });

interface Figures {
  readonly stops: number;
  readonly falseStops: number;
  readonly unverified: number;
}
interface Report {
  readonly complete: boolean;
  readonly rows: readonly {
    readonly change: unknown;
    readonly proved: Figures;
    readonly cpuAlone: Figures;
    readonly stops: readonly { readonly session: string; readonly verdict: string }[];
  }[];
}

async function report(...argv: readonly string[]): Promise<{ readonly exit: number; readonly json: Report }> {
  const { exit, out, err } = await run(...argv, "--json");
  expect(err).toBe("");
  const json = JSON.parse(out) as Report;
  expect(violations(publishedSchema("backtest.schema.json"), json)).toEqual([]);
  return { exit, json };
}

describe("backtest", () => {
  it("tells of the sample what the document shows, in 80 columns where it is a terminal", async () => {
    const [, block = ""] = /```text\n(.*?)```/s.exec(document) ?? [];
    const [command = "", ...shown] = block.split("\n");
    const words = command.replace("$ sandmeter backtest ", "").split(" ");
    const { out } = await run(...words);
    expect(out).toBe(shown.join("\n"));
    const narrow = await runCli(["backtest", ...words, "--state", "none.sqlite"], {
      cwd: folder,
      columns: 80,
      interactive: true,
    });
    const table = narrow.out.split("\n").filter((line) => /^(POLICY|as written|idleAfter| {10})/.test(line));
    expect(table.length).toBeGreaterThan(4);
    expect(table.filter((line) => line.length > 80)).toEqual([]);
  });

  it("says as JSON of the published shape which sessions would have been stopped, and exits with 3 for a false stop", async () => {
    const { exit, json } = await report("--usage", "usage", "--calls", "spans.ndjson", "--sweep", "idleAfter=2h");
    expect(exit).toBe(3);
    const [written, longer] = json.rows;
    expect(written?.stops.map(({ session, verdict }) => `${session} ${verdict}`).toSorted()).toEqual([
      "01BACK false",
      "01DARK unverified",
      "01LEAKA right",
      "01LEAKB unverified",
    ]);
    expect(written?.proved).toMatchObject({ stops: 3, falseStops: 1, unverified: 1 });
    expect(written?.cpuAlone).toMatchObject({ stops: 1, falseStops: 0, unverified: 1 });
    expect(longer?.change).toEqual({ member: "idleAfter", value: "2h", seconds: 7200 });
    expect(longer?.proved.falseStops).toBe(0);
  });

  it("proves nothing without calls, and says so", async () => {
    const { out, exit } = await run("--usage", "usage");
    expect(exit).toBe(0);
    expect(out).toContain("No calls are recorded of 5 of 5 sessions");
    expect(out).toMatch(/as written +proof +0 /);
    const { json } = await report("--usage", "usage");
    expect(json.rows[0]).toMatchObject({ proved: { stops: 0 }, cpuAlone: { stops: 4, falseStops: 1, unverified: 3 } });
  });

  it("keeps within --from and --to, and takes single files", async () => {
    const window = ["--from", "2026-11-20T08:00:00Z", "--to", "2026-11-20T10:00:00Z"];
    const { json } = await report("--usage", "usage/01BACK.ndjson", "--calls", "spans.ndjson", ...window);
    // Up to then it had not come back, which nobody can call right.
    expect(json.rows[0]?.proved).toMatchObject({ stops: 1, falseStops: 0, unverified: 1 });
  });

  it("goes by the lives that watch saw: names, time limits, ends, and sessions without any record", async () => {
    const state = path.join(folder, "state.sqlite");
    const begin = Date.UTC(2026, 10, 20, 8);
    const at = (minutes: number) => instant(begin + minutes * 60_000);
    const record = (session: string, interpreter: string, from: number, until: number): SessionRecord => ({
      interpreter: interpreterId(interpreter),
      session: sessionId(session),
      name: `nb ${session}`,
      createdAt: at(from),
      timeoutSeconds: 28_800,
      firstSeenAt: at(from),
      lastSeenAt: at(until),
      goneAt: at(until + 5),
      lowUsd: null,
      highUsd: null,
      costAsOf: at(until),
    });
    const registry = sqliteRegistry(state);
    await registry.addGone(
      { account: accountId("111122223333"), region: region("us-east-1") },
      [record("01LEAKB", "etl-abcdefghij", 45, 405), record("01NOLOG", "blind-abcdefghij", 45, 405)].map((each) => ({
        ...each,
        goneAt: each.goneAt ?? each.lastSeenAt,
      })),
    );
    registry.close();
    const argv = ["--usage", "usage", "--calls", "spans.ndjson", "--json", "--state", state];
    const { out } = await runCli(["backtest", ...argv], { cwd: folder });
    const json = JSON.parse(out) as {
      readonly sessions: number;
      readonly sessionsWithoutTimeLimit: number;
      readonly rows: readonly {
        unprovable: number;
        stops: readonly { session: string; verdict: string; name: string }[];
      }[];
    };
    expect(json).toMatchObject({ sessions: 6, sessionsWithoutTimeLimit: 4 });
    expect(json.rows[0]?.unprovable).toBe(1);
    const stop = json.rows[0]?.stops.find(({ session }) => session === "01LEAKB");
    expect(stop).toMatchObject({ name: "nb 01LEAKB", verdict: "right" });
  });

  it("writes CSV, a line for each value and basis", async () => {
    const { out } = await run("--usage", "usage", "--csv", "--sweep", "minAge=0s,1h");
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(1 + 3 * 3);
    expect(new Set(lines.map((line) => line.split(",").length)).size).toBe(1);
    expect(lines[4]).toMatch(/^minAge,0s,proved,0,/);
  });

  it("is partial where something cannot be read, and fails where nothing was", async () => {
    const { exit, out } = await run("--usage", "usage/01DARK.ndjson", "--usage", "nowhere", "--calls", "nope");
    expect(exit).toBe(4);
    expect(out).toContain("nowhere could not be read: there is no such file.");
    expect(out).toContain("nope could not be read: there is no such file.");
    const empty = await run("--usage", "empty");
    expect(empty.exit).toBe(1);
    expect(empty.err).toContain("no usage record was read");
  });

  it("tells all that is wrong with its flags at once", async () => {
    const wrong = [
      "--sweep",
      "idl=3",
      "--lag",
      "3m-1m",
      "--delivery",
      "x",
      "--every",
      "3",
      "--from",
      "x",
      "--policy",
      "y",
    ];
    const { exit, err } = await run(...wrong, "--json", "--csv");
    expect(exit).toBe(2);
    for (const part of [
      "there is no policy file y",
      "--usage is missing",
      "--from must be an instant",
      "--json and --csv exclude each other",
      "--every 3 has no unit",
      "did you mean idleAfter?",
      "--lag must be two times",
      "--delivery must be streaming, at-teardown, or",
    ])
      expect(err).toContain(part);
    const account = await run("--usage", "aws");
    expect(account.err).toContain("`aws` needs --from and --to");
    const outside = await run("--usage", "usage", "--config", "bounds.yaml", "--sweep", "idleAfter=5m");
    expect(outside.exit).toBe(2);
    expect(outside.err).toContain("--sweep idleAfter=5m is outside of the bounds");
  });
});
