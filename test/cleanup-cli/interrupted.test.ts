import { beforeAll, describe, expect, it } from "vitest";
import type { StopReport } from "../../core/reporting/stop-report.ts";
import type { CliRun } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld();
const { ask, fast, run, runAt } = world;

beforeAll(async () => {
  expect((await ask("cut", "plan", "--out", "cut.json")).exit).toBe(0);
  await run("cut", "arm");
  await world.stops();
});
const desks = async (): Promise<readonly string[]> =>
  (await world.aws.ready()).flatMap((text) => {
    const [, interpreter, id] = text.split(" ");
    return interpreter?.startsWith("tool") === true && id !== undefined ? [id] : [];
  });
/** Ctrl-C as soon as one session has come to its outcome. */
function cutShort(...argv: readonly string[]): Promise<CliRun> {
  const controller = new AbortController();
  const err = (text: string): void => {
    if (text.includes("Stopping: 1 of")) controller.abort("SIGINT");
  };
  return runAt({ interactive: true, err, signal: controller.signal }, "cut", ...argv, ...fast);
}
const reportOf = ({ out }: CliRun, schema: string): StopReport => {
  const report = JSON.parse(out) as StopReport;
  expect(violations(publishedSchema(schema), report)).toEqual([]);
  return report;
};

describe("Ctrl-C in the middle of stops", () => {
  it("tells what apply has done so far, and how many are left", async () => {
    const ended = await cutShort("apply", "cut.json", "--yes", "--json");
    expect(ended.exit).toBe(130);
    const report = reportOf(ended, "apply.schema.json");
    const left = 3 - report.outcomes.length;
    expect([1, 2]).toContain(left);
    expect(await world.stops()).toBe(report.outcomes.filter(({ outcome }) => outcome === "stopped").length);
    expect(report.problems).toMatchObject([
      { code: "Interrupted", message: expect.stringContaining(`${left} of 3 sessions were not tried`) as string },
    ]);
  });

  it("tells the same of stop, with whose protection was overridden", async () => {
    const [first = "", ...others] = await desks();
    expect(others.length).toBeGreaterThan(0);
    await run("cut", "protect", first, "--for", "1h", "--why", "a demo");
    await world.stops();
    const words = [first, ...others, "--reason", "x", "--override-protection", "--yes"];
    const ended = await cutShort("stop", ...words, "--json");
    expect(ended.exit).toBe(130);
    const report = reportOf(ended, "stop.schema.json");
    expect(report.outcomes.map(({ outcome }) => outcome)).toEqual(["stopped"]);
    expect(report.plan).not.toBeNull();
    expect(report.problems).toMatchObject([{ code: "Interrupted" }]);
    expect(await world.stops()).toBe(1);
  });

  it("tells it as a table, too", async () => {
    const ids = await desks();
    const all = (await world.aws.ready()).flatMap((text) => text.split(" ")[2] ?? []);
    const { exit, out } = await cutShort("stop", ...all, "--reason", "x", "--yes");
    expect(exit).toBe(130);
    expect(out).toMatch(/^OUTCOME .*\nstopped /);
    expect(out).toContain(`Interrupted: ${all.length - 1} of ${all.length} sessions were not tried`);
    expect(ids.length).toBeLessThanOrEqual(all.length);
  });
});
