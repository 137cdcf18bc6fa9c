import { describe, expect, it } from "vitest";
import { callsOf, lastActiveAt } from "../../local/fleet/calls.ts";
import { sessionStatusAt } from "../../local/fleet/life.ts";
import { newSession } from "../../local/fleet/new-session.ts";
import { usageRecords } from "../../local/fleet/usage-records.ts";
import { hour, startAt, worldOf } from "./fixtures.ts";

const interpreterId = "aws.codeinterpreter.v1";

describe("a session that a real client starts", () => {
  it("is in the place, lives for 15 minutes unless asked otherwise, and idles after its start", () => {
    const { world, place, clock } = worldOf([]);
    const session = newSession(world, place, { interpreterId, now: startAt });
    expect(place.sessions.get(interpreterId)?.get(session.id)).toBe(session);
    expect(session).toMatchObject({ name: null, timeoutSeconds: 900, createdAt: startAt, stoppedAt: null });
    expect(sessionStatusAt(session, startAt)).toBe("READY");
    expect(callsOf(session, 0, startAt + hour).map((call) => call.operation)).toEqual(["StartCodeInterpreterSession"]);
    clock.advance(hour);
    expect(lastActiveAt(session, clock.now())).toBeLessThan(startAt + 1000);
    const later = usageRecords(session, world, startAt + 1500, startAt + hour).filter(
      (each) => each.elapsedSeconds > 0,
    );
    expect(later.length).toBeGreaterThan(890);
    expect(Math.max(...later.map((each) => (each.vcpuHours * 3600) / each.elapsedSeconds))).toBeLessThan(0.02);
  });

  it("has an id of its own, also among many that start in one millisecond", () => {
    const { world, place } = worldOf([]);
    const ids = Array.from({ length: 2000 }, () => newSession(world, place, { interpreterId, now: startAt }).id);
    expect(new Set(ids).size).toBe(2000);
    expect(place.sessions.get(interpreterId)?.size).toBe(2000);
    for (const id of ids) expect(id).toMatch(/^[0-9A-Z]{26}$/);
  });

  it("keeps its name and timeout", () => {
    const { world, place } = worldOf([]);
    const session = newSession(world, place, { interpreterId, now: startAt, name: "=1+1", timeoutSeconds: 60 });
    expect(session).toMatchObject({ name: "=1+1", timeoutSeconds: 60 });
    expect(sessionStatusAt(session, startAt + 60_000)).toBe("TERMINATED");
  });
});
