import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plannedProfiles } from "../../local/fleet/activity.ts";
import { callsOf, lastActiveAt } from "../../local/fleet/calls.ts";
import { plannedEnd } from "../../local/fleet/life.ts";
import type { LocalCall } from "../../local/world.ts";
import { aSession, hour, minute, startAt } from "./fixtures.ts";

const invoke = (startMs: number, endMs: number): LocalCall => ({
  operation: "InvokeCodeInterpreter",
  startAt: startAt + startMs,
  endAt: startAt + endMs,
});

describe("the calls of a session", () => {
  it("are the same whatever windows they are asked for in", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...plannedProfiles),
        fc.integer(),
        fc.integer({ min: 0, max: 3_600_000 }),
        (profile, seed, cutMs) => {
          const session = aSession({ profile, seed, timeoutSeconds: 3600, stoppedAt: startAt + 3_000_000 });
          const end = startAt + hour;
          const whole = callsOf(session, startAt, end);
          const cut = startAt + cutMs;
          const parts = [
            ...callsOf(session, startAt, cut),
            // A call that is in flight at the cut touches both windows.
            ...callsOf(session, cut, end).filter((call) => call.startAt >= cut),
          ];
          expect(parts).toEqual(whole);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("begin with its start, lie within its life, and end with its planned stop", () => {
    fc.assert(
      fc.property(fc.constantFrom(...plannedProfiles), fc.integer(), (profile, seed) => {
        const session = aSession({ profile, seed, stoppedAt: startAt + 400_000 });
        const calls = callsOf(session, 0, Number.MAX_SAFE_INTEGER);
        expect(calls[0]).toMatchObject({ operation: "StartCodeInterpreterSession", startAt });
        expect(calls.at(-1)).toMatchObject({ operation: "StopCodeInterpreterSession", endAt: startAt + 400_000 });
        for (const call of calls) {
          expect(call.startAt).toBeGreaterThanOrEqual(startAt);
          expect(call.endAt).toBeGreaterThanOrEqual(call.startAt);
          expect(call.endAt).toBeLessThanOrEqual(plannedEnd(session).endedAt);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("last no longer than the 15 minutes that a request may take", () => {
    const session = aSession({ profile: "hot-loop", timeoutSeconds: 28_800 });
    const longest = Math.max(...callsOf(session, startAt, startAt + 8 * hour).map((call) => call.endAt - call.startAt));
    expect(longest).toBe(15 * minute);
  });

  it("hold no second stop where a real client's came first", () => {
    const session = aSession({ stoppedAt: startAt + 60_000 });
    const stop: LocalCall = {
      operation: "StopCodeInterpreterSession",
      startAt: startAt + 30_000,
      endAt: startAt + 30_000,
    };
    session.calls.push(stop);
    session.stoppedAt = startAt + 30_000;
    const stops = callsOf(session, 0, startAt + hour).filter((call) => call.operation === "StopCodeInterpreterSession");
    expect(stops).toEqual([stop]);
  });

  it("of a real client's session are the client's own", () => {
    const session = aSession({ profile: "client" });
    session.calls.push(invoke(1000, 4000), invoke(60_000, 61_000));
    expect(callsOf(session, startAt, startAt + hour)).toEqual(session.calls);
  });
});

describe("the last activity of a session", () => {
  it.each([
    ["before the request", 9_999, null],
    ["during the request", 12_000, 12_000],
    ["at its end", 15_000, 15_000],
    ["long after it", 800_000, 15_000],
    ["after the session's end", 2_000_000, 15_000],
  ])("%s", (_, nowMs, expectedMs) => {
    const session = aSession({ profile: "client", timeoutSeconds: 900 });
    session.calls.push(invoke(10_000, 15_000));
    expect(lastActiveAt(session, startAt + nowMs)).toBe(expectedMs === null ? null : startAt + expectedMs);
  });

  it("is not its being stopped", () => {
    const session = aSession({ profile: "client", stoppedAt: startAt + 600_000 });
    session.calls.push(invoke(0, 1000), {
      operation: "StopCodeInterpreterSession",
      startAt: startAt + 600_000,
      endAt: startAt + 600_000,
    });
    expect(lastActiveAt(session, startAt + 700_000)).toBe(startAt + 1000);
  });

  it("is now while a job works on without any call", () => {
    const session = aSession({ profile: "async-job", timeoutSeconds: 28_800 });
    expect(lastActiveAt(session, startAt + hour)).toBe(startAt + hour);
  });

  it("of a job that hardly trickles is its call, for the job stays below the idle level", () => {
    const session = aSession({ profile: "trickle", timeoutSeconds: 28_800 });
    const [, invoked] = callsOf(session, startAt, startAt + minute);
    expect(lastActiveAt(session, startAt + hour)).toBe(invoked?.endAt);
  });

  it("is the end of a background job that a real client started and stopped", () => {
    const session = aSession({ profile: "client", timeoutSeconds: 28_800 });
    const job = { vcpu: 1, endAt: startAt + 8 * hour };
    session.calls.push({ ...invoke(0, 500), job });
    expect(lastActiveAt(session, startAt + 2 * hour)).toBe(startAt + 2 * hour);
    job.endAt = startAt + 2 * hour;
    expect(lastActiveAt(session, startAt + 3 * hour)).toBe(startAt + 2 * hour);
  });

  it("of a leak lies within its first minutes, however late one looks", () => {
    for (let seed = 0; seed < 50; seed++) {
      const session = aSession({ profile: "idle-leak", seed, timeoutSeconds: 28_800 });
      const last = lastActiveAt(session, startAt + 7 * hour) ?? 0;
      expect(last).toBeGreaterThan(startAt);
      expect(last).toBeLessThan(startAt + 8 * minute);
    }
  });
});
