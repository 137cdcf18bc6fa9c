import { afterEach, describe, expect, it } from "vitest";
import { awsInterpreterCalls } from "../../adapters/aws/interpreter-calls.ts";
import type { CallEvidence } from "../../core/cleanup/evidence/evidence.ts";
import type { InvocationStamp } from "../../core/cleanup/policy/policy.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import { embedded, signal, target } from "../aws/embedded.ts";
import { arnOf, calledFleet, here, idOf, missedCalls, type Tool } from "./called-fleet.ts";

const tools = ["told", "logged", "dark"] as const;

type Fleet = Awaited<ReturnType<typeof calledFleet>>;

async function read(fleet: Fleet, stamp: InvocationStamp, ids = tools.map(idOf), at = here) {
  const interpreters = ids.map((id) => ({ id, arn: arnOf(id) }));
  return awsInterpreterCalls(fleet.clients)(at, interpreters, fleet.window(120), stamp, fleet.now(), signal);
}

async function known(fleet: Fleet, tool: Tool, stamp: InvocationStamp): Promise<CallEvidence> {
  const evidence = (await read(fleet, stamp)).get(idOf(tool));
  if (evidence?.kind !== "known") throw new Error(evidence?.message ?? "nothing was said");
  return evidence;
}

describe.each(["start", "completion"] as const)("calls that CloudWatch stamps at their %s", (invocationStamp) => {
  it.each([invocationStamp, "unknown"] as const)("leave out no call of a busy fleet, read as %s", async (stamp) => {
    const fleet = await calledFleet({ invocationStamp }, true);
    fleet.advance(20);
    let spans = 0;
    for (let pass = 0; pass < 12; pass += 1) {
      fleet.advance(7.3);
      for (const tool of tools) {
        const evidence = await known(fleet, tool, stamp);
        expect(missedCalls([...fleet.trueCalls(tool).values()].flat(), evidence)).toEqual([]);
        spans += evidence.maybeInFlight.length;
      }
    }
    expect(spans).toBeGreaterThan(30);
  });

  it("show a long call for as long as it can have been, and quiet before and after", async () => {
    const fleet = await calledFleet({ invocationStamp });
    fleet.advance(60);
    const session = await fleet.start("dark");
    await fleet.invoke("dark", session, 840);
    fleet.advance(50);
    const evidence = await known(fleet, "dark", invocationStamp);
    const inFlight = invocationStamp === "start" ? [fleet.at(60), fleet.at(76)] : [fleet.at(59), fleet.at(75)];
    expect(evidence.maybeInFlight.at(-1)).toEqual({ from: inFlight[0], until: inFlight[1] });
  });

  it.each([
    [-1, 59],
    [0, 60],
    [1, 60],
  ])("are of the minute that they begin in, %i ms from its edge", async (offset, minuteOfStart) => {
    const fleet = await calledFleet({ invocationStamp: "start" });
    fleet.advance(60 + offset / 60_000);
    await fleet.invoke("dark", await fleet.start("dark"), 0);
    fleet.advance(40);
    expect((await known(fleet, "dark", "start")).maybeInFlight.at(-1)?.from).toBe(fleet.at(minuteOfStart));
  });
});

