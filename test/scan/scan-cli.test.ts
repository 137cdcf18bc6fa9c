import { stripVTControlCharacters } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ScanReport } from "../../core/reporting/scan-report.ts";
import { embedded } from "../aws/embedded.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { runCli } from "./run-cli.ts";

const names = [
  "\u001b[31mred\u001b[0m\u0007",
  "line\nbreak",
  "=HYPERLINK(1)",
  "<script>alert(1)</script>",
  "\u202egnp.exe",
];
const aws = await embedded(
  {
    optedInRegions: [],
    places: [
      {
        region: "us-east-1",
        appliedQuotas: { sessions: 10, interpreters: 0 },
        interpreters: [{ name: "tool", networkMode: "VPC" }, { name: "other" }],
        sessions: [
          ...names.map((name) => ({
            interpreter: "tool",
            profile: "bursty" as const,
            count: 1,
            createdSeconds: [-800, -10] as [number, number],
            names: [name],
          })),
          { interpreter: "tool", profile: "bursty", count: 2, createdSeconds: -30 },
          { interpreter: "system", profile: "idle-leak", count: 2, createdSeconds: -60, timeoutSeconds: 28_800 },
        ],
      },
      {
        region: "eu-west-1",
        interpreters: [{ name: "batch" }],
        sessions: [{ interpreter: "batch", profile: "steady", count: 3, createdSeconds: -5 }],
      },
    ],
  },
  { startAt: Date.now(), speed: 1 },
);
const fast = ["--requests-per-second", "1000"];

beforeEach(() => {
  vi.stubEnv("AWS_ENDPOINT_URL", aws.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "111122223333");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not-secret");
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent/config");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials");
});
afterEach(() => aws.clearFaults());
afterAll(() => vi.unstubAllEnvs());

const json = async (...flags: string[]): Promise<{ exit: number; report: ScanReport }> => {
  const run = await runCli(["scan", "--json", ...fast, ...flags]);
  return { exit: run.exit, report: JSON.parse(run.out) as ScanReport };
};

