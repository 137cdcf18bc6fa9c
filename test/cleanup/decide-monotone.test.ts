import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import { decide } from "../../core/cleanup/decision/decide.ts";
import type { Decision, SessionFacts } from "../../core/cleanup/decision/decision.ts";
import { evidenceOfMinutes } from "../../core/cleanup/evidence/call-evidence.ts";
import { cpuEvidenceOf } from "../../core/cleanup/evidence/cpu-evidence.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { calls, cpu, facts, minute } from "./facts.ts";

const now = minute(120);
const decided = (own: SessionFacts): Decision => decide(own, { invocationStamp: "unknown", idleVcpu: 0.02 }, now);

describe("more evidence of work", () => {
  const window = { from: minute(0), until: minute(118) };
  const quiet = Array.from({ length: 100 }, (_, n) => ({
    at: minute(n),
    elapsedSeconds: 60,
    vcpuHours: 0,
    gbHours: 0,
  }));
  const busy = fc
    .record({
      second: fc.integer({ min: -600, max: 7000 }),
      length: fc.constantFrom(0, 1, 60),
      vcpu: fc.constantFrom(0.02, 2),
    })
    .map(({ second, length, vcpu }) => ({
      at: plusMs(minute(0), second * 1000),
      elapsedSeconds: length,
      vcpuHours: (vcpu * Math.max(1, length)) / 3600,
      gbHours: 0,
    }));
  const called = fc.integer({ min: -20, max: 117 }).map((n) => ({ minuteAt: minute(n), count: 1 }));
  const gaps = fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 3 });

  it("never makes a stop of a session that was kept or watched", () => {
    const stamps = fc.constantFrom("start" as const, "completion" as const, "unknown" as const);
    const of = fc.constantFrom("session" as const, "interpreter" as const);
    let stopsWithLess = 0;
    fc.assert(
      fc.property(
        ...([
          fc.array(busy, { maxLength: 3 }),
          fc.array(busy, { maxLength: 2 }),
          fc.array(called, { maxLength: 2 }),
        ] as const),
        ...([fc.array(called, { maxLength: 2 }), gaps, stamps, of] as const),
        (busyLess, busyMore, calledLess, calledMore, dropped, stamp, ofWhom) => {
          const actionOf = (work: typeof busyLess, minutesCalled: typeof calledLess): Decision["action"] => {
            const rows = usageColumnsOf([...quiet.filter((_, n) => !dropped.includes(n)), ...work]);
            const levels = { idleVcpu: 0.02, hotVcpu: 1.5, gb: "binary" } as const;
            const ownCpu = cpuEvidenceOf(rows, levels, window, 0, now);
            const completeUntil = minute(116);
            const ownCalls = evidenceOfMinutes(minutesCalled, { asOf: now, of: ofWhom, window, completeUntil, stamp });
            return decided({ ...facts(), evidence: { ...facts().evidence, cpu: ownCpu, calls: ownCalls } }).action;
          };
          const less = actionOf(busyLess, calledLess);
          if (less === "stop") stopsWithLess += 1;
          else expect(actionOf([...busyLess, ...busyMore], [...calledLess, ...calledMore])).not.toBe("stop");
        },
      ),
      { numRuns: 500 },
    );
    // Else the property would hold of a function that stops nothing.
    expect(stopsWithLess).toBeGreaterThan(20);
  });

  it("of which nothing is left out: the fixture stops without it", () => {
    expect(decided({ ...facts(), evidence: { ...facts().evidence, cpu: cpu(), calls: calls() } }).action).toBe("stop");
  });
});
