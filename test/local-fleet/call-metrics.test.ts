import { describe, expect, it } from "vitest";
import { listAwsMetrics } from "../../local/fleet/aws-metrics.ts";
import { countLookUp } from "../../local/fleet/look-ups.ts";
import { metricPoints } from "../../local/fleet/metric-points.ts";
import type { LocalCall, LocalSession, UnknownBehaviours } from "../../local/world.ts";
import { aSession, hour, minute, startAt, worldOf } from "./fixtures.ts";

const arn = "arn:aws:bedrock-agentcore:us-east-1:aws:code-interpreter/aws.codeinterpreter.v1";
const invoke = (startMs: number, endMs: number, more: Partial<LocalCall> = {}): LocalCall => ({
  operation: "InvokeCodeInterpreter",
  startAt: startAt + startMs,
  endAt: startAt + endMs,
  ...more,
});

/** Values by minute after the start, as they can be read an hour later. */
function read(
  session: LocalSession,
  metric: string,
  {
    operation = "InvokeCodeInterpreter",
    from = -hour,
    ...unknowns
  }: Partial<UnknownBehaviours> & { operation?: string; from?: number } = {},
  look: (place: ReturnType<typeof worldOf>["place"]) => void = () => undefined,
) {
  const { world, place, clock } = worldOf([session], unknowns);
  look(place);
  clock.advance(2 * hour);
  const dimensions = { Resource: arn, Operation: operation };
  const span = { fromMs: startAt + from, toMs: startAt + 2 * hour, periodMs: minute };
  const first = Math.floor(startAt / minute) * minute;
  return metricPoints(place, world, { metric, dimensions, ...span }).map(({ startAt: at, ...point }) => ({
    minute: (at - first) / minute,
    ...point,
  }));
}

describe("the metrics of calls", () => {
  it.each([
    ["start", 1],
    ["completion", 15],
  ] as const)("count a call of 14 minutes at its %s, its latency too", (invocationStamp, at) => {
    const session = aSession({ profile: "client" });
    session.calls.push(invoke(minute, 15 * minute));
    const ms = 14 * minute;
    expect(read(session, "Invocations", { invocationStamp })).toMatchObject([{ minute: at, sum: 1 }]);
    expect(read(session, "Latency", { invocationStamp })).toEqual([
      { minute: at, sampleCount: 1, sum: ms, minimum: ms, maximum: ms },
    ]);
  });

  it("count a call that its session's end cut short at that end", () => {
    const session = aSession({ profile: "client", timeoutSeconds: 300 });
    session.calls.push(invoke(minute, 15 * minute));
    expect(read(session, "Invocations", { invocationStamp: "completion" })).toMatchObject([{ minute: 5, sum: 1 }]);
  });

  it("count a refused call for a session that has ended as a call, and as an error of its user", () => {
    const session = aSession({ profile: "client", timeoutSeconds: 60 });
    session.calls.push(invoke(1000, 2000), invoke(40 * minute, 40 * minute + 60, { isRefused: true }));
    expect(read(session, "Invocations").map((point) => point.minute)).toEqual([0, 40]);
    expect(read(session, "UserErrors")).toMatchObject([{ minute: 40, sum: 1 }]);
    expect(read(session, "Invocations", { from: 30 * minute }).map((point) => point.minute)).toEqual([40]);
  });

  it("count look-ups under operations of their own, as they are requests like all others", () => {
    const session = aSession({ profile: "client" });
    const look = (place: ReturnType<typeof worldOf>["place"]): void => {
      for (const at of [0, 500, 3 * minute])
        countLookUp(place, session.interpreterId, "GetCodeInterpreterSession", startAt + at);
    };
    expect(read(session, "Invocations", { operation: "GetCodeInterpreterSession" }, look)).toMatchObject([
      { minute: 0, sum: 2 },
      { minute: 3, sum: 1 },
    ]);
    expect(read(session, "Invocations", {}, look)).toEqual([]);
  });

  it("name a session's last call as their latest, not the work that it left behind", () => {
    const session = aSession({ profile: "async-job", timeoutSeconds: 28_800 });
    const { world, place, clock } = worldOf([session]);
    clock.advance(4 * hour);
    const listed = listAwsMetrics(place, world).find(
      ({ metric, dimensions }) => metric === "Invocations" && dimensions["Operation"] === "InvokeCodeInterpreter",
    );
    expect(listed?.latestAt).toBeLessThan(startAt + minute);
  });
});
