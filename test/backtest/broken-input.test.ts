import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../scan/run-cli.ts";
import { writeSample } from "./sample.ts";

let folder = "";
let spans: readonly string[] = [];
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-backtest-broken-"));
  writeSample(folder);
  spans = readFileSync(path.join(folder, "spans.ndjson"), "utf8").trimEnd().split("\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Figures {
  readonly stops: number;
  readonly falseStops: number;
  readonly unverified: number;
}
interface Report {
  readonly sessionsWithoutCalls: number;
  readonly rows: readonly { readonly proved: Figures; readonly cpuAlone: Figures }[];
  readonly problems: readonly { readonly message: string }[];
}

async function replayed(...argv: readonly string[]) {
  const state = ["--state", path.join(folder, "none.sqlite")];
  const { exit, out } = await runCli(["backtest", "--usage", "usage", ...argv, ...state, "--json"], { cwd: folder });
  const { rows, sessionsWithoutCalls, problems } = JSON.parse(out) as Report;
  const { proved, cpuAlone } = rows[0] ?? {};
  return { exit, proved, cpuAlone, sessionsWithoutCalls, missing: problems.map(({ message }) => message) };
}

const withCalls = (lines: readonly string[]) => {
  writeFileSync(path.join(folder, "calls.ndjson"), lines.join("\n"));
  return replayed("--calls", "calls.ndjson");
};

describe("backtest, of calls that are not all there", () => {
  it("takes no usage record for a word on calls, though it names its interpreter", async () => {
    const { proved, sessionsWithoutCalls } = await replayed("--calls", "usage");
    expect({ sessionsWithoutCalls, stops: proved?.stops }).toEqual({ sessionsWithoutCalls: 5, stops: 0 });
  });

  it("knows of no call where all that an interpreter has is a span of another operation, and that counts", async () => {
    const start = JSON.parse(spans[0] ?? "") as { attributes: object };
    const other = {
      ...start,
      attributes: { ...start.attributes, "aws.operation.name": "StartCodeInterpreterSession" },
    };
    expect(await withCalls([JSON.stringify(other)])).toMatchObject({ sessionsWithoutCalls: 1, missing: [] });
    const client = { ...start, attributes: { ...start.attributes, "aws.operation.name": undefined } };
    expect(await withCalls([JSON.stringify(client)])).toMatchObject({ sessionsWithoutCalls: 5, missing: [] });
  });

  it("leaves out other lines, and calls no stop right where one of a call cannot be read", async () => {
    const whole = await withCalls([
      "A delivery of arn:aws:bedrock-agentcore was created.",
      "",
      '{"service":"s3"}',
      ...spans,
    ]);
    expect(whole).toMatchObject({ missing: [], exit: 3, proved: { stops: 3, falseStops: 1, unverified: 1 } });
    const [first = "", ...others] = spans;
    const broken = [
      first.slice(0, 60),
      first.slice(0, -20),
      first.slice(20),
      first.replace(/"toolsession.id":"[^"]+"/, '"toolsession.id":""'),
      first.replace(/"endTimeUnixNano":"\d/, '"endTimeUnixNano":"0'),
    ];
    for (const line of broken) {
      const { missing, proved, exit } = await withCalls([line, ...others]);
      expect({ missing, exit }).toEqual({
        missing: [expect.stringContaining("calls.ndjson: 1 line of calls could not be read")],
        exit: 3,
      });
      expect(proved).toMatchObject({ falseStops: 1, unverified: 2 });
    }
  });
});

describe("backtest, of usage files that are not all there", () => {
  it("calls no stop right whose session's records end where others of its interpreter are missing", async () => {
    mkdirSync(path.join(folder, "holes"));
    const begin = Date.UTC(2026, 10, 20, 8);
    // 01LEAKA ends at minute 300: that its records went on is not known where those of 01LEAKB are missing.
    for (const name of ["01LEAKA", "01LEAKB"]) {
      const lines = readFileSync(path.join(folder, "usage", `${name}.ndjson`), "utf8")
        .trimEnd()
        .split("\n");
      const kept = lines.filter((line) => {
        const minute = (Number(/"event_timestamp":(\d+)/.exec(line)?.[1]) - begin) / 60_000;
        return minute < 300 || minute >= 330;
      });
      writeFileSync(path.join(folder, "holes", `${name}.ndjson`), `${kept.join("\n")}\n`);
    }
    const verdicts = async (usage: string) => {
      const state = ["--state", path.join(folder, "none.sqlite")];
      const argv = ["--usage", `${usage}/01LEAKA.ndjson`, "--usage", `${usage}/01LEAKB.ndjson`];
      const calls = ["--calls", "spans.ndjson", "--json"];
      const { out } = await runCli(["backtest", ...argv, ...calls, ...state], { cwd: folder });
      const { rows } = JSON.parse(out) as {
        rows: readonly { stops: readonly { session: string; verdict: string }[] }[];
      };
      return rows[0]?.stops.map(({ session, verdict }) => `${session} ${verdict}`).toSorted();
    };
    expect(await verdicts("usage")).toEqual(["01LEAKA right", "01LEAKB unverified"]);
    expect(await verdicts("holes")).toEqual(["01LEAKA unverified", "01LEAKB unverified"]);
  });
});

describe("backtest, of flags that would mean less than they say", () => {
  it("tells of an interpreter that has no record and is said to have them late", async () => {
    const { exit, missing } = await replayed("--delivery", "at-teardown=etl-abcdefghij,etl-typo");
    expect({ exit, missing }).toEqual({ exit: 4, missing: [expect.stringContaining("interpreter etl-typo")] });
  });

  it("refuses values that a policy cannot have", async () => {
    const text = (idleAfter: string) =>
      `version: 1\npolicies: [{ id: p, evidence: invocations, idleAfter: ${idleAfter} }]\n`;
    writeFileSync(path.join(folder, "calls.yaml"), text("30m"));
    const argv = [
      "backtest",
      "--usage",
      "usage",
      "--policy",
      "calls.yaml",
      "--state",
      path.join(folder, "none.sqlite"),
    ];
    const { exit, err } = await runCli([...argv, "--sweep", "idleAfter=14m,15m"], { cwd: folder });
    expect(exit).toBe(2);
    expect(err).toContain("--sweep idleAfter=14m: policy p goes by calls alone, which takes 15 min or more");
    expect(err).not.toContain("idleAfter=15m");
    expect((await runCli([...argv, "--sweep", "minAge=1m"], { cwd: folder })).exit).toBe(0);
  });

  it.each([
    ["--sweep", "idleAfter=5m=6m"],
    ["--sweep", "idleAfter=5m,,6m"],
    ["--sweep", "idleAfter=0s"],
    ["--lag", "1m-2m-3m"],
    ["--delivery", "streaming=x"],
  ])("refuses %s %s", async (flag, value) => {
    const { exit, err } = await runCli(["backtest", "--usage", "usage", flag, value], { cwd: folder });
    expect(exit).toBe(2);
    expect(err).toContain(flag);
  });
});
