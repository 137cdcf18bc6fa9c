import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { metricCatalogue } from "../../core/reporting/metric-catalogue.ts";
import type { PassReport } from "../../core/reporting/pass-report.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";

/** Where the machine's own settings point: nothing may come here. */
const strayed: string[] = [];
const elsewhere = createServer((request, response) => {
  strayed.push(`${request.method} ${request.url}`);
  response.writeHead(500).end();
});
beforeAll(async () => {
  await new Promise<void>((done) => elsewhere.listen(0, "127.0.0.1", done));
});
afterAll(async () => {
  elsewhere.closeAllConnections();
  await new Promise((done) => elsewhere.close(done));
});
afterEach(() => vi.unstubAllEnvs());

/** A machine that is set up for AWS, in every way that could lead the demo astray. */
function machineOfSomebody(): void {
  const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  const settings = {
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_CLOUDWATCH: url,
    AWS_ENDPOINT_URL_BEDROCK_AGENTCORE: url,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/credentials`,
    AWS_PROFILE: "a-profile-that-is-not-there",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "somebody's",
    AWS_SESSION_TOKEN: "somebody's",
    AWS_REGION: "eu-south-2",
    AWS_USE_FIPS_ENDPOINT: "true",
    AWS_USE_DUALSTACK_ENDPOINT: "true",
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
}

function machineOfNobody(): void {
  for (const name of Object.keys(process.env).filter((it) => it.startsWith("AWS_"))) vi.stubEnv(name, undefined);
  vi.stubEnv("HOME", "/nonexistent");
}

/** The costs of the groups of a report, as they stand below each other; what is unknown is less than anything. */
function reportedCosts(out: string): readonly number[] {
  const lines = out.split("\n");
  const first = lines.findIndex((line) => /^INTERPRETER +SESSIONS +COST/.test(line)) + 1;
  const last = lines.findIndex((line) => line.startsWith("TOTAL "));
  const costs = lines.slice(first, last).map((line) => / \$(\d+\.\d+) /.exec(line)?.[1] ?? "-1");
  expect(costs.length).toBeGreaterThan(2);
  return costs.map(Number);
}

/** The sequences of the live view and of colours. */
const own = new RegExp(`${String.fromCharCode(27)}\\[(?:\\?1049[hl]|\\?25[hl]|[HJK]|\\d+m)`, "g");

describe("the demo", () => {
  it.each([
    ["is set up for AWS", machineOfSomebody, []],
    // Reading usage logs takes seconds, and once is enough: all clients are made in the same way.
    ["knows nothing of AWS", machineOfNobody, ["--no-accounts"]],
  ])("does one pass on a machine that %s, and touches nothing but the embedded AWS", async (_what, machine, flags) => {
    machine();
    const { exit, out, err } = await runCli(["demo", "--once", ...flags]);
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    for (const part of ["INTERPRETER", "live sessions as of", "Quotas", "Events sent to EventBridge", "Next:"]) {
      expect(out).toContain(part);
    }
    for (const name of Object.keys(metricCatalogue).filter((it) => it !== "SessionsStarted"))
      expect(out).toContain(name);
    expect(out.includes("\u001b")).toBe(false);
    expect(strayed).toEqual([]);
    if (flags.length === 0) expect(reportedCosts(out)).toEqual(reportedCosts(out).toSorted((a, b) => b - a));
  });

  it("sends an event when its fleet nears a quota", async () => {
    const { exit, out } = await runCli(["demo", "--speed", "1200", "--passes", "15", "--no-accounts", "--json"]);
    expect(exit).toBe(0);
    const passes = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as PassReport);
    for (const pass of passes) expect(violations(publishedSchema("watch-pass.schema.json"), pass)).toEqual([]);
    const events = passes.flatMap((pass) => pass.targets.flatMap((target) => target.events));
    expect(events[0]).toMatchObject({ result: "sent", detail: { region: "eu-west-1", from: "ok" } });
  });

  it("draws a live view on a terminal, leaves it as it was, and ends with exit code 0 at Ctrl-C", async () => {
    const stop = new AbortController();
    let drawn = "";
    const out = (text: string): void => {
      drawn += text;
      if (text.includes("Pass 2 as of")) stop.abort("SIGINT");
    };
    const { exit } = await runCli(["demo", "--speed", "600", "--no-accounts"], {
      out,
      interactive: true,
      color: true,
      signal: stop.signal,
    });
    expect(exit).toBe(0);
    expect(drawn.startsWith("\u001b[?1049h")).toBe(true);
    expect(drawn).toContain("First pass: reading every session once");
    const after = drawn.slice(drawn.lastIndexOf("\u001b[?1049l"));
    expect(after).toContain("eu-west-1");
    expect(after).toContain("Next:");
    // Session names of the fleet try to colour, to retitle and to move: only our own sequences get through.
    expect(drawn.replaceAll(own, "").includes("\u001b")).toBe(false);
  });

  it("refuses every wrong flag at once", async () => {
    const run = await runCli(["demo", "--speed", "0", "--seed", "-1", "--every", "soon"]);
    expect(run).toMatchObject({ exit: 2, out: "" });
    for (const part of ["--speed must be", "--seed must be", "--every must be"]) expect(run.err).toContain(part);
  });
});
