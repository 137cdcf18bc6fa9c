import { expect, it } from "vitest";
import type { CleanupReport } from "../../core/reporting/cleanup-report.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld({
  places: [
    {
      region: "us-east-1",
      interpreters: [{ name: "tool", usageLogs: { bucket: "usage" } }],
      sessions: [{ interpreter: "tool", profile: "idle-leak", count: 1, createdSeconds: -120, timeoutSeconds: 28_800 }],
    },
  ],
});

it("watch goes on to stop what is idle though the service's clock leaves that of the machine behind", async () => {
  const breaker = "{ maxStops: 5, maxStopsPct: 100, window: 1h }";
  const policy = `{ id: all, mode: enforce, idleAfter: 15m, minAge: 5m, breaker: ${breaker} }`;
  world.write("sandmeter.policy.yaml", `version: 1\npolicies: [${policy}]\n`);
  await world.run("drifting", "arm");
  const lines: string[] = [];
  const out = (line: string): void => {
    lines.push(line);
    if (lines.length === 1) world.aws.world.clock.advance(2 * 3_600_000);
  };
  const { exit } = await world.runAt(
    { out },
    "drifting",
    ...["watch", "--passes", "2", "--every", "1s", "--policy", "sandmeter.policy.yaml", "--no-accounts"],
    ...["--no-publish", "--json", ...world.fast],
  );
  const [, last] = lines.map((line) => (JSON.parse(line) as { cleanup: CleanupReport }).cleanup);
  // It was too young in the first pass, whose sweep is told with the second, as it ended after the first.
  const told = lines.map((line) => (JSON.parse(line) as { earlier: { cleanup: CleanupReport[] } }).earlier.cleanup);
  expect(told).toMatchObject([[], [{ mode: "enforce", targets: [{ decisions: { "too-young": 1 } }] }]]);
  for (const line of lines) expect(violations(publishedSchema("watch-pass.schema.json"), JSON.parse(line))).toEqual([]);
  expect(last).toMatchObject({ mode: "enforce", targets: [{ decisions: { "idle-observed": 1 } }] });
  expect(last?.targets[0]?.stops).toMatchObject([{ outcome: "stopped", refusal: null }]);
  expect(await world.stops()).toBe(1);
  expect(exit).toBe(0);
});
