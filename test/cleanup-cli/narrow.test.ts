import { beforeAll, describe, expect, it } from "vitest";
import type { PlanReport } from "../../core/reporting/plan-report.ts";
import { runCli } from "../scan/run-cli.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld();
const { ask, fast, runAt } = world;
const narrow = { color: true, columns: 80 } as const;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
const plainLines = (text: string): readonly string[] => text.replace(/\u001b\[\d+m/g, "").split("\n");

let report: PlanReport;
beforeAll(async () => {
  report = JSON.parse((await ask("narrow", "plan", "--json", "--out", "narrow.json")).out) as PlanReport;
});

/** On a terminal of 80 columns, each session in a row that none breaks, whole. */
function expectWhole(out: string, sessions: readonly string[]): readonly string[] {
  const lines = plainLines(out);
  const rows = sessions.map((id) => lines.find((line) => line.includes(`${id} `)) ?? `no ${id}`);
  for (const row of rows) {
    expect(row).toMatch(/\d+h \d\dm|\d+m \d\ds/);
    expect(row.length).toBeLessThanOrEqual(80);
  }
  // Names are the caller's, and as long as they like.
  expect(lines.filter((line) => line.replace(/watched\S*…/, "").includes("…"))).toEqual([]);
  return lines;
}

describe("on a terminal of 80 columns", () => {
  it("plan shows ids, money and reasons whole", async () => {
    const { out } = await runAt(narrow, "narrow", "plan", ...fast);
    const lines = expectWhole(
      out,
      report.stops.map(({ session }) => session),
    );
    expect(lines.join("\n")).toMatch(/Of all of these: region us-east-1, reason idle-observed\./);
    for (const { interpreter } of report.leaks) expect(out).toContain(interpreter);
    expect(lines.join("\n")).toMatch(/dark-\w+ +1 +\S+ +\S+/);
  });

  it("apply and stop show ids whole, and why below each row", async () => {
    const ids = report.stops.map(({ session }) => session);
    const applied = await runAt(narrow, "narrow", "apply", "narrow.json", ...fast);
    const lines = expectWhole(applied.out, ids);
    expect(lines.join(" ").replace(/\s+/g, " ")).toContain("Policy watched only observes: mode enforce lets it stop");
    const byHand = await runAt(narrow, "narrow", "stop", ...ids, "--reason", "x", ...fast);
    for (const line of expectWhole(byHand.out, ids).slice(0, -4)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("protect --list shows what is protected, and until when, whole", async () => {
    const session = report.stops[0]?.session ?? "";
    const why = "a demo for everybody who wants to see what it does";
    const { out } = await runAt(narrow, "narrow", "protect", session, "--for", "4h", "--why", why);
    const lines = plainLines(out);
    expect(lines[1]).toMatch(new RegExp(`^session ${session} +for 4 h +\\S+Z +ada$`));
    expect(lines[2]).toBe(`    why ${why}`);
  });

  it("policy check shows all that is in force, and what it is about, whole", async () => {
    const interpreter = "a_rather_long_name_of_one-JVcygpdywt";
    world.write(
      "wide.yaml",
      `version: 1
policies:
  - { id: default }
  - { id: etl, match: { account: "111122223333", region: us-east-1, interpreter: ${interpreter} }, evidence: invocations }
protections:
  - { match: { account: "111122223333", interpreter: ${interpreter} }, why: "the fair, which lasts until it is over" }
`,
    );
    const { out } = await runCli(["policy", "check", "wide.yaml"], { ...narrow, cwd: world.folder() });
    const lines = plainLines(out);
    expect(lines.filter((line) => line.includes("…"))).toEqual([]);
    expect(lines[0]).toMatch(/POLICY +MODE +IDLE AFTER +MIN AGE +MAX AGE +EVIDENCE +A PASS/);
    const told = lines.join(" ").replace(/\s+/g, " ");
    expect(told).toContain(`matches account 111122223333, region us-east-1, interpreter ${interpreter}`);
    expect(told).toContain("breaker 100 or 50 % in 1 h");
    expect(told).toContain(`account 111122223333, interpreter ${interpreter}`);
    expect(told).toContain("why the fair, which lasts until it is over");
  });
});
