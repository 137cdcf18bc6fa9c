import { describe, expect, it } from "vitest";
import { plannedProfiles } from "../../local/fleet/activity.ts";
import { type SessionTruth, truthOf } from "../../local/truth.ts";
import type { LocalSession, World } from "../../local/world.ts";
import { aSession, hour, minute, startAt, worldOf } from "./fixtures.ts";

const ever = { from: startAt - hour, until: startAt + 24 * hour };
const timeoutSeconds = 14_400;

/** As StopCodeInterpreterSession does. */
function stop(session: LocalSession, at: number): void {
  session.stoppedAt = at;
  session.calls.push({ operation: "StopCodeInterpreterSession", startAt: at, endAt: at });
}

function truth(world: World): SessionTruth {
  const [only] = truthOf(world, { work: ever }).sessions;
  if (only === undefined) throw new Error("no session");
  return only;
}

const pico = (usd: string | null | undefined): bigint => BigInt((usd ?? "").replace(".", ""));
const iso = (at: number): string => new Date(at).toISOString();

describe("after a client's stop", () => {
  it.each(plannedProfiles)("the truth knows what the rest of a life would have cost (%s)", (profile) => {
    const stopped = aSession({ profile, seed: 3, timeoutSeconds });
    const { world, clock } = worldOf([stopped]);
    clock.advance(50 * minute + 123);
    stop(stopped, clock.now());
    const paid = truth(world);
    clock.advance(6 * hour);
    const lived = worldOf([aSession({ profile, seed: 3, timeoutSeconds })]);
    lived.clock.advance(8 * hour);
    const { work, ratedUsd } = truth(world);
    expect(ratedUsd).toBe(paid.ratedUsd);
    expect(pico(work?.remainingUsd)).toBe(pico(truth(lived.world).ratedUsd) - pico(ratedUsd));
    // At the peak of the stop and without CPU, the rest costs no more than what it would have.
    expect(pico(work?.remainingIdleUsd)).toBeLessThanOrEqual(pico(work?.remainingUsd));
    expect(pico(work?.remainingIdleUsd)).toBeGreaterThan(0n);
    expect(work).toMatchObject({
      profile,
      stoppedBy: "client",
      wouldHaveEndedAt: iso(startAt + timeoutSeconds * 1000),
    });
  });

  it("the truth knows when a session would have worked again", () => {
    const sleeper = aSession({ profile: "sleeper", seed: 5, timeoutSeconds });
    const { world, clock } = worldOf([sleeper]);
    clock.advance(timeoutSeconds * 1000);
    const [, , waking, next] = truth(world).work?.spans.filter(({ cause }) => cause === "cpu") ?? [];
    const asleep = aSession({ profile: "sleeper", seed: 5, timeoutSeconds });
    const again = worldOf([asleep]);
    const at = Date.parse(waking?.until ?? "") + minute;
    again.clock.advance(at - startAt);
    stop(asleep, at);
    expect(truth(again.world).work?.wouldHaveWorkedAgainAt).toBe(next?.from);
  });

  it("the truth says so where a session worked when it was stopped, or never would again", () => {
    const busy = aSession({ profile: "hot-loop", timeoutSeconds });
    const leak = aSession({ profile: "idle-leak", seed: 8, timeoutSeconds });
    for (const [session, expected] of [
      [busy, iso(startAt + hour)],
      [leak, null],
    ] as const) {
      const { world, clock } = worldOf([session]);
      clock.advance(hour);
      stop(session, startAt + hour);
      expect(truth(world).work?.wouldHaveWorkedAgainAt).toBe(expected);
    }
  });

  it("its caller's own plan still holds", () => {
    const session = aSession({ profile: "bursty", timeoutSeconds, stoppedAt: startAt + 2 * hour });
    const { world, clock } = worldOf([session]);
    clock.advance(hour);
    stop(session, startAt + hour);
    expect(truth(world).work).toMatchObject({ stoppedBy: "client", wouldHaveEndedAt: iso(startAt + 2 * hour) });
  });
});

describe("a session that no client stopped", () => {
  it.each([
    ["timeout", null, null],
    ["its caller's plan", startAt + minute, "plan"],
  ])("has nothing to say of what would have been (%s)", (_, stoppedAt, stoppedBy) => {
    const { world, clock } = worldOf([aSession({ stoppedAt })]);
    clock.advance(hour);
    expect(truth(world).work).toMatchObject({
      stoppedBy,
      wouldHaveWorkedAgainAt: null,
      wouldHaveEndedAt: null,
      remainingUsd: null,
      remainingIdleUsd: null,
    });
  });

  it("is told without its work where nobody asks for that", () => {
    const { world } = worldOf([aSession()]);
    expect(truthOf(world).sessions[0]).not.toHaveProperty("work");
  });
});
