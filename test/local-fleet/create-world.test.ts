import { describe, expect, it } from "vitest";
import { createWorld } from "../../local/create-world.ts";
import { sessionStatusAt } from "../../local/fleet/life.ts";
import { truthOf } from "../../local/truth.ts";
import type { Place, World } from "../../local/world.ts";
import { handClock, hour, minute, startAt } from "./fixtures.ts";

const demo = (seed: number): World => createWorld({ fleet: "demo", seed, clock: handClock() });

function placeOf(world: World, region: string, account = "111122223333"): Place {
  const place = world.place(account, region);
  if (place === null) throw new Error(`${region} is not enabled`);
  return place;
}

const sessionsOf = (place: Place) => [...place.sessions.values()].flatMap((each) => [...each.values()]);

const liveAt = (place: Place, now: number): number =>
  sessionsOf(place).filter((session) => sessionStatusAt(session, now) === "READY").length;

describe("a world", () => {
  it("is the same for the same seed", () => {
    expect(truthOf(demo(5))).toEqual(truthOf(demo(5)));
  });

  it("is another one for another seed", () => {
    expect(truthOf(demo(5), { cost: false })).not.toEqual(truthOf(demo(6), { cost: false }));
  });

  it("has the system interpreter in each Region with built-in tools, and nothing in the others", () => {
    const world = createWorld({ fleet: "empty", seed: 1, clock: handClock() });
    expect([...placeOf(world, "sa-east-1").interpreters.keys()]).toEqual(["aws.codeinterpreter.v1"]);
    expect(placeOf(world, "us-west-1").interpreters.size).toBe(0);
    expect(sessionsOf(placeOf(world, "us-east-1"))).toEqual([]);
  });

  it("has no place where the account has not enabled the Region, or where there is none", () => {
    const world = demo(1);
    expect(world.place("111122223333", "eu-south-2")).toBeNull();
    expect(world.place("111122223333", "us-gov-west-1")).toBeNull();
    expect(world.place("111122223333", "mars-north-1")).toBeNull();
  });

  it("keeps a place that was made on first use", () => {
    const world = demo(1);
    const first = placeOf(world, "eu-central-1", "999988887777");
    expect(placeOf(world, "eu-central-1", "999988887777")).toBe(first);
    expect([...world.places()]).toContain(first);
  });
});

describe("the demo fleet", () => {
  it.each([1, 2, 3])("keeps 40 to 90 sessions alive in us-east-1 for a day with seed %i", (seed) => {
    const place = placeOf(demo(seed), "us-east-1");
    for (let hours = 0; hours < 24; hours++) {
      const live = liveAt(place, startAt + hours * hour);
      expect(live, `after ${hours} hours`).toBeGreaterThanOrEqual(40);
      expect(live, `after ${hours} hours`).toBeLessThanOrEqual(90);
    }
  });

  it.each([1, 2, 3])("nears the session quota of eu-west-1 within minutes with seed %i", (seed) => {
    const place = placeOf(demo(seed), "eu-west-1");
    expect(place.appliedQuotas.get("L-CAF6F552")).toBe(60);
    expect(liveAt(place, startAt)).toBeLessThan(30);
    expect(liveAt(place, startAt + 8 * minute)).toBeGreaterThanOrEqual(30);
    expect(liveAt(place, startAt + 40 * minute)).toBeGreaterThanOrEqual(40);
    expect(liveAt(place, startAt + 40 * minute)).toBeLessThan(60);
  });

  it("has an account with an applied quota of 0", () => {
    expect(placeOf(demo(1), "us-west-2", "444455556666").appliedQuotas.get("L-CAF6F552")).toBe(0);
  });

  it("has more ended sessions than fit on two pages, and every profile alive within ten minutes", () => {
    const place = placeOf(demo(1), "us-east-1");
    const ended = sessionsOf(place).filter((session) => sessionStatusAt(session, startAt) === "TERMINATED");
    expect(ended.length).toBeGreaterThan(200);
    const profiles = sessionsOf(place)
      .filter((session) => session.createdAt < startAt + 10 * minute)
      .filter((session) => sessionStatusAt(session, startAt) !== "TERMINATED")
      .map((session) => session.activity.profile);
    expect(new Set(profiles)).toEqual(new Set(["bursty", "steady", "idle-leak", "async-job", "hot-loop", "ephemeral"]));
  });

  it("uses only ids, names and timeouts that the API allows, and no id twice", () => {
    for (const place of demo(4).places()) {
      for (const interpreter of place.interpreters.values()) {
        if (interpreter.kind === "SYSTEM") continue;
        expect(interpreter.id).toMatch(/^[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10}$/);
        expect(interpreter.arn).toBe(
          `arn:aws:bedrock-agentcore:${place.region}:${place.account}:code-interpreter-custom/${interpreter.id}`,
        );
      }
      const sessions = sessionsOf(place);
      for (const session of sessions) {
        expect(session.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
        if (session.name !== null) expect([...Array(101).keys()].slice(1)).toContain(session.name.length);
        expect(session.timeoutSeconds).toBeLessThanOrEqual(28_800);
        expect(session.bootAt).toBeLessThanOrEqual(session.createdAt);
        expect(session.createdAt - session.bootAt).toBeLessThanOrEqual(43 * minute);
      }
      expect(new Set(sessions.map((session) => session.id)).size).toBe(sessions.length);
    }
  });

  it("reuses a name, and has names that would do harm if shown raw", () => {
    const names = sessionsOf(placeOf(demo(1), "us-east-1")).map((session) => session.name ?? "");
    expect(names.filter((name) => name === "support-agent").length).toBeGreaterThan(1);
    for (const part of ["\u001b[31m", "<img", "=HYPERLINK", "\u202e"]) {
      expect(
        names.some((name) => name.includes(part)),
        part,
      ).toBe(true);
    }
  });
});

describe("the large fleet", () => {
  it("has 5 Regions of 200 interpreters with 10 live sessions each, within its quotas", () => {
    const places = [...createWorld({ fleet: "large", seed: 1, clock: handClock() }).places()];
    expect(places).toHaveLength(5);
    for (const place of places) {
      expect(place.interpreters.size).toBe(201);
      expect(liveAt(place, startAt)).toBe(2000);
      expect(place.appliedQuotas.get("L-CAF6F552")).toBeGreaterThan(2000);
    }
  });
});
