import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plannedProfiles } from "../../local/fleet/activity.ts";
import { listAwsMetrics } from "../../local/fleet/aws-metrics.ts";
import { callsOf } from "../../local/fleet/calls.ts";
import type { MetricPoint, MetricQuery } from "../../local/fleet/metric-point.ts";
import { metricPoints } from "../../local/fleet/metric-points.ts";
import { usageRecords } from "../../local/fleet/usage-records.ts";
import type { LocalSession } from "../../local/world.ts";
import { aSession, hour, minute, startAt, worldOf } from "./fixtures.ts";

const service = { Service: "AgentCore.CodeInterpreter" };
const systemArn = "arn:aws:bedrock-agentcore:us-east-1:aws:code-interpreter/aws.codeinterpreter.v1";
const dawn = Math.floor((startAt - 2 * hour) / hour) * hour;
const dusk = dawn + 12 * hour;

const query = (metric: string, dimensions: MetricQuery["dimensions"], periodMs = minute): MetricQuery => ({
  metric,
  dimensions,
  fromMs: dawn,
  toMs: dusk,
  periodMs,
});
const invocations = (operation: string, periodMs = minute): MetricQuery =>
  query("Invocations", { Resource: systemArn, Operation: operation }, periodMs);

const total = (points: readonly MetricPoint[]): number => points.reduce((sum, point) => sum + point.sum, 0);

const sessionOfEach = (seed: number): LocalSession[] =>
  plannedProfiles.map((profile, index) =>
    aSession({
      profile,
      seed: seed + index,
      createdAt: startAt + index * 7 * minute + index,
      bootAt: startAt + index * 3 * minute,
      timeoutSeconds: 3600,
    }),
  );

describe("metrics of usage", () => {
  it("add up to the usage records, by Service and by Resource", () => {
    const sessions = sessionOfEach(3);
    const { world, place, clock } = worldOf(sessions);
    clock.advance(8 * hour);
    const records = sessions
      .flatMap((session) => usageRecords(session, world, 0, dusk))
      .filter((each) => !each.isRedelivery);
    const vcpuHours = records.reduce((sum, each) => sum + each.vcpuHours, 0);
    const gbHours = records.reduce((sum, each) => sum + each.gbHours, 0);
    for (const dimensions of [service, { ...service, Resource: systemArn }]) {
      expect(total(metricPoints(place, world, query("CPUUsed-vCPUHours", dimensions)))).toBeCloseTo(vcpuHours, 9);
      expect(total(metricPoints(place, world, query("MemoryUsed-GBHours", dimensions)))).toBeCloseTo(gbHours, 9);
    }
  });

  it("name the interpreter by its ARN or by its id, never by both", () => {
    const byId = { ...service, Resource: "aws.codeinterpreter.v1" };
    const byArn = { ...service, Resource: systemArn };
    for (const [resourceDimension, there, absent] of [
      ["arn", byArn, byId],
      ["id", byId, byArn],
    ] as const) {
      const { world, place, clock } = worldOf(sessionOfEach(3), { resourceDimension });
      clock.advance(8 * hour);
      expect(metricPoints(place, world, query("CPUUsed-vCPUHours", there)).length).toBeGreaterThan(60);
      expect(metricPoints(place, world, query("CPUUsed-vCPUHours", absent))).toEqual([]);
    }
  });

  it("can be read within the hour, and never change once they can be", () => {
    const { world, place, clock } = worldOf(sessionOfEach(3));
    let known = new Map<number, MetricPoint>();
    for (let step = 0; step < 40; step++) {
      const now = clock.now();
      const points = metricPoints(place, world, query("CPUUsed-vCPUHours", service));
      const byStart = new Map(points.map((point) => [point.startAt, point]));
      for (const [at, point] of known) expect(byStart.get(at)).toEqual(point);
      for (const { startAt: at } of points) expect(now - at).toBeGreaterThanOrEqual(11 * minute);
      known = byStart;
      clock.advance(4 * minute);
    }
    // The last session ends 95 minutes after the first begins.
    expect(known.size).toBeGreaterThanOrEqual(95);
  });
});