describe("calls of interpreters on an AWS with faults", async () => {
  const fleet = await calledFleet();
  fleet.advance(60);
  afterEach(() => fleet.clearFaults());

  it("counts a call as soon as it is recorded, though data are not complete there", async () => {
    const session = await fleet.start("logged");
    await fleet.invoke("logged", session, 1);
    const lengths: number[] = [];
    for (let minutes = 0; minutes < 6; minutes += 1) {
      const evidence = await known(fleet, "logged", "start");
      expect(evidence.inFlightUntil).toBeLessThanOrEqual(fleet.now() - 5 * 60_000);
      lengths.push(evidence.maybeInFlight.length);
      fleet.advance(1);
    }
    expect(lengths[0]).toBe(1);
    expect(lengths.at(-1)).toBe(2);
  });

  it("takes our own looks for none", async () => {
    const before = await known(fleet, "dark", "start");
    const { sandboxes } = fleet.ports();
    const listed = await sandboxes.listReadySessions(here, idOf("dark"), signal);
    for (const { id } of listed.items) await sandboxes.getSession(here, idOf("dark"), id, signal);
    fleet.advance(20);
    const after = await known(fleet, "dark", "start");
    expect(after.maybeInFlight.at(-1)?.until).toBe(before.maybeInFlight.at(-1)?.until);
    expect(after.inFlightUntil).toBe(before.inFlightUntil + 20 * 60_000);
  });

  it("counts a call that was refused because its session had been stopped", async () => {
    const session = await fleet.start("dark");
    await fleet.stop("dark", session);
    await expect(fleet.invoke("dark", session, 1)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    const refusedAt = fleet.now();
    fleet.advance(10);
    const { maybeInFlight } = await known(fleet, "dark", "start");
    expect(maybeInFlight.at(-1)?.from).toBe(Math.floor(refusedAt / 60_000) * 60_000);
  });

  it("says of an interpreter that was never called just that, whatever is known of others", async () => {
    const never = interpreterId("never-VbMl9Hi8I4");
    const found = await read(fleet, "start", [never, idOf("dark")]);
    expect(found.get(never)).toMatchObject({ kind: "unknown", code: "never-called" });
    expect(found.get(idOf("dark"))).toMatchObject({ kind: "known" });
  });

  it("knows nothing by asking in the wrong Region", async () => {
    const found = await read(fleet, "start", [idOf("dark")], target("us-west-2"));
    expect(found.get(idOf("dark"))).toMatchObject({ kind: "unknown", code: "never-called" });
    await fleet.addFaults({ kind: "empty-region", operation: "GetMetricData" });
    expect((await read(fleet, "start")).get(idOf("dark"))).toMatchObject({ code: "no-control-series" });
  });

  it.each([
    ["access-denied", "ListMetrics", "cloudwatch:ListMetrics"],
    ["access-denied", "GetMetricData", "cloudwatch:GetMetricData"],
    ["throttle", "ListMetrics", "throttled"],
    ["throttle", "GetMetricData", "throttled"],
    ["error", "GetMetricData", "failed in the service"],
    ["html-503", "GetMetricData", "failed in the service"],
  ] as const)("is unknown, with the reason, where %s strikes %s", async (kind, operation, said) => {
    await fleet.addFaults({ kind, operation });
    const found = await read(fleet, "start");
    for (const tool of tools) expect(found.get(idOf(tool))).toMatchObject({ kind: "unknown", code: "failed" });
    expect(JSON.stringify(found.get(idOf("dark")))).toContain(said);
  });

  it.each(["empty-page", "repeated-token"] as const)(
    "never says less than there is with the fault %s",
    async (kind) => {
      const plain = await read(fleet, "start");
      await fleet.addFaults({ kind });
      const found = await read(fleet, "start");
      for (const [id, evidence] of found) if (evidence.kind === "known") expect(evidence).toEqual(plain.get(id));
    },
  );

  it("asks once for all, and before a stop for the one", async () => {
    await fleet.takeCalls();
    await read(fleet, "start", [
      ...tools.map(idOf),
      interpreterId("never-VbMl9Hi8I4"),
      interpreterId("gone-VbMl9Hi8I4"),
    ]);
    expect(await fleet.takeCalls()).toEqual({ ListMetrics: 1, GetMetricData: 1 });
    await read(fleet, "start", [idOf("dark")]);
    // By its ARN and by its id.
    expect(await fleet.takeCalls()).toEqual({ ListMetrics: 2, GetMetricData: 1 });
  });
});

describe("calls of more interpreters than one request asks for", async () => {
  const count = 501;
  const names = Array.from({ length: count }, (_, index) => `many_${index}`);
  const idOfName = (name: string) => interpreterId(`${name}-VbMl9Hi8I4`);
  const aws = await embedded(
    {
      places: [
        {
          region: "us-east-1",
          interpreters: names.map((name) => ({ name, id: idOfName(name) })),
          sessions: names.map((interpreter) => ({
            interpreter,
            profile: "ephemeral",
            count: 1,
            createdSeconds: -3000,
            timeoutSeconds: 3600,
          })),
        },
      ],
    },
    { othersTimes: 1000, limits: { requestsPerSecond: 100_000, othersTimes: 1000 }, paceSpeed: 50, maxAttempts: 1 },
  );
  const now = instant(aws.world.clock.now());
  const ids = names.map(idOfName);
  const ask = () =>
    awsInterpreterCalls(aws.clients)(
      here,
      ids.map((id) => ({ id, arn: arnOf(id) })),
      { from: plusMs(now, -60 * 60_000), until: now },
      "start",
      now,
      signal,
    );

  it("are known of each, and of none where the second request fails", async () => {
    const found = await ask();
    expect([...found.values()].filter(({ kind }) => kind === "known")).toHaveLength(count);
    const calls = await aws.takeCalls();
    expect(calls["GetMetricData"]).toBe(2);
    await aws.addFaults({ kind: "error", operation: "GetMetricData", everyNth: 2 });
    const failed = await ask();
    expect([...failed.values()].filter(({ kind }) => kind === "known")).toEqual([]);
  });
});
