import { describe, expect, it } from "vitest";
import type { PlanReport } from "../../core/reporting/plan-report.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const leak = { profile: "idle-leak" as const, count: 1, createdSeconds: -6600, timeoutSeconds: 28_800 };
const world = await cleanupWorld({
  places: [
    {
      region: "us-east-1",
      interpreters: [{ name: "tool", usageLogs: { bucket: "usage" } }],
      sessions: [
        { ...leak, interpreter: "tool", count: 3 },
        { ...leak, interpreter: "tool", count: 1, createdSeconds: -360 },
      ],
    },
  ],
});

async function planned(looks: number): Promise<PlanReport> {
  world.write("looks.yaml", `cleanup: { invocationStamp: start, looksPerPass: ${looks} }\n`);
  const { out, err } = await world.ask(`looks-${looks}`, "plan", "--json", "--config", "looks.yaml");
  expect(err).toBe("");
  const report = JSON.parse(out) as PlanReport;
  expect(violations(publishedSchema("plan.schema.json"), report)).toEqual([]);
  return report;
}

describe("a plan where it is not known of sessions whether they work", () => {
  it("says of each what is missing", async () => {
    const { decisions, unknown } = await planned(1);
    expect(unknown).toHaveLength(decisions["unknown-activity"]);
    expect(unknown.map(({ missing }) => missing)).toEqual(["not-looked", "not-looked", "not-looked"]);
    const all = await planned(100);
    expect(all.unknown).toMatchObject([{ region: "us-east-1", missing: "no-records-yet" }]);
    expect(all.unknown[0]?.text).toContain("it is not known whether it works: ");
  });

  it("counts them by what is missing, and names one of each", async () => {
    const { out } = await world.ask("looks-100", "plan");
    expect(out).toMatch(
      /\nNot known of 1, no-records-yet: \w{26}: After 6 min \d+ s it is not known whether it works: /,
    );
    world.write("looks.yaml", "cleanup: { invocationStamp: start, looksPerPass: 1 }\n");
    const { out: few } = await world.ask("few", "plan", "--config", "looks.yaml");
    expect(few).toMatch(
      /\nNot known of 3, not-looked: \w{26} and others: After .*: It was not looked at in this pass\.\n/,
    );
  });
});
