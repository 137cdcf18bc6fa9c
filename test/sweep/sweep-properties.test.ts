import fc from "fast-check";
import { expect, it } from "vitest";
import { plusMs } from "../../core/kernel/instant.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import type { StopAnswer } from "../../core/ports/stops.ts";
import { steppedPorts, withService } from "./broken-ports.ts";
import { holdLaws, holdOutcomes } from "./laws.ts";
import { type Life, leak, minute, worksWithin } from "./lives.ts";
import { inputOf, policy, type Scripted, sweepWorld } from "./sweep-world.ts";

const minuteMs = 60_000;
const idleAfterMs = 15 * minuteMs;

const stretch = fc
  .tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 60 }))
  .map(([from, took]) => ({ from: minute(from), until: minute(from + took) }));

const anyLife = fc
  .record({
    born: fc.integer({ min: 0, max: 100 }),
    hours: fc.constantFrom(1, 2, 8),
    busy: fc.array(stretch, { maxLength: 2 }),
    calls: fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 2 }),
    ends: fc.option(fc.integer({ min: 1, max: 300 })),
  })
  .map(({ born, hours, busy, calls, ends }) => {
    const createdAt = minute(born);
    const after = (at: { from: number }) => at.from >= createdAt;
    return {
      createdAt,
      timeoutSeconds: hours * 3600,
      stoppedAt: ends === null ? null : plusMs(createdAt, ends * minuteMs),
      busy: busy.filter(after),
      calls: calls.map((from) => ({ from: minute(from), until: minute(from + 0.5) })).filter(after),
    };
  });

const answers: readonly StopAnswer[] = [
  { kind: "accepted" },
  { kind: "gone" },
  { kind: "unsure", problem: { code: "TimeoutError", message: "No answer." } },
  { kind: "refused", problem: { code: "AccessDenied", message: "Not allowed." } },
];
const anyScript = fc.array(
  fc
    .record({ answer: fc.constantFrom(...answers), works: fc.boolean() })
    // What was refused has had no effect, nor has a stop of what is said to be gone.
    .map((it): Scripted => (["refused", "gone"].includes(it.answer.kind) ? { ...it, works: false } : it)),
  { maxLength: 6 },
);

const crash = new Error("the process was killed");
const anyFault = fc.constantFrom("none", "none", "state", "crash", "get");

interface Passes {
  readonly at: number;
  readonly fault: "none" | "state" | "crash" | "get";
  readonly step: number;
}
const anyPasses = fc
  .array(
    fc.record({
      at: fc.integer({ min: 30, max: 330 }),
      fault: anyFault as fc.Arbitrary<Passes["fault"]>,
      step: fc.integer({ min: 1, max: 40 }),
    }),
    { minLength: 2, maxLength: 8 },
  )
  .map((list) => list.toSorted((a, b) => a.at - b.at));

it("whatever sessions do, Stop answers, fails or is killed, the laws of the chain hold", async () => {
  const seen = { stopped: 0, faults: 0, kept: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyLife, { minLength: 1, maxLength: 5 }),
      anyScript,
      anyPasses,
      fc.constantFrom(0, 5000, 25_000),
      fc.integer({ min: 17, max: 60 }),
      fc.integer({ min: 1, max: 3 }),
      async (shapes, script, passes, settlingMs, lag, maxStops) => {
        const lives = shapes.map((it, n): Life => leak(`s${n}`, it));
        const world = await sweepWorld(minute(0), lives);
        world.script.push(...script);
        world.settlingMs = settlingMs;
        world.lagMs = lag * minuteMs;
        const breaker = { maxStops, maxStopsPct: 100, windowMs: 60 * minuteMs };
        const input = inputOf({ invocationStamp: "start" }, { policies: [policy({ idleAfterMs, breaker })] });
        for (const { at, fault, step: failing } of passes) {
          world.at = minute(Math.max(at, (world.at - minute(0)) / minuteMs));
          let steps = 0;
          let gets = 0;
          const step = async <T>(kind: "write" | "read", run: () => Promise<T>): Promise<T> => {
            steps += 1;
            if (steps !== failing || fault === "none" || fault === "get") return run();
            seen.faults += 1;
            // Before it is done, or after.
            if (failing % 2 === 0 && kind === "write") await run();
            throw fault === "crash" ? crash : new RegistryError("unreachable", "The state does not answer.");
          };
          const stepped = steppedPorts(world.ports, step);
          const ports = fault === "crash" ? withService(stepped, step) : stepped;
          const failed = { kind: "failed", problem: { code: "ThrottlingException", message: "slow down" } } as const;
          const getSession: typeof ports.getSession = async (...asked) => {
            gets += 1;
            return fault === "get" && gets % 3 === 0 ? failed : ports.getSession(...asked);
          };
          await world.pass(input, { ...ports, getSession }).catch((error: unknown) => expect(error).toBe(crash));
          holdLaws(world, idleAfterMs);
        }
        // Two sound passes later nothing is left open.
        for (const later of [11, 22]) {
          world.at = plusMs(world.at, later * minuteMs);
          await world.pass(input);
        }
        // What was sent last, too.
        world.at = plusMs(world.at, 11 * minuteMs);
        await world.pass({ ...input, act: false });
        holdLaws(world, idleAfterMs);
        await holdOutcomes(world);
        for (const id of world.lives.keys()) {
          const states = (await world.recordsOf(id)).map(({ state }) => state);
          expect(states.filter((state) => state === "stopped").length).toBeLessThanOrEqual(1);
          if (world.stopped.has(id)) expect(states.some((it) => ["stopped", "already-gone"].includes(it))).toBe(true);
        }
        for (const [id, at] of world.stopped) {
          const life = world.lives.get(id);
          if (life === undefined) throw new Error(id);
          // At the lag of the records, it had long been idle.
          const until = plusMs(at, -world.lagMs);
          expect(worksWithin(life, { from: plusMs(until, -idleAfterMs), until })).toBe(false);
          const within = [...world.stopped.values()].filter((it) => it <= at && it > at - breaker.windowMs).length;
          expect(within).toBeLessThanOrEqual(maxStops);
        }
        seen.stopped += world.stopped.size;
        seen.kept += world.lives.size - world.stopped.size;
      },
    ),
    { numRuns: 500 },
  );
  expect(Math.min(seen.stopped, seen.kept, seen.faults)).toBeGreaterThan(30);
}, 60_000);
