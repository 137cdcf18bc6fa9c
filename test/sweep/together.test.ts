import fc from "fast-check";
import { expect, it } from "vitest";
import { steppedPorts, withService } from "./broken-ports.ts";
import { holdLaws, holdOutcomes } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { inputOf, policy, sweepWorld } from "./sweep-world.ts";

const lives = ["a", "b", "c", "d"].map((id) => leak(id));
const breaker = (maxStops: number) => ({ maxStops, maxStopsPct: 100, windowMs: 3_600_000 });

/** Two runs over the same target, whose every step may come before or after any of the other's. */
async function twoRuns(
  scheduler: fc.Scheduler,
  input: ReturnType<typeof inputOf>,
  sees: (run: 0 | 1, session: string) => boolean = () => true,
) {
  const world = await sweepWorld(minute(120), lives);
  const step = <T>(_kind: unknown, run: () => Promise<T>): Promise<T> =>
    scheduler.schedule(Promise.resolve()).then(run);
  const ports = withService(steppedPorts(world.ports, step), step);
  const all = world.scan();
  const runs = ([0, 1] as const).map((run) =>
    world.pass(input, ports, { ...all, sessions: all.sessions.filter(({ id }) => sees(run, id)) }),
  );
  const swept = await scheduler.waitFor(Promise.all(runs));
  holdLaws(world);
  await holdOutcomes(world);
  const stops = world.asked.filter(({ op }) => op === "stop").length;
  const cap = await world.ports.documents.read("cleanup/cap");
  const claimed = cap === null ? 0 : (JSON.parse(cap.text) as readonly unknown[]).length;
  return { world, swept, stops, claimed };
}

it("two sweeps at once do the work once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const { world, stops, swept } = await twoRuns(scheduler, inputOf());
      expect([...world.stopped.keys()].toSorted()).toEqual(["a", "b", "c", "d"]);
      expect(stops).toBe(4);
      const stopped = swept.flatMap(({ outcomes }) => outcomes.filter(({ kind }) => kind === "stopped"));
      expect(stopped).toHaveLength(4);
    }),
    { numRuns: 60 },
  );
});

it("together they stop no more than the cap of all runs", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 0, max: 5 }),
      fc.boolean(),
      async (scheduler, maxStops, apart) => {
        const input = inputOf({ cap: { maxStops, windowMs: 3_600_000 } });
        const { stops, claimed } = await twoRuns(
          scheduler,
          input,
          (run, session) => !apart || "ab".includes(session) === (run === 0),
        );
        expect(stops).toBeLessThanOrEqual(maxStops);
        // Nothing of the cap is lost to a run that comes second.
        expect(stops).toBe(Math.min(4, maxStops));
        expect(claimed).toBe(stops);
      },
    ),
    { numRuns: 60 },
  );
});

it("together they stop no more than the breaker of a target allows, whatever each of them plans", async () => {
  let mostTogether = 0;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 3 }), async (scheduler, maxStops) => {
      const input = inputOf({}, { policies: [policy({ breaker: breaker(maxStops) })] });
      const { world } = await twoRuns(scheduler, input, (run, session) => "ab".includes(session) === (run === 0));
      expect(world.stopped.size).toBeLessThanOrEqual(maxStops);
      mostTogether = Math.max(mostTogether, world.stopped.size);
    }),
    { numRuns: 100 },
  );
  expect(mostTogether).toBeGreaterThan(1);
});
