import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plannedProfiles } from "../../local/fleet/activity.ts";
import { callsOf } from "../../local/fleet/calls.ts";
import { visitRecords } from "../../local/fleet/meter-records.ts";
import { nextWorkAt, type WorkSpan, workedWithin, workSpans } from "../../local/fleet/work-spans.ts";
import type { LocalSession } from "../../local/world.ts";
import { aSession, hour, minute, startAt, worldOf } from "./fixtures.ts";

const always = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const;

const arbitrary = fc.record({
  profile: fc.constantFrom(...plannedProfiles),
  seed: fc.integer(),
  lifeMs: fc.integer({ min: 0, max: 4 * hour }),
  bootLeadMs: fc.constantFrom(0, 40 * minute),
});
const sessionOf = ({ profile, seed, lifeMs, bootLeadMs }: typeof arbitrary extends fc.Arbitrary<infer T> ? T : never) =>
  aSession({ profile, seed, stoppedAt: startAt + lifeMs, bootAt: startAt - bootLeadMs, timeoutSeconds: 28_800 });

/** Starts of the seconds whose record is at the idle level or above. */
function busySeconds(session: LocalSession): number[] {
  const { world } = worldOf([session]);
  const found: number[] = [];
  visitRecords(session, world, { fromIndex: 0, toIndex: 28_800 }, startAt + 9 * hour, (record) => {
    if (!record.isExtra && record.elapsedMs > 0 && record.vcpuNs >= 0.02 * record.elapsedMs * 1e6) {
      found.push(startAt + record.index * 1000);
    }
  });
  return found;
}

const lives = (spans: readonly WorkSpan[]) => spans.filter(({ startAt: at }) => at >= startAt);

describe("the work of a session", () => {
  it("by CPU is that of the seconds whose usage record is at the idle level or above", () => {
    fc.assert(
      fc.property(arbitrary, (given) => {
        const session = sessionOf(given);
        const end = startAt + given.lifeMs;
        const seconds = lives(workSpans(session, ...always))
          .filter(({ cause }) => cause === "cpu")
          .flatMap((span) =>
            Array.from({ length: Math.ceil((span.endAt - span.startAt) / 1000) }, (_, n) => span.startAt + n * 1000),
          );
        // The last second of a life may be too short to have a record of any length.
        const isWhole = (at: number): boolean => at + 10 <= end;
        expect(seconds.filter(isWhole)).toEqual(busySeconds(session).filter(isWhole));
      }),
      { numRuns: 60 },
    );
  });

  it("by calls is their time in flight, without that of its being stopped", () => {
    fc.assert(
      fc.property(arbitrary, (given) => {
        const session = sessionOf(given);
        const calls = callsOf(session, ...always).filter((call) => call.operation !== "StopCodeInterpreterSession");
        const inFlight = (at: number): boolean => calls.some((call) => call.startAt <= at && at < call.endAt);
        const spans = workSpans(session, ...always).filter(({ cause }) => cause === "call");
        for (const call of calls) {
          const middle = Math.floor((call.startAt + call.endAt) / 2);
          if (call.endAt > call.startAt) {
            expect(spans.some((span) => span.startAt <= middle && middle < span.endAt)).toBe(true);
          }
        }
        for (const span of spans) {
          expect(inFlight(span.startAt)).toBe(true);
          expect(inFlight(span.endAt)).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is the same whatever window it is asked for in", () => {
    fc.assert(
      fc.property(
        arbitrary,
        fc.integer({ min: -hour, max: 4 * hour }),
        fc.integer({ min: 1, max: hour }),
        (given, at, ms) => {
          const session = sessionOf(given);
          const [from, until] = [startAt + at, startAt + at + ms];
          const touches = (span: WorkSpan): boolean => span.startAt < until && span.endAt > from;
          expect(workedWithin(session, from, until)).toBe(workSpans(session, ...always).some(touches));
          const next = workSpans(session, ...always).find((span) => span.endAt > from);
          expect(nextWorkAt(session, from)).toBe(next === undefined ? null : Math.max(from, next.startAt));
        },
      ),
      {
        numRuns: 200,
        // It ends within a second, before what makes that second a busy one.
        examples: [[{ profile: "steady", seed: 0, lifeMs: 432_440, bootLeadMs: 0 }, 431_985, 16]],
      },
    );
  });

  it("begins with the boot of its microVM, be it long before its birth", () => {
    const session = aSession({ profile: "client", bootAt: startAt - 40 * minute });
    const [boot] = workSpans(session, ...always);
    expect(boot).toMatchObject({ cause: "cpu", startAt: startAt - 40 * minute });
    expect((boot?.endAt ?? 0) - startAt + 40 * minute).toBeLessThanOrEqual(6000);
  });

  it("is none of a job that hardly trickles, once its call is answered", () => {
    for (let seed = 0; seed < 20; seed++) {
      const session = aSession({ profile: "trickle", seed, timeoutSeconds: 28_800 });
      expect(workedWithin(session, startAt + minute, startAt + 8 * hour)).toBe(false);
      expect(workedWithin(session, startAt, startAt + minute)).toBe(true);
    }
  });

  it("comes again and again in a sleeper that nobody calls", () => {
    const session = aSession({ profile: "sleeper", timeoutSeconds: 28_800 });
    const wakings = workSpans(session, startAt + minute, startAt + 8 * hour);
    expect(wakings.length).toBeGreaterThan(8);
    expect(wakings.every(({ cause }) => cause === "cpu")).toBe(true);
  });

  it("of any sleeper comes after 10 to 50 minutes of sleep", () => {
    for (let seed = 0; seed < 300; seed++) {
      const session = aSession({ profile: "sleeper", seed, timeoutSeconds: 28_800 });
      const wakings = workSpans(session, startAt + minute, startAt + 7 * hour);
      const sleeps = wakings.slice(1).map((waking, index) => (waking.startAt - (wakings[index]?.endAt ?? 0)) / minute);
      expect(Math.min(...sleeps)).toBeGreaterThan(10);
      expect(Math.max(...sleeps)).toBeLessThan(50);
    }
  });

  it("is not a call that was refused", () => {
    const session = aSession({ profile: "client", timeoutSeconds: 60 });
    const at = startAt + 10 * minute;
    session.calls.push({ operation: "InvokeCodeInterpreter", startAt: at, endAt: at + 20, isRefused: true });
    expect(workSpans(session, ...always)).toEqual([]);
  });
});
