import { describe, expect, it } from "vitest";
import { judgeStops, profileOf } from "../../bench/judge-stops.ts";
import { sweep } from "../../core/jobs/sweep/sweep.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { FleetInput } from "../../local/fleet/fleet-spec.ts";
import { fleetWorld } from "./fleet-world.ts";
import { here } from "./lives.ts";

const never = new AbortController().signal;
const session = { count: 1, createdSeconds: -600, timeoutSeconds: 28_800 };
const fleet: FleetInput = {
  places: [
    {
      region: "us-east-1",
      interpreters: [{ name: "silent" }, { name: "traced", traces: true }],
      sessions: [
        { ...session, interpreter: "silent", profile: "idle-leak" },
        { ...session, interpreter: "silent", profile: "async-job" },
        { ...session, interpreter: "traced", profile: "idle-leak" },
        { ...session, interpreter: "traced", profile: "steady" },
      ],
    },
  ],
};

/** All that a sweep asks after its scan, and which leaks it can still stop without it. */
const operations = [
  // Where deliveries cannot be listed, spans and logs may still be where they usually are.
  ["DescribeDeliverySources", ["silent", "traced"]],
  ["DescribeDeliveries", ["silent", "traced"]],
  ["DescribeDeliveryDestinations", ["silent", "traced"]],
  ["DescribeLogGroups", ["silent", "traced"]],
  ["ListMetrics", []],
  ["GetMetricData", []],
  ["FilterLogEvents", []],
  ["GetCodeInterpreterSession", []],
  ["StopCodeInterpreterSession", []],
] as const;

describe("each API in turn fails:", () => {
  it.each(operations)("%s: a sweep does not fail, and what it stops did not work", async (operation, mayStop) => {
    const world = await fleetWorld(fleet);
    world.advanceMinutes(110);
    const found = await world.scan();
    // Which nobody tries again, so that it fails at once.
    await world.addFaults({ kind: "access-denied", operation });
    const swept = await sweep(world.ports)(world.now(), world.input, found, never);
    expect(swept.problems).toEqual([]);
    expect(swept.decided).toHaveLength(4);
    const truth = world.truth(instant(0), world.now());
    const records = await world.records.between(here, instant(0), world.now());
    const { wrong, races } = judgeStops(records, truth, 15 * 60_000);
    expect([...wrong, ...races]).toEqual([]);
    const ended = truth.sessions.filter(({ endedBy }) => endedBy !== null);
    expect(ended.map(profileOf).filter((profile) => profile !== "idle-leak")).toEqual([]);
    const names = ended.map(({ interpreter }) => interpreter.replace(/-.*/, ""));
    expect(names.filter((name) => !(mayStop as readonly string[]).includes(name))).toEqual([]);
    // What was seen of a session without it was not taken for idleness.
    for (const { decision, facts } of swept.decided) {
      const isUnknown = facts.evidence.cpu.kind === "unknown" || facts.evidence.calls.kind === "unknown";
      if (isUnknown) expect(decision.action).toBe("keep");
    }
  });
});

it("the same fleet loses its leaks where all answer", async () => {
  const world = await fleetWorld(fleet);
  world.advanceMinutes(110);
  const swept = await world.sweepNow();
  expect(swept.outcomes.map(({ kind }) => kind)).toEqual(["stopped", "stopped"]);
});
