import { beforeAll, describe, expect, it } from "vitest";
import type { PlanReport } from "../../core/reporting/plan-report.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld();
const { ask, run } = world;
const because = ["--reason", "incident 4711"];

let report: PlanReport;
beforeAll(async () => {
  report = JSON.parse((await ask("dry", "plan", "--json", "--out", "dry.json")).out) as PlanReport;
});
const idsOf = (policy: string): readonly string[] =>
  report.stops.filter((stop) => stop.policy === policy).map(({ session }) => session);

describe("a dry run", () => {
  it("of apply exits as the run that it foretells: 4 where some are refused, 1 where all are", async () => {
    expect((await ask("dry", "apply", "dry.json")).exit).toBe(4);
    for (const session of idsOf("leaks")) await run("dry", "protect", session, "--for", "1h", "--why", "a demo");
    expect((await ask("dry", "apply", "dry.json")).exit).toBe(1);
  });

  it.each<[kind: string, policies: readonly string[], exit: number, next: string | null]>([
    ["all", ["leaks"], 1, null],
    ["some", ["leaks", "watched"], 4, "stops 1 of these 3, after one more look."],
    ["none", ["watched"], 0, "stops it, after one more look."],
  ])(
    "of stop does the same where %s are refused, and says of --yes how many it stops",
    async (_, policies, exit, next) => {
      const ended = await ask("dry", "stop", ...policies.flatMap(idsOf), ...because);
      expect(ended.exit).toBe(exit);
      if (next === null) expect(ended.out).not.toContain("with --yes");
      else expect(ended.out).toContain(`The same command with --yes ${next}`);
      // No reason why it would be stopped, or would not.
      expect(ended.out).toMatch(/AGE +KNOWN OF IT\n/);
      expect(await world.stops()).toBe(0);
    },
  );
});