describe("usage of a boot long before its session", () => {
  it("is in the metrics, also where they could be read before the session's birth", () => {
    const sessions = Array.from({ length: 10 }, (_, index) => {
      const bootAt = startAt + index * minute;
      return aSession({ seed: index, bootAt, createdAt: bootAt + 42 * minute, timeoutSeconds: 60 });
    });
    const { world, place, clock } = worldOf(sessions);
    for (let step = 0; step < 60; step++) {
      clock.advance(2 * minute);
      metricPoints(place, world, query("CPUUsed-vCPUHours", service));
    }
    const records = sessions.flatMap((session) => usageRecords(session, world, 0, dusk));
    const used = records.filter((each) => !each.isRedelivery).reduce((sum, each) => sum + each.vcpuHours, 0);
    expect(total(metricPoints(place, world, query("CPUUsed-vCPUHours", service)))).toBeCloseTo(used, 9);
  });
});

describe("Invocations", () => {
  it("count each call once, by operation", () => {
    const sessions = sessionOfEach(11);
    const { world, place, clock } = worldOf(sessions);
    clock.advance(8 * hour);
    const calls = sessions.flatMap((session) => callsOf(session, 0, dusk));
    for (const operation of ["StartCodeInterpreterSession", "InvokeCodeInterpreter", "StopCodeInterpreterSession"]) {
      const expected = calls.filter((call) => call.operation === operation).length;
      expect(total(metricPoints(place, world, invocations(operation)))).toBe(expected);
    }
  });

  it.each([
    ["start", 30],
    ["completion", 34],
  ] as const)(
    "are stamped at a call's %s if so set, and there is no point in a minute without calls",
    (invocationStamp, at) => {
      const session = aSession({ profile: "client" });
      const called = dawn + 2 * hour + 30 * minute + 50_000;
      session.calls.push({ operation: "InvokeCodeInterpreter", startAt: called, endAt: called + 4 * minute });
      const { world, place, clock } = worldOf([session], { invocationStamp });
      clock.advance(hour);
      expect(metricPoints(place, world, invocations("InvokeCodeInterpreter"))).toEqual([
        { startAt: dawn + 2 * hour + at * minute, sampleCount: 1, sum: 1, minimum: 1, maximum: 1 },
      ]);
    },
  );

  it("can be read within three minutes after the minute, not before one", () => {
    const session = aSession({ profile: "client" });
    session.calls.push({ operation: "InvokeCodeInterpreter", startAt: startAt + 10, endAt: startAt + 20 });
    const { world, place, clock } = worldOf([session]);
    const minuteEnd = (Math.floor((startAt + 10) / minute) + 1) * minute;
    clock.advance(minuteEnd + minute - 1 - startAt);
    expect(metricPoints(place, world, invocations("InvokeCodeInterpreter"))).toEqual([]);
    clock.advance(2 * minute);
    expect(total(metricPoints(place, world, invocations("InvokeCodeInterpreter")))).toBe(1);
  });

  it("are none for another Resource, another Region's place or further dimensions", () => {
    const { world, place, clock } = worldOf(sessionOfEach(1));
    clock.advance(hour);
    const right = { Resource: systemArn, Operation: "InvokeCodeInterpreter" };
    expect(metricPoints(place, world, query("Invocations", right)).length).toBeGreaterThan(0);
    expect(metricPoints(place, world, query("Invocations", { ...right, Resource: "aws.codeinterpreter.v1" }))).toEqual(
      [],
    );
    expect(metricPoints(place, world, query("Invocations", { ...right, ...service }))).toEqual([]);
    const elsewhere = world.place("111122223333", "eu-west-1");
    expect(elsewhere && metricPoints(elsewhere, world, query("Invocations", right))).toEqual([]);
  });
});