describe("scan --json", () => {
  it("reports exactly the sessions that live, in the published shape", async () => {
    const { exit, report } = await json("--regions", "us-east-1,eu-west-1");
    expect(exit).toBe(0);
    expect(violations(publishedSchema("scan.schema.json"), report)).toEqual([]);
    const seen = report.sessions.map((it) => `${it.region} ${it.interpreter} ${it.session}`).toSorted();
    expect(seen).toEqual(await aws.ready());
    expect(report).toMatchObject({
      complete: true,
      targets: [
        { region: "us-east-1", status: "ok", readySessions: 9, interpreters: { system: 1, custom: 2 } },
        { region: "eu-west-1", status: "ok", readySessions: 3, interpreters: { system: 1, custom: 1 } },
      ],
      totals: { sessions: 12, usd: null, hourlyUsd: null },
      notes: [],
    });
    expect(report.targets[0]?.quotas).toMatchObject([
      { code: "L-CAF6F552", limit: 10, limitSource: "applied", used: 9, utilizationPct: 90, state: "critical" },
      { code: "L-D8BDCBA9", limit: 0, used: 2, utilizationPct: null, state: "not-enabled" },
    ]);
  });

  it("bounds the cost of each session, and of all", async () => {
    const { report } = await json();
    for (const session of report.sessions) {
      expect(session.cost).toMatchObject({ usd: null, basis: "bounded", final: false, asOf: report.asOf });
      expect(Number(session.cost.lowUsd)).toBeLessThan(Number(session.cost.highUsd));
      expect(session.activity).toEqual({ lastActiveAt: null, evidence: [] });
    }
    // Nine sandboxes of 2 vCPU and 8 GB, and of nothing but the memory floor.
    expect(report.totals.hourlyHighUsd).toBe("2.291400000000");
    expect(report.totals.hourlyLowUsd).toBe("0.010631250000");
  });

  it("reads the default Region of the environment", async () => {
    vi.stubEnv("AWS_REGION", "eu-west-1");
    const { report } = await json();
    expect(report.targets.map((target) => target.region)).toEqual(["eu-west-1"]);
  });

  it("shows every Region of the partition for `all`, and those not enabled as skipped", async () => {
    const { exit, report } = await json("--regions", "all");
    expect(exit).toBe(0);
    expect(report.targets).toHaveLength(19);
    expect(report.targets.filter((target) => target.status === "skipped").map((target) => target.region)).toContain(
      "eu-south-1",
    );
    expect(report.totals.sessions).toBe(12);
  });

  it("shows one interpreter's sessions, and exits 1 where no Region has it", async () => {
    const { report } = await json("--interpreter", "aws.codeinterpreter.v1");
    expect(report.sessions.map((session) => session.interpreter)).toEqual(Array(2).fill("aws.codeinterpreter.v1"));
    const wrong = await runCli(["scan", ...fast, "--interpreter", "nobody-AAAAAAAAAA"]);
    expect(wrong).toMatchObject({ exit: 1, out: "" });
    expect(wrong.err).toContain("nobody-AAAAAAAAAA");
    expect(wrong.err).toContain("us-east-1");
  });

  it("shows interpreters instead of sessions, in the published shape", async () => {
    const run = await runCli(["scan", "--json", ...fast, "--interpreters"]);
    const report = JSON.parse(run.out) as { interpreters: { name: string }[] };
    expect(violations(publishedSchema("scan.schema.json"), report)).toEqual([]);
    const byName = Object.fromEntries(report.interpreters.map((it) => [it.name, it]));
    expect(byName["tool"]).toMatchObject({ kind: "CUSTOM", networkMode: "VPC", status: "READY", readySessions: 7 });
    expect(byName["other"]).toMatchObject({ networkMode: "SANDBOX", readySessions: 0 });
  });

  it("shows one interpreter and counts all", async () => {
    const run = await runCli(["scan", "--json", ...fast, "--interpreters", "--interpreter", "aws.codeinterpreter.v1"]);
    const report = JSON.parse(run.out) as { targets: ScanReport["targets"]; interpreters: { interpreter: string }[] };
    expect(report.interpreters).toMatchObject([{ interpreter: "aws.codeinterpreter.v1", readySessions: 2 }]);
    expect(report.targets).toMatchObject([{ interpreters: { system: 1, custom: 2 } }]);
  });

  it("goes by the service's clock where this machine's is off, and says so", async () => {
    vi.spyOn(Date, "now").mockImplementation(() => aws.world.clock.now() - 3_600_000);
    try {
      const { exit, report } = await json();
      expect(exit).toBe(0);
      expect(report.notes).toMatchObject([{ code: "ClockSkew" }]);
      expect(Math.abs(Date.parse(report.asOf) - aws.world.clock.now())).toBeLessThan(10_000);
    } finally {
      vi.restoreAllMocks();
    }
  });
});

describe("the exit code of scan", () => {
  it.each([
    [["--fail-on", "critical"], 3],
    [["--fail-on", "warning"], 3],
    [["--fail-on", "critical", "--regions", "eu-west-1"], 0],
    [[], 0],
  ])("%j is %i", async (flags, exit) => {
    expect((await json(...flags)).exit).toBe(exit);
  });

  it("is 4 where a target is unread, with its number null, and 3 where something is critical as well", async () => {
    await aws.addFaults({ kind: "access-denied", operation: "ListCodeInterpreters", region: "eu-west-1" });
    const regions = ["--regions", "us-east-1,eu-west-1"];
    const { exit, report } = await json(...regions);
    expect(exit).toBe(4);
    expect(report.complete).toBe(false);
    expect(report.targets[1]).toMatchObject({
      status: "failed",
      readySessions: null,
      interpreters: { system: null, custom: null },
      problems: [{ code: "AccessDenied", operation: "ListCodeInterpreters" }],
    });
    expect(report.totals).toMatchObject({ sessions: null, usd: null, highUsd: null, hourlyHighUsd: null });
    expect(report.totals.lowUsd).not.toBeNull();
    expect(violations(publishedSchema("scan.schema.json"), report)).toEqual([]);
    expect((await json(...regions, "--fail-on", "critical")).exit).toBe(3);
  });

  it("is 4 where a named Region is not enabled, with what to do", async () => {
    const run = await runCli(["scan", ...fast, "--regions", "us-east-1,eu-south-1"]);
    expect(run.exit).toBe(4);
    expect(run.out).toContain("eu-south-1 failed");
    expect(run.out).toContain("enable it in the account's settings or leave it out");
  });
});

