import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leak, minute } from "./lives.ts";
import { inputOf, policy, sweepWorld } from "./sweep-world.ts";

const minuteMs = 60_000;

describe("passes every five minutes that look at no session without need", () => {
  it("stop each leak within idleAfter, the lag of its records and two passes, whenever it ceased to work, as late as records come", async () => {
    const spared = { looks: 0, passes: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 120 }),
        fc.constantFrom(5, 15, 30, 60),
        // How late records come, which changes as it goes on.
        fc.array(fc.integer({ min: 1, max: 74 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 4 }),
        async (ceased, idleAfter, lags, offset) => {
          const world = await sweepWorld(minute(offset), [
            leak("a", { busy: [{ from: minute(0), until: minute(ceased) }], calls: [] }),
          ]);
          const ports: typeof world.ports = {
            ...world.ports,
            readSessionCpu: async (...asked) => {
              spared.looks += Number(asked[4].depth === "until-work");
              return world.ports.readSessionCpu(...asked);
            },
          };
          const input = inputOf({}, { policies: [policy({ idleAfterMs: idleAfter * minuteMs })] });
          // Its listing and its Gets cost nothing here: two passes of five minutes.
          const due = ceased + idleAfter + 75 + 2 * 5;
          let reached = -75;
          for (let m = offset; m <= due; m += 5) {
            world.at = minute(m);
            // What has come once does not go away.
            reached = Math.max(reached, m - (lags[Math.floor(m / 30) % lags.length] ?? 0));
            world.lagMs = (m - reached) * minuteMs;
            spared.passes += 1;
            await world.pass(input, ports);
            if (world.stopped.size > 0) return;
          }
          expect.fail(`it ceased at ${ceased}, and lives at ${due}`);
        },
      ),
      { numRuns: 300 },
    );
    expect(spared.looks).toBeLessThan((spared.passes * 2) / 3);
  });
});

describe("a fleet of more sessions than a pass may look at", () => {
  it.each([
    [1000, 200, true],
    [1000, 200, false],
    [7, 3, true],
    [6, 3, false],
    [3, 3, true],
    [1, 200, false],
  ])("of %i, %i each pass, each is looked at once in a round: acting %s", async (count, looksAtMost, act) => {
    const lives = Array.from({ length: count }, (_, n) =>
      // Every third is kept by its calls, every other one works.
      leak(`s${n}`, {
        createdAt: minute(-60 + (n % 50)),
        busy: n % 2 === 0 ? [{ from: minute(-60), until: minute(400) }] : [],
        calls: n % 3 === 0 && !act ? [{ from: minute(100), until: minute(200) }] : [],
      }),
    );
    const world = await sweepWorld(minute(120), lives);
    const looked: string[] = [];
    const ports: typeof world.ports = {
      ...world.ports,
      readSessionCpu: async (...asked) => {
        if (asked[4].depth === "until-work") looked.push(...asked[2]);
        return world.ports.readSessionCpu(...asked);
      },
    };
    const input = inputOf({ looksAtMost, act }, { policies: [policy({ maxStopsPerPass: 0 })] });
    const rounds = Math.ceil(count / looksAtMost);
    for (let n = 0; n < rounds; n += 1) {
      world.at = minute(120 + n);
      const before = looked.length;
      await world.pass(input, ports);
      expect(looked.length - before).toBeLessThanOrEqual(looksAtMost);
    }
    expect([...new Set(looked)].toSorted()).toEqual(lives.map(({ id }) => id).toSorted());
    // None is looked at a second time before each had its turn.
    expect(new Set(looked.slice(0, count)).size).toBe(Math.min(count, looked.length));
  });

  it("tells how far its looks have come, and nothing of the last one before a stop", async () => {
    const world = await sweepWorld(
      minute(60),
      ["a", "b", "c"].map((id) => leak(id)),
    );
    const told: unknown[] = [];
    const onLooks: typeof world.ports.onLooks = ({ target, looked, of }) => told.push([target.region, looked, of]);
    const { outcomes } = await world.pass(inputOf(), { ...world.ports, onLooks });
    expect(outcomes.map(({ kind }) => kind)).toEqual(["stopped", "stopped", "stopped"]);
    expect(told).toEqual([1, 2, 3].map((looked) => ["us-east-1", looked, 3]));
  });

  it("gives those that calls keep their turn, too, while others are always due", async () => {
    const world = await sweepWorld(
      minute(120),
      ["a", "b", "c", "d"].map((id) => leak(id)),
    );
    const looked: string[] = [];
    const ports: typeof world.ports = {
      ...world.ports,
      readSessionCalls: async (_target, _interpreter, ids, window, _stamp, now) => {
        const called = { from: minute(100), until: minute(400) };
        return new Map(
          ids.map((id) => [
            id,
            {
              kind: "known",
              asOf: now,
              of: "session",
              window,
              inFlightUntil: now,
              maybeInFlight: id === "d" ? [called] : [],
            },
          ]),
        );
      },
      readInterpreterCalls: async (_target, tools) =>
        new Map(tools.map(({ id }) => [id, { kind: "unknown", code: "never-called", message: "No calls." }])),
      readSessionCpu: async (...asked) => {
        looked.push(...asked[2]);
        return new Map(asked[2].map((id) => [id, { kind: "unknown", code: "failed", message: "Not read." }]));
      },
    };
    for (let n = 0; n < 2; n += 1) {
      world.at = minute(120 + 5 * n);
      await world.pass(inputOf({ looksAtMost: 2 }), ports);
    }
    expect(looked.toSorted()).toEqual(["a", "b", "c", "d"]);
  });
});