describe("ActiveSessionCount", () => {
  it("is the number of living sessions at each minute's end, nought after the last has gone", () => {
    const first = Math.ceil(startAt / minute) * minute;
    const sessions = [
      aSession({ seed: 1, createdAt: first, timeoutSeconds: 180 }),
      aSession({ seed: 2, createdAt: first + minute, timeoutSeconds: 60 }),
    ];
    const { world, place, clock } = worldOf(sessions);
    clock.advance(hour);
    const points = metricPoints(place, world, { ...query("ActiveSessionCount", service), toMs: first + 5 * minute });
    expect(points.map((point) => [(point.startAt - first) / minute, point.sum])).toEqual([
      [0, 1],
      [1, 2],
      [2, 1],
      [3, 0],
      [4, 0],
    ]);
  });
});

describe("metrics with a dimension too many", () => {
  it.each(["ActiveSessionCount", "CPUUsed-vCPUHours", "Latency"])("%s has no points", (metric) => {
    const { world, place, clock } = worldOf(sessionOfEach(5));
    clock.advance(8 * hour);
    expect(metricPoints(place, world, query(metric, { ...service, Stage: "test" }))).toEqual([]);
  });
});

describe("points of a longer period", () => {
  it("join those of its minutes, whatever windows they are asked for in", () => {
    const { world, place, clock } = worldOf(sessionOfEach(5));
    clock.advance(8 * hour);
    const asked = [
      query("CPUUsed-vCPUHours", service, 5 * minute),
      query("ActiveSessionCount", service, 5 * minute),
      invocations("InvokeCodeInterpreter", 5 * minute),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...asked), fc.integer({ min: 1, max: 143 }), (each, cut) => {
        const cutMs = dawn + cut * 5 * minute;
        const parts = [
          ...metricPoints(place, world, { ...each, toMs: cutMs }),
          ...metricPoints(place, world, { ...each, fromMs: cutMs }),
        ];
        const whole = metricPoints(place, world, each);
        expect(parts).toEqual(whole);
        expect(whole.every((point) => point.startAt % (5 * minute) === 0)).toBe(true);
        expect(total(whole)).toBeCloseTo(total(metricPoints(place, world, { ...each, periodMs: minute })), 9);
      }),
      { numRuns: 30 },
    );
  });
});

describe("the list of AWS's metrics", () => {
  it("is empty where nothing ever ran", () => {
    const { world, place } = worldOf([]);
    expect(listAwsMetrics(place, world)).toEqual([]);
  });

  it("knows nothing of sessions to come", () => {
    const { world, place } = worldOf([aSession({ createdAt: startAt + 1 })]);
    expect(listAwsMetrics(place, world)).toEqual([]);
  });

  it("names just those that have points, and when they began and ended", () => {
    const { world, place, clock } = worldOf(sessionOfEach(8));
    clock.advance(8 * hour);
    const listed = listAwsMetrics(place, world);
    expect(listed.map((each) => [each.metric, each.dimensions])).toEqual([
      ["Invocations", { Resource: systemArn, Operation: "StartCodeInterpreterSession" }],
      ["Latency", { Resource: systemArn, Operation: "StartCodeInterpreterSession" }],
      ["Invocations", { Resource: systemArn, Operation: "InvokeCodeInterpreter" }],
      ["Latency", { Resource: systemArn, Operation: "InvokeCodeInterpreter" }],
      ["ActiveSessionCount", service],
      ["CPUUsed-vCPUHours", service],
      ["MemoryUsed-GBHours", service],
      ["CPUUsed-vCPUHours", { ...service, Resource: systemArn }],
      ["MemoryUsed-GBHours", { ...service, Resource: systemArn }],
    ]);
    for (const each of listed) {
      const starts = metricPoints(place, world, query(each.metric, each.dimensions)).map((point) => point.startAt);
      expect(starts.length).toBeGreaterThan(0);
      expect(each.firstAt).toBeLessThan((starts[0] ?? 0) + minute);
      expect(each.latestAt).toBeGreaterThanOrEqual(starts.at(-1) ?? 0);
    }
  });
});
