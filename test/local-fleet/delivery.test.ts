import { describe, expect, it } from "vitest";
import { createWorld } from "../../local/create-world.ts";
import { deliveryValidationLine } from "../../local/fleet/delivery.ts";
import { handClock, minute } from "./fixtures.ts";

describe("the line that AWS writes when a delivery is created", () => {
  const world = createWorld({ fleet: "demo", seed: 1, clock: handClock() });
  const interpreters = [...(world.place("111122223333", "us-east-1")?.interpreters.values() ?? [])];

  it("is no JSON, and comes soon after the interpreter's creation", () => {
    const delivering = interpreters.filter((each) => each.usageDelivery !== null);
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
