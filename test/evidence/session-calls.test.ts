import { describe, expect, it } from "vitest";
import { awsSessionCalls } from "../../adapters/aws/session-calls.ts";
import type { CallEvidence, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import type { InvocationStamp } from "../../core/cleanup/policy/policy.ts";
import { type SessionId, sessionId } from "../../core/kernel/ids.ts";
import { signal } from "../aws/embedded.ts";
import { arnOf, calledFleet, here, idOf, missedCalls, type Tool } from "./called-fleet.ts";

type Fleet = Awaited<ReturnType<typeof calledFleet>>;

const reader = (fleet: Fleet) => {
  const read = awsSessionCalls(fleet.clients);
  return (tool: Tool, sessions: readonly SessionId[], stamp: InvocationStamp = "unknown") =>
    read(here, { id: idOf(tool), arn: arnOf(idOf(tool)) }, sessions, fleet.window(125), stamp, fleet.now(), signal);
};

const known = (evidence: CallEvidence | Unknown | undefined): CallEvidence => {
  if (evidence?.kind !== "known") throw new Error(evidence?.message ?? "nothing was said");
  return evidence;
};

const stamps = ["start", "completion"] as const;
const worlds = stamps.flatMap((invocationStamp) =>
  stamps.flatMap((callLogStamp) => [false, true].map((isTold) => ({ invocationStamp, callLogStamp, isTold }))),
);

describe("calls of single sessions of a busy fleet", () => {
  it.each(worlds)("are all there, or unknown: $invocationStamp, $callLogStamp, told $isTold", async (world) => {
    const { isTold, ...unknowns } = world;
    const fleet = await calledFleet(unknowns, true);
    const read = reader(fleet);
    fleet.advance(110);
    const found = { told: 0, logged: 0 };
    const passes = 8;
    for (let pass = 0; pass < passes; pass += 1) {
      fleet.advance(6.37);
      for (const tool of ["told", "logged"] as const) {
        const calls = fleet.trueCalls(tool);
        const evidence = await read(tool, [...calls.keys()], isTold ? world.invocationStamp : "unknown");
        for (const [session, each] of evidence) {
          if (each.kind === "unknown") continue;
          found[tool] += 1;
          expect(each.of).toBe("session");
          expect(each.inFlightUntil).toBeLessThanOrEqual(fleet.now() - 20 * 60_000);
          expect(missedCalls(calls.get(session) ?? [], each)).toEqual([]);
        }
      }
    }
    // Spans tell both ends of a call; logs one, which must be the one that the metric counts.
    expect(found.told).toBe(passes * fleet.trueCalls("told").size);
    const comparable = world.invocationStamp === world.callLogStamp;
    if (comparable) expect(found.logged).toBeGreaterThan(passes);
    else expect(found.logged).toBe(0);
  });
});

describe("calls of single sessions", () => {
  it("are this session's alone: another one's leave it quiet", async () => {
    const fleet = await calledFleet();
    fleet.advance(60);
    const quiet = await fleet.start("told");
    const called = await fleet.start("told");
    await fleet.invoke("told", quiet, 1);
    fleet.advance(70);
    await fleet.invoke("told", called, 30);
    fleet.advance(40);
    const found = await reader(fleet)("told", [quiet, called]);
    expect(known(found.get(quiet)).maybeInFlight).toEqual([{ from: fleet.at(60), until: fleet.at(60) + 1000 }]);
    expect(known(found.get(called)).maybeInFlight).toEqual([{ from: fleet.at(130), until: fleet.at(130.5) }]);
    expect(known(found.get(quiet)).inFlightUntil).toBe(fleet.at(150));
  });

  it("are not known while they are in flight, and not before that either", async () => {
    const fleet = await calledFleet();
    fleet.advance(150.5);
    const session = await fleet.start("told");
    await fleet.invoke("told", session, 600);
    fleet.advance(9);
    const before = known((await reader(fleet)("told", [session])).get(session));
    expect(before.inFlightUntil).toBeLessThanOrEqual(fleet.at(139.5));
    fleet.advance(20);
    const after = known((await reader(fleet)("told", [session])).get(session));
    expect(after.maybeInFlight).toEqual([{ from: fleet.at(150.5), until: fleet.at(160.5) }]);
  });

  it("may have been a quarter of an hour before and after what a log says", async () => {
    const fleet = await calledFleet();
    fleet.advance(100);
    const session = await fleet.start("logged");
    await fleet.invoke("logged", session, 5);
    fleet.advance(40);
    const evidence = known((await reader(fleet)("logged", [session])).get(session));
    expect(evidence.maybeInFlight).toEqual([{ from: fleet.at(85), until: fleet.at(115) }]);
    expect(evidence.inFlightUntil).toBe(fleet.at(120));
  });

  it("cost two listings of series, one look at metrics, three of deliveries, and pages of events", async () => {
    const fleet = await calledFleet();
    fleet.advance(90);
    const read = reader(fleet);
    await fleet.takeCalls();
    await read("told", [sessionId("01")]);
    expect(await fleet.takeCalls()).toEqual({
      ...{ ListMetrics: 2, GetMetricData: 1, FilterLogEvents: 1 },
      ...{ DescribeDeliverySources: 1, DescribeDeliveries: 1, DescribeDeliveryDestinations: 1 },
    });
    await read("told", [sessionId("01")]);
    expect(await fleet.takeCalls()).toEqual({ ListMetrics: 2, GetMetricData: 1, FilterLogEvents: 1 });
  });
});

describe("calls of single sessions that cannot be told apart", () => {
  const open = async () => {
    const fleet = await calledFleet();
    fleet.advance(100);
    const session = await fleet.start("told");
    await fleet.invoke("told", session, 1);
    fleet.advance(40);
    const read = async (tool: Tool = "told") => (await reader(fleet)(tool, [session])).get(session);
    return { fleet, read };
  };

  it("say what to turn on, where neither spans nor logs are on", async () => {
    const { fleet, read } = await open();
    await fleet.takeCalls();
    expect(await read("dark")).toMatchObject({
      code: "no-call-logs",
      message: expect.stringContaining("turn on TRACES or APPLICATION_LOGS"),
    });
    const deliveries = ["DescribeDeliveries", "DescribeDeliveryDestinations", "DescribeDeliverySources"];
    expect(Object.keys(await fleet.takeCalls()).toSorted()).toEqual(deliveries);
  });

  it("are read from logs where spans cannot be read", async () => {
    const { fleet, read } = await open();
    await fleet.addFaults({ kind: "access-denied", operation: "FilterLogEvents", times: 1 });
    expect(known(await read()).maybeInFlight).toEqual([{ from: fleet.at(85), until: fleet.at(115) }]);
  });

  it("are read from the usual log group where deliveries cannot be listed", async () => {
    const { fleet, read } = await open();
    await fleet.addFaults({ kind: "access-denied", operation: "DescribeDeliverySources" });
    expect(known(await read()).maybeInFlight).toHaveLength(1);
    expect(await read("dark")).toMatchObject({
      code: "failed",
      message: expect.stringContaining("logs:DescribeDeliverySources"),
    });
  });

  it.each([
    ["access-denied", "FilterLogEvents", "logs:FilterLogEvents"],
    ["error", "FilterLogEvents", "failed in the service"],
    ["throttle", "GetMetricData", "throttled"],
    ["repeated-token", "FilterLogEvents", "the same one again"],
  ] as const)("are unknown, with the reason, where %s strikes %s", async (kind, operation, said) => {
    const { fleet, read } = await open();
    await fleet.addFaults({ kind, operation });
    expect(await read()).toMatchObject({ kind: "unknown", code: "failed", message: expect.stringContaining(said) });
  });

  it("are the same over empty pages", async () => {
    const { fleet, read } = await open();
    const plain = await read();
    await fleet.addFaults({ kind: "empty-page", operation: "FilterLogEvents" });
    expect(await read()).toEqual(plain);
  });

  it("are unknown, with the counts, where calls are missing from the logs until now", async () => {
    const fleet = await calledFleet({ invocationStamp: "completion", callLogStamp: "start" });
    fleet.advance(100);
    const session = await fleet.start("logged");
    for (let call = 0; call < 40; call += 1) {
      await fleet.invoke("logged", session, 60);
      fleet.advance(1);
    }
    fleet.advance(10);
    const found = await reader(fleet)("logged", [session]);
    expect(found.get(session)).toMatchObject({
      code: "call-logs-differ",
      message: expect.stringMatching(
        /^APPLICATION_LOGS are on and do not agree with the count: .*tells of \d+ calls .* counts \d+: .*turn on TRACES/,
      ),
    });
  });
});
