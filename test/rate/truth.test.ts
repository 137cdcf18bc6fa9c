import { describe, expect, it } from "vitest";
import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import { usageLogLine, usageRecords } from "../../local/fleet/usage-records.ts";
import { truthOf } from "../../local/truth.ts";
import type { World } from "../../local/world.ts";
import { fileOf, rateJson } from "./run.ts";

const now = Date.parse("2026-11-20T00:00:00Z");

/** What the logs of every thirteenth session will hold once all is delivered, duplicates and validation messages included. */
function linesOf(world: World): readonly string[] {
  const sessions = [...world.places()].flatMap((place) =>
    [...place.sessions.values()].flatMap((own) => [...own.values()]),
  );
  return sessions
    .filter((_, index) => index % 13 === 0)
    .flatMap((session) => [
      "Log delivery permission validation message",
      ...usageRecords(session, world, 0, now + 1).map((record) => usageLogLine(record, session)),
    ]);
}

describe("the embedded AWS's fleet", () => {
  const world = createWorld({
    fleet: "demo",
    seed: 7,
    clock: localClock({ startAt: now, speed: 0 }),
    unknowns: {},
    limits: {},
  });

  it("costs by its usage logs what its generator knows it to cost, session by session", async () => {
    const { sessions, input } = await rateJson([fileOf(linesOf(world).join("\n"))]);
    const costs = (list: readonly Readonly<Record<string, unknown>>[]) =>
      list
        .filter((session) => session["ratedUsd"] !== null)
        .map(({ account, region, interpreter, session, ratedUsd, loggedUsd }) =>
          [account, region, interpreter, session, ratedUsd, loggedUsd].join(" "),
        );
    const metered = new Set(sessions.map(({ session }) => session));
    const truth = truthOf(world).sessions.filter(({ session }) => metered.has(session));
    expect(input.duplicates).toBeGreaterThan(0);
    expect(sessions.length).toBeGreaterThan(20);
    expect(costs(sessions)).toEqual(costs(truth as unknown as readonly Readonly<Record<string, unknown>>[]));
  });
});
