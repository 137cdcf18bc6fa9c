import { expect, it } from "vitest";
import type { FleetInput } from "../../local/fleet/fleet-spec.ts";
import { fleetWorld } from "./fleet-world.ts";
import { policy } from "./sweep-world.ts";

const stopped = 12;
const kept = 3;
const fleet: FleetInput = {
  places: [
    {
      region: "us-east-1",
      interpreters: [{ name: "silent" }, { name: "watched" }, { name: "traced", traces: true }],
      sessions: [
        { interpreter: "silent", profile: "idle-leak", count: stopped, createdSeconds: -600, timeoutSeconds: 28_800 },
        { interpreter: "watched", profile: "idle-leak", count: kept, createdSeconds: -600, timeoutSeconds: 28_800 },
        { interpreter: "traced", profile: "steady", count: kept, createdSeconds: -600, timeoutSeconds: 28_800 },
      ],
    },
  ],
};

type Counts = Readonly<Record<string, number>>;
/** Of AgentCore's two planes: those that production's quotas are shared with. */
const ofAgentCore = (calls: Counts): Counts =>
  Object.fromEntries(Object.entries(calls).filter(([name]) => name.includes("CodeInterpreter")));

const observed = { account: null, region: null, interpreter: null, session: null, name: null };

it("a sweep that stops many asks AgentCore for two Gets and one Stop each beyond its scan, and for nothing else", async () => {
  const world = await fleetWorld(fleet, { unknowns: { stopSettling: "at-once" } });
  world.advanceMinutes(110);
  const watched = (await world.scan()).interpreters.find(({ id }) => id.startsWith("watched"))?.id;
  if (watched === undefined) throw new Error("there is no such interpreter");
  const policies = [policy(), policy({ id: "watched", mode: "observe", match: { ...observed, interpreter: watched } })];
  await world.takeCalls();
  await world.scan();
  const scan = ofAgentCore(await world.takeCalls());
  expect(Object.keys(scan).toSorted()).toEqual(["ListCodeInterpreterSessions", "ListCodeInterpreters"]);

  const swept = await world.sweepNow({ policies: { ...world.input.policies, policies } });
  expect(Map.groupBy(swept.outcomes, ({ kind }) => kind).get("stopped")).toHaveLength(stopped);
  expect(swept.decided).toHaveLength(stopped + 2 * kept);
  const calls = await world.takeCalls();
  expect(ofAgentCore(calls)).toEqual({
    ...scan,
    GetCodeInterpreterSession: 2 * stopped,
    StopCodeInterpreterSession: stopped,
  });
  // All else reads telemetry: by its whole for the first looks, and once more for each stop.
  const others = Object.keys(calls).filter((name) => !name.includes("CodeInterpreter"));
  expect(others.toSorted()).toEqual([
    "DescribeDeliveries",
    "DescribeDeliveryDestinations",
    "DescribeDeliverySources",
    "DescribeLogGroups",
    "FilterLogEvents",
    "GetMetricData",
    "ListMetrics",
  ]);
  // One for all interpreters, one for the one whose calls are told apart, and one before each stop.
  expect(calls["GetMetricData"]).toBe(2 + stopped);
});
