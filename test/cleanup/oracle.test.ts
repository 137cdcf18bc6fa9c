import fc from "fast-check";
import { expect, it } from "vitest";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import { decide } from "../../core/cleanup/decision/decide.ts";
import type { Decision } from "../../core/cleanup/decision/decision.ts";
import { evidenceOfCalls, evidenceOfMinutes } from "../../core/cleanup/evidence/call-evidence.ts";
import { cpuEvidenceOf } from "../../core/cleanup/evidence/cpu-evidence.ts";
import type { CallEvidence, CpuEvidence, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import type { Policy } from "../../core/cleanup/policy/policy.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { facts, minutes, start } from "./facts.ts";
import { anyShape, type Shape, type Stretch, type Timeline, timelineOf, workWithin } from "./timeline.ts";

const at = (ms: number) => plusMs(start, ms);
const minuteMs = 60_000;

function cpuOf({ tiles, recordStamp, isTwofold, now }: Timeline): CpuEvidence | Unknown {
  const whole = tiles
    .filter(({ seen }) => seen)
    .map(({ from, until, vcpu }) => ({
      at: at(recordStamp === "start" ? from : until),
      elapsedSeconds: (until - from) / 1000,
      // Rounded up by a hair, so that what is at the level is not lost to a binary fraction. One of no length tells only work.
      vcpuHours: until > from ? (vcpu * (until - from) * (1 + 1e-9)) / 3_600_000 : vcpu < 0.02 ? 0 : vcpu / 3600,
      gbHours: 0.0001,
    }));
  // Uneven, for two that are the same are one that was delivered twice.
  const partsOf = isTwofold ? [0.4, 0.6] : [1];
  const rows = partsOf.flatMap((part) => whole.map((row) => ({ ...row, vcpuHours: row.vcpuHours * part })));
  const window = { from: at(-60 * minuteMs), until: at(now) };
  return cpuEvidenceOf(
    usageColumnsOf(rows),
    { idleVcpu: 0.02, hotVcpu: 1.5, gb: "binary" },
    window,
    15 * minuteMs,
    at(now),
  );
}

const stampOf = (call: Stretch, stamp: "start" | "completion"): number => (stamp === "start" ? call.from : call.until);

/** Calls of which telemetry tells: all that are stamped before it is complete, and every other one of those after. */
function toldCalls(timeline: Timeline, calls: readonly Stretch[]): readonly Stretch[] {
  const { invocationStamp, callsUntil, now } = timeline;
  return calls.filter((call, n) => {
    const stampedAt = stampOf(call, invocationStamp);
    return stampedAt >= -60 * minuteMs && stampedAt < now && (stampedAt < callsUntil || n % 2 === 0);
  });
}

function callsOf(timeline: Timeline): CallEvidence {
  const { invocationStamp, told, callsUntil, now, ownCalls, otherCalls } = timeline;
  const reading = {
    asOf: at(now),
    of: timeline.callsOf,
    window: { from: at(-60 * minuteMs), until: at(now) },
    completeUntil: at(callsUntil),
    stamp: told ? invocationStamp : ("unknown" as const),
  };
  if (timeline.callsOf === "session") {
    const exact = toldCalls(timeline, ownCalls).map((call) => ({
      startAt: at(call.from),
      endAt: call.until <= now ? at(call.until) : null,
    }));
    return evidenceOfCalls(exact, reading);
  }
  const counted = toldCalls(timeline, [...ownCalls, ...otherCalls]).map((call) => ({
    minuteAt: at(Math.floor(stampOf(call, invocationStamp) / minuteMs) * minuteMs),
    count: 1,
  }));
  return evidenceOfMinutes(counted, reading);
}

function decided(timeline: Timeline, evidence: Policy["evidence"]): Decision {
  const { idleAfter, now, told, invocationStamp } = timeline;
  const own = facts({
    policy: { idleAfterMs: idleAfter, evidence, minAgeMs: 0, maxAgeMs: minutes(60) },
    cpu: cpuOf(timeline),
    calls: callsOf(timeline),
  });
  return decide(own, { invocationStamp: told ? invocationStamp : "unknown", idleVcpu: 0.02 }, at(now));
}

it("what is stopped did not work in the idleAfter before H, and no call after h is recorded", () => {
  const seen = { stop: 0, watch: 0, keep: 0 };
  fc.assert(
    fc.property(anyShape, (shape) => {
      const timeline = timelineOf(shape);
      const { action, horizon } = decided(timeline, "strict");
      seen[action] += 1;
      if (action !== "stop" || horizon === null) return;
      const h = horizon - start;
      expect(workWithin(timeline, { from: h - timeline.idleAfter, until: h })).toEqual([]);
      const recorded = toldCalls(timeline, [
        ...timeline.ownCalls,
        ...(timeline.callsOf === "interpreter" ? timeline.otherCalls : []),
      ]);
      expect(recorded.filter(({ until }) => until > h)).toEqual([]);
    }),
    { numRuns: 1500 },
  );
  // Else it would hold of a function that stops nothing, or of sessions that never work.
  expect(Math.min(seen.stop, seen.watch, seen.keep)).toBeGreaterThan(50);
}, 60_000);

it("by the owner's word, what is stopped had no request in flight in the idleAfter before H", () => {
  let stops = 0;
  fc.assert(
    fc.property(anyShape, (shape) => {
      const timeline = timelineOf(shape);
      const { action, horizon } = decided(timeline, "invocations");
      if (action !== "stop" || horizon === null) return;
      stops += 1;
      const h = horizon - start;
      expect(workWithin({ ...timeline, tiles: [] }, { from: h - timeline.idleAfter, until: h })).toEqual([]);
    }),
    { numRuns: 500 },
  );
  expect(stops).toBeGreaterThan(50);
});

it("a session that never works, and of which nothing is missing, is stopped", () => {
  const quiet = anyShape.map(
    (shape): Shape => ({
      ...shape,
      now: Math.max(shape.now, 90 * minuteMs),
      lag: shape.lag / 2,
      lengths: { ...shape.lengths, oddMs: shape.lengths.tileMs },
      // Of a longer record nobody knows whether all that it carries was used in one second.
      rest: shape.lengths.tileMs > 1000 ? Math.min(shape.rest, 0.0003) : shape.rest,
      ...{ work: [], gaps: [], straggle: 0, ownCalls: [], otherCalls: [] },
    }),
  );
  fc.assert(
    fc.property(quiet, (shape) => {
      expect(decided(timelineOf(shape), "strict").action).toBe("stop");
    }),
  );
});
