import { describe, expect, it } from "vitest";
import { createWorld } from "../../local/create-world.ts";
import { deliveryValidationLine } from "../../local/fleet/delivery.ts";
import { fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { usageRecords } from "../../local/fleet/usage-records.ts";
import { handClock, hour, minute, startAt } from "./fixtures.ts";

describe("the line that AWS writes when a delivery is created", () => {
  const world = createWorld({ fleet: "demo", seed: 1, clock: handClock() });
  const interpreters = [...(world.place("111122223333", "us-east-1")?.interpreters.values() ?? [])];

  it("is no JSON, and comes soon after the interpreter's creation", () => {
    const delivering = interpreters.filter((each) => each.usageLogs !== null);
    expect(delivering.length).toBeGreaterThan(1);
    for (const interpreter of delivering) {
      const line = deliveryValidationLine(interpreter, "usage", world);
      expect(() => JSON.parse(line.message)).toThrow(SyntaxError);
      expect(line.stampAt - interpreter.createdAt).toBeGreaterThan(0);
      expect(line.stampAt - interpreter.createdAt).toBeLessThanOrEqual(minute + 1000);
    }
  });

  it("is written once for each log of an interpreter", () => {
    for (const interpreter of interpreters) {
      const stamps = (["usage", "application"] as const).map((kind) =>
        deliveryValidationLine(interpreter, kind, world),
      );
      expect(stamps[0]?.stampAt).not.toBe(stamps[1]?.stampAt);
    }
  });
});

describe("usage", () => {
  it.each([
    ["at-teardown", "streaming"],
    ["streaming", "at-teardown"],
  ] as const)("comes %s as an interpreter says for itself, where the world says %s", (own, ofWorld) => {
    const fleet = fleetSpec.parse({
      places: [
        {
          region: "us-east-1",
          interpreters: [{ name: "own", usageDelivery: own }, { name: "other" }],
          sessions: ["own", "other"].map((interpreter) => ({
            interpreter,
            profile: "steady",
            count: 1,
            createdSeconds: 0,
            timeoutSeconds: 7200,
          })),
        },
      ],
    });
    const clock = handClock();
    const world = createWorld({ fleet, seed: 1, clock, unknowns: { usageDelivery: ofWorld } });
    clock.advance(3 * hour);
    const arrivals = [...(world.place("111122223333", "us-east-1")?.sessions.values() ?? [])]
      .flatMap((sessions) => [...sessions.values()])
      .map((session) => {
        const first = Math.min(...usageRecords(session, world, 0, startAt + 3 * hour).map((each) => each.ingestedAt));
        return first > startAt + 2 * hour ? "at-teardown" : "streaming";
      });
    expect(arrivals).toEqual([own, ofWorld]);
  });
});
