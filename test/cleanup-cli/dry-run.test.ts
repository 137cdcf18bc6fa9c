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
  it("exits as the run that it foretells: 4 where some are refused, 1 where all are", async () => {
    expect((await ask("dry", "apply", "dry.json")).exit).toBe(4);
    for (const session of idsOf("leaks")) await run("dry", "protect", session, "--for", "1h", "--why", "a demo");
    expect((await ask("dry", "apply", "dry.json")).exit).toBe(1);
    expect((await ask("dry", "stop", ...idsOf("leaks"), ...because)).exit).toBe(1);
    expect((await ask("dry", "stop", ...idsOf("leaks"), ...idsOf("watched"), ...because)).exit).toBe(4);
    expect((await ask("dry", "stop", ...idsOf("watched"), ...because)).exit).toBe(0);
    expect(await world.stops()).toBe(0);
  });

  it("says of --yes how many it stops, and nothing where it stops none", async () => {
    const [first = ""] = idsOf("leaks");
    expect((await ask("dry", "stop", first, ...because)).out).not.toContain("--yes");
    const [watched = ""] = idsOf("watched");
    expect((await ask("dry", "stop", first, watched, ...because)).out).toContain(
      "The same command with --yes stops 1 of these 2, after one more look.",
    );
    expect((await ask("dry", "stop", watched, ...because)).out).toContain(
      "The same command with --yes stops it, after one more look.",
    );
  });

  it("heads what is known of a session as that: it is no reason why it would be stopped, or would not", async () => {
    const { out } = await ask("dry", "stop", ...idsOf("watched"), ...because);
    expect(out).toMatch(/AGE +KNOWN OF IT\n/);
  });
});
