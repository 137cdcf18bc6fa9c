import { describe, expect, it } from "vitest";
import { createWorld } from "../../local/create-world.ts";
import { plannedProfiles } from "../../local/fleet/activity.ts";
import { truthOf } from "../../local/truth.ts";
import type { LocalInterpreter, World } from "../../local/world.ts";
import { handClock, hour, startAt } from "./fixtures.ts";

const worldAfter = (fleet: "cleanup" | "thousand", ms: number): World => {
  const clock = handClock();
  const world = createWorld({ fleet, seed: 7, clock });
  clock.advance(ms);
  return world;
};
const sessionsOf = (world: World) =>
  [...world.places()].flatMap((place) => [...place.sessions.values()].flatMap((each) => [...each.values()]));
const always = { from: startAt - 24 * hour, until: startAt + 48 * hour };

describe("the fleet for clean-up", () => {
  it("has about 60 live sessions at the start, of every profile but the one that is over in seconds", () => {
    const live = truthOf(worldAfter("cleanup", 0), { cost: false, status: "READY", work: always }).sessions;
    expect(live.length).toBeGreaterThan(55);
    expect(live.length).toBeLessThan(75);
    expect(new Set(live.map(({ work }) => work?.profile))).toEqual(new Set(plannedProfiles));
  });

  it("has interpreters of which all, some and nothing can be known", () => {
    const kindOf = ({ usageLogs, usageDelivery, applicationLogs, hasTraces }: LocalInterpreter): string =>
      [usageLogs?.to ?? "none", usageDelivery ?? "as-the-world", applicationLogs !== null, hasTraces].join(" ");
    const kinds = [...worldAfter("cleanup", 0).places()].flatMap(({ interpreters }) =>
      [...interpreters.values()].filter(({ kind }) => kind === "CUSTOM").map(kindOf),
    );
    expect(kinds.toSorted()).toEqual(
      [
        "log-group as-the-world true true",
        "log-group as-the-world false false",
        "log-group as-the-world false false",
        "log-group at-teardown false true",
        "none as-the-world true false",
        "none as-the-world false false",
        "bucket as-the-world false true",
      ].toSorted(),
    );
  });

  it("has names that are used again after sessions that ended by themselves, and visitors who find theirs gone", () => {
    const world = worldAfter("cleanup", 12 * hour);
    const { sessions } = truthOf(world, { cost: false });
    const started = (prefix: string): number => sessions.filter(({ name }) => name?.startsWith(prefix)).length;
    expect(started("job-")).toBe(4 * 7);
    expect(started("visitor-")).toBeGreaterThan(4);
    expect(sessionsOf(world).some(({ calls }) => calls.some((call) => call.isRefused === true))).toBe(true);
  });
});

describe("the fleet of a thousand", () => {
  it("has a thousand sessions born within a day, a good third of them leaks", () => {
    const sessions = sessionsOf(worldAfter("thousand", 0));
    expect(sessions).toHaveLength(1000);
    expect(sessions.every(({ createdAt }) => createdAt >= startAt && createdAt <= startAt + 24 * hour)).toBe(true);
    expect(sessions.filter(({ activity }) => activity.profile === "idle-leak")).toHaveLength(390);
  });

  it("stays below the usual quota all day", () => {
    const sessions = sessionsOf(worldAfter("thousand", 0));
    for (let at = startAt; at < startAt + 24 * hour; at += hour) {
      const live = sessions.filter((each) => each.createdAt <= at && at < each.createdAt + each.timeoutSeconds * 1000);
      expect(live.length).toBeLessThan(500);
    }
  });
});
