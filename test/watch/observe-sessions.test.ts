import { describe, expect, it } from "vitest";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { monitor, only, virginia } from "./monitor-fixture.ts";
import { minutes, start } from "./quota-fixtures.ts";

describe("a pass over sessions", () => {
  it("looks each session up once in its life", async () => {
    const { place, looked, pass } = monitor();
    place.live = ["a", "b"];
    await pass(0);
    place.live = ["b", "c"];
    await pass(1);
    await pass(2);
    expect(looked).toEqual(["a", "b", "c"]);
  });

  it("catches up over several passes where it may look up only so many in one", async () => {
    const { place, looked, state, pass } = monitor();
    place.live = ["a", "b", "c"];
    const few = { lookUpsAtMost: 1, rememberSeenEveryMs: 600_000 };
    for (const minute of [0, 1, 2, 3]) expect(only(await pass(minute, few)).scan?.readySessions).toBe(3);
    expect(looked).toEqual(["a", "b", "c"]);
    const { openSessions } = await state.load(virginia);
    expect(openSessions.map((record) => record.timeoutSeconds)).toEqual([900, 900, 900]);
  });

  it("remembers when a session was first and last seen, and a cost that grows", async () => {
    const { place, state, pass } = monitor();
    place.live = ["a"];
    await pass(1);
    const [first] = (await state.load(virginia)).openSessions;
    await pass(3);
    const [later] = (await state.load(virginia)).openSessions;
    expect(first).toMatchObject({ firstSeenAt: minutes(1), lastSeenAt: minutes(1), timeoutSeconds: 900, goneAt: null });
    // 60 s and 180 s of one eighth of a GB; of 2 vCPU and 8 GB.
    expect(first).toMatchObject({ lowUsd: "0.000019687500", highUsd: "0.004243333333" });
    expect(later).toMatchObject({
      firstSeenAt: minutes(1),
      lastSeenAt: minutes(3),
      lowUsd: "0.000059062500",
      highUsd: "0.012730000000",
    });
  });

  it("never lets a cost fall: not when the clock is set back, nor when a price is no longer known", async () => {
    const { place, state, pass } = monitor();
    place.live = ["a"];
    await pass(3);
    await pass(1);
    const kept = { lastSeenAt: minutes(3), lowUsd: "0.000059062500", highUsd: "0.012730000000" };
    expect((await state.load(virginia)).openSessions).toMatchObject([kept]);
    await pass(4, { prices: new Map() });
    expect((await state.load(virginia)).openSessions).toMatchObject([{ ...kept, lastSeenAt: minutes(4) }]);
    place.live = [];
    expect(only(await pass(5, { prices: new Map() })).ended).toMatchObject([{ ...kept, lastSeenAt: minutes(4) }]);
  });

  it("bounds the end of a session that vanished by the passes around it", async () => {
    const { place, state, pass } = monitor();
    place.live = ["a", "b"];
    await pass(1);
    place.live = ["b"];
    const { ended } = only(await pass(3));
    expect(ended).toMatchObject([{ session: "a", lastSeenAt: minutes(1), goneAt: minutes(3) }]);
    // At least until it was last seen (60 s), at most until it was missed (180 s).
    expect(ended[0]).toMatchObject({ lowUsd: "0.000019687500", highUsd: "0.012730000000" });
    expect(await state.goneSince(virginia, start)).toEqual(ended);
    expect((await state.load(virginia)).openSessions.map((record) => record.session)).toEqual(["b"]);
  });

  it("does not charge a vanished session beyond its timeout", async () => {
    const { place, pass } = monitor();
    place.live = ["a"];
    await pass(1);
    place.live = [];
    const { ended } = only(await pass(600));
    // 15 minutes of 2 vCPU and 8 GB.
    expect(ended[0]).toMatchObject({ highUsd: "0.063650000000", goneAt: minutes(600) });
  });

  it("takes no session for gone that an incomplete listing lacks", async () => {
    const { place, state, pass } = monitor();
    place.live = ["a", "b", "c"];
    await pass(1);
    place.broken = "sessions";
    expect(only(await pass(2)).ended).toEqual([]);
    place.broken = "all";
    expect(only(await pass(3)).ended).toEqual([]);
    expect((await state.load(virginia)).openSessions).toHaveLength(3);
    place.broken = "no";
    place.live = ["a"];
    expect(only(await pass(4)).ended.map((record) => record.session)).toEqual(["b", "c"]);
  });

  it("takes the sessions of an interpreter for gone that a complete listing lacks", async () => {
    const { state, pass } = monitor();
    const orphan = {
      interpreter: interpreterId("deleted-0123456789"),
      session: sessionId("z"),
      name: null,
      createdAt: start,
      timeoutSeconds: 900,
      firstSeenAt: start,
      lastSeenAt: start,
      goneAt: null,
      lowUsd: null,
      highUsd: null,
      costAsOf: start,
    };
    const health = { level: "ok", since: start, recovering: null } as const;
    await state.commit(virginia, 0, { at: start, sessions: [orphan], alerts: [], health, newEvents: [] });
    expect(only(await pass(1)).ended.map((record) => record.session)).toEqual(["z"]);
  });

  it("writes a session that was only seen again no more often than asked", async () => {
    const { place, state, pass } = monitor();
    place.live = ["a"];
    const lastSeen = async () => (await state.load(virginia)).openSessions[0]?.lastSeenAt;
    await pass(0, { rememberSeenEveryMs: 600_000 });
    await pass(9, { rememberSeenEveryMs: 600_000 });
    expect(await lastSeen()).toBe(minutes(0));
    await pass(10, { rememberSeenEveryMs: 600_000 });
    expect(await lastSeen()).toBe(minutes(10));
  });
});