describe("the table of scan", () => {
  it("shows other people's text harmless, one line a session", async () => {
    const { out } = await runCli(["scan", ...fast]);
    const [sessions] = out.split("\n\n");
    expect(sessions?.split("\n")).toHaveLength(1 + 9 + 1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not come through.
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    for (const shown of ["\\e[31mred\\e[0m\\x07", "line\\nbreak", "=HYPERLINK(1)", "<script>", "\\u202egnp.exe"]) {
      expect(out).toContain(shown);
    }
  });

  it("shows the quotas with where their limits came from", async () => {
    const { out } = await runCli(["scan", ...fast]);
    expect(out).toMatch(/Concurrent active Code Interpreter sessions +9 +10 +applied +90\.0 % +critical/);
    expect(out).toMatch(/Code Interpreter configurations +2 +0 +applied +unknown +not-enabled/);
  });

  it("counts Regions without sessions instead of showing their quotas, where all Regions were asked for", async () => {
    const { out } = await runCli(["scan", ...fast, "--regions", "all"]);
    const quotas = out.slice(out.indexOf("Quotas"));
    expect(quotas.match(/^[a-z]+-[a-z]+-\d /gm)?.map((region) => region.trim())).toEqual([
      ...["us-east-1", "us-east-1", "eu-west-1", "eu-west-1"],
    ]);
    expect(quotas).toContain("… and 13 more Regions without sessions, all quotas ok");
    const named = await runCli(["scan", ...fast, "--regions", "us-west-2,eu-west-1"]);
    expect(named.out).toMatch(/us-west-2 +Concurrent/);
  });

  it("shows only older sessions with their cost, and the quotas of all", async () => {
    // In the middle of the widest gap between two ages, so that it does not matter how long the test takes.
    const all = (await json()).report.sessions.map(({ ageSeconds }) => ageSeconds).toSorted((a, b) => a - b);
    const gaps = all
      .slice(1)
      .map((age, index) => ({ middle: Math.round((age + (all[index] ?? 0)) / 2), gap: age - (all[index] ?? 0) }));
    const limit = `${gaps.toSorted((a, b) => b.gap - a.gap)[0]?.middle}s`;
    const { out, exit } = await runCli(["scan", ...fast, "--older-than", limit]);
    expect(exit).toBe(0);
    const [sessions] = out.split("\n\n");
    const rows = (sessions?.split("\n").length ?? 0) - 2;
    expect(rows).toBeGreaterThanOrEqual(1);
    expect(rows).toBeLessThan(9);
    expect(out).toContain(`${rows} live sessions older than ${limit} as of`);
    expect(out).toMatch(/Concurrent active Code Interpreter sessions +9 +10/);
    const { report } = await json("--older-than", limit, "--sort", "age");
    expect(report.sessions.length).toBe(report.totals.sessions);
    expect(report.targets[0]?.readySessions).toBe(9);
    const ages = report.sessions.map(({ ageSeconds }) => ageSeconds);
    expect(ages).toEqual(ages.toSorted((a, b) => b - a));
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(Number.parseInt(limit, 10));
  });

  it("writes a line of CSV for each session, in the order that is asked for, without formulas", async () => {
    const { out } = await runCli(["scan", ...fast, "--format", "csv", "--sort", "id"]);
    const [head, ...lines] = out.trimEnd().split("\n");
    expect(head).toMatch(/^account,region,interpreter,interpreter_kind,session,name,created_at,age_seconds,/);
    expect(out).toContain(",'=HYPERLINK(1),");
    const ids = lines.flatMap((line) => /,([0-9A-Z]{26}),/.exec(line)?.[1] ?? []);
    expect(ids).toHaveLength(9);
    expect(ids).toEqual(ids.toSorted());
    expect(out).toMatch(/,bounded,false$/m);
  });

  it("cuts no id of an interpreter on a narrow terminal: other columns are left out", async () => {
    const { out } = await runCli(["scan", ...fast, "--interpreters"], { interactive: true, columns: 60 });
    const table = out.split("\n\n")[0] ?? "";
    for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
    expect(table).toMatch(/ (tool|other|batch)-[A-Za-z0-9]{10} /);
    expect(table.includes("…")).toBe(false);
    expect(table.replaceAll("\n", " ")).toContain("Left out for lack of room: ");
  });

  it("fits a terminal, and keeps its progress on standard error", async () => {
    const { out, err } = await runCli(["scan", ...fast], { color: true, interactive: true, columns: 100 });
    const lines = stripVTControlCharacters(out).split("\n\n")[0]?.split("\n") ?? [];
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(err).toContain("Reading: ");
    expect(err.endsWith("\r\u001b[K")).toBe(true);
  });
});

describe("what scan refuses", () => {
  it.each([
    [["--older-than", "4"], "--older-than 4 has no unit: say 4m or 4h"],
    [["--older-than", "8d"], "--older-than must be a time from 1s to 7d"],
    [["--sort", "cots"], '--sort must be one of cost, age, id, not "cots": did you mean cost?'],
    [["--format", "xml"], '--format must be one of table, json, csv, not "xml"'],
    [["--json", "--format", "csv"], "--json is --format json"],
    [["--interpreters", "--sort", "age"], "--sort is for sessions"],
    [["--interpreters", "--older-than", "4h"], "--older-than is for sessions"],
    [["--interpreters", "--format", "csv"], "--format csv is for sessions"],
  ])("%j", async (flags, said) =>
    expect(await runCli(["scan", ...flags])).toMatchObject({ exit: 2, err: expect.stringContaining(said) }),
  );

  it("tells all wrong flags at once, each with what to do", async () => {
    const run = await runCli([
      "scan",
      ...["--regions", "us-esat-1,,eu-west-1", "--rate-share", "101", "--requests-per-second", "-3"],
      ...["--fail-on", "soon", "--config", "missing.yaml", "--jsn"],
    ]);
    expect(run).toMatchObject({ exit: 2, out: "" });
    expect(run.err.split("\n")).toEqual([
      expect.stringContaining("unknown flag --jsn: did you mean --json?"),
      expect.stringContaining("there is no file missing.yaml"),
      expect.stringContaining("did you mean us-east-1?"),
      expect.stringContaining("empty name"),
      expect.stringContaining("--rate-share must be a percentage from 1 to 100"),
      expect.stringContaining("--requests-per-second must be a number above 0"),
      expect.stringContaining("--fail-on must be `warning` or `critical`"),
    ]);
  });

  it("says in one sentence which sources of credentials were tried", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
    const run = await runCli(["scan"]);
    expect(run).toMatchObject({ exit: 1, out: "" });
    expect(run.err).toContain("no AWS credentials were found in the environment");
    expect(run.err.split("\n")).toHaveLength(1);
  });

  it("asks for a Region where there is none", async () => {
    vi.stubEnv("AWS_REGION", undefined);
    expect(await runCli(["scan"])).toMatchObject({ exit: 2, err: expect.stringContaining("--regions") });
  });

  it("takes the Region of AWS_DEFAULT_REGION where AWS_REGION is not set", async () => {
    vi.stubEnv("AWS_REGION", undefined);
    const regionOf = async (env: Readonly<Record<string, string>>): Promise<unknown> => {
      const run = await runCli(["scan", "--json", ...fast], { env });
      return (JSON.parse(run.out) as ScanReport).targets.map((target) => target.region);
    };
    expect(await regionOf({ AWS_DEFAULT_REGION: "eu-west-1" })).toEqual(["eu-west-1"]);
    expect(await regionOf({ AWS_DEFAULT_REGION: "eu-west-1", AWS_REGION: "" })).toEqual(["eu-west-1"]);
    vi.stubEnv("AWS_REGION", "us-east-1");
    expect(await regionOf({ AWS_DEFAULT_REGION: "eu-west-1", AWS_REGION: "us-east-1" })).toEqual(["us-east-1"]);
  });

  it("ends with the reason when it is aborted", async () => {
    const abort = new AbortController();
    const run = runCli(["scan"], { signal: abort.signal });
    abort.abort("SIGINT");
    await expect(run).rejects.toBe("SIGINT");
  });
});
