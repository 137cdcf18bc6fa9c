import { describe, expect, it } from "vitest";
import { createWorld } from "../../local/create-world.ts";
import { callsOf } from "../../local/fleet/calls.ts";
import { fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { settleReturns } from "../../local/fleet/returning.ts";
import { truthOf } from "../../local/truth.ts";
import type { LocalSession, Place } from "../../local/world.ts";
import { aSession, handClock, hour, minute, startAt, worldOf } from "./fixtures.ts";

const all = (place: Place): LocalSession[] =>
  [...place.sessions.values()]
    .flatMap((sessions) => [...sessions.values()])
    .toSorted((a, b) => a.createdAt - b.createdAt);
const invokesOf = (session: LocalSession) =>
  callsOf(session, 0, Number.MAX_SAFE_INTEGER).filter((call) => call.operation === "InvokeCodeInterpreter");

function stop(session: LocalSession, at: number): void {
  session.stoppedAt = at;
  session.calls.push({ operation: "StopCodeInterpreterSession", startAt: at, endAt: at });
}

const returning = (seed: number, timeoutSeconds = 28_800): LocalSession => ({
  ...aSession({ profile: "returning", seed, timeoutSeconds }),
  name: "desk/7",
});

describe("the caller of a returning session", () => {
  it.each([1, 2, 3, 4])(
    "is refused where somebody stopped it, and goes on in another of the same name (%i)",
    (seed) => {
      const undisturbed = invokesOf(returning(seed)).map((call) => call.startAt);
      const session = returning(seed);
      const { world, place, clock } = worldOf([session]);
      clock.advance(15 * minute);
      stop(session, clock.now());
      const backAt = undisturbed.find((at) => at > startAt + 15 * minute) ?? 0;
      clock.advance(backAt - clock.now() + 299);
      settleReturns(world);
      expect(all(place)).toHaveLength(1);
      clock.advance(1);
      settleReturns(world);
      const [gone, next, ...others] = all(place);
      expect(others).toEqual([]);
      expect(gone?.calls.at(-1)).toMatchObject({ startAt: backAt, isRefused: true });
      expect(next).toMatchObject({ name: "desk/7", createdAt: backAt + 300, stoppedAt: null });
      const gaps = invokesOf(next ?? session).map((call) => call.startAt);
      expect(gaps).toEqual(undisturbed.filter((at) => at > backAt));
    },
  );

  it("acts alike however seldom the world is looked at", () => {
    const story = (steps: number): unknown => {
      const session = returning(9, 600);
      const { world, place, clock } = worldOf([session]);
      for (let step = 0; step < steps; step++) {
        clock.advance((8 * hour) / steps);
        settleReturns(world);
      }
      return all(place).map(({ id, name, createdAt, calls }) => ({ id, name, createdAt, calls }));
    };
    expect(story(480)).toEqual(story(1));
    expect((story(1) as unknown[]).length).toBeGreaterThan(2);
  });

  it("does not come back to one that it stopped itself", () => {
    const session = aSession({ profile: "returning", stoppedAt: startAt + 2 * minute, timeoutSeconds: 28_800 });
    const { world, place, clock } = worldOf([session]);
    clock.advance(9 * hour);
    settleReturns(world);
    expect(all(place)).toEqual([session]);
  });
});

describe("a group whose names are used again", () => {
  it("has further sessions of the same name after each planned end, whatever a client stops", () => {
    const fleet = fleetSpec.parse({
      places: [
        {
          region: "us-east-1",
          sessions: [
            {
              interpreter: "system",
              profile: "ephemeral",
              count: 5,
              createdSeconds: 0,
              timeoutSeconds: 900,
              names: ["a", "b", "c"],
              reusedAfterSeconds: [60, 120],
              reusedTimes: 3,
            },
          ],
        },
      ],
    });
    const clock = handClock();
    const world = createWorld({ fleet, seed: 1, clock });
    const place = world.place("111122223333", "us-east-1");
    if (place === null) throw new Error("no place");
    const [first] = all(place);
    if (first !== undefined) stop(first, startAt + minute);
    clock.advance(2 * hour);
    const sessions = truthOf(world, { cost: false }).sessions;
    expect(sessions).toHaveLength(20);
    const byName = Map.groupBy(all(place), ({ name }) => name);
    for (const [, named] of byName) {
      const starts = named.map((session) => (session.createdAt - startAt) / 1000);
      expect(starts.filter((at) => at === 0)).toHaveLength(named.length / 4);
      expect(starts.filter((at) => at >= 960 && at <= 1020)).toHaveLength(named.length / 4);
    }
  });
});
