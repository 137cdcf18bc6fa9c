import { describe, expect, it } from "vitest";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { observe } from "../../core/jobs/observe.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { figureOf, ireland, live, monitor, only, throttled, virginia } from "./monitor-fixture.ts";
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

describe("a pass over quotas", () => {
  it("sends one event when a quota is under pressure in two passes of three, and one when it is over", async () => {
    const { place, sent, pass } = monitor();
    place.live = live(9);
    for (const minute of [0, 1, 2, 3]) await pass(minute);
    place.live = live(1);
    for (const minute of [4, 5, 6]) await pass(minute);
    expect(sent.map(({ detailType, at, detail }) => [detailType, at, detail["from"], detail["to"]])).toEqual([
      ["Quota Pressure Changed", minutes(1), "ok", "critical"],
      ["Quota Pressure Changed", minutes(5), "critical", "ok"],
    ]);
  });

  it("says in the event what, where, how much, since when it is known, and what to do", async () => {
    const { place, sent, pass } = monitor();
    place.live = live(9);
    await pass(0);
    await pass(1);
    const id = "quota-pressure/111122223333/us-east-1/L-CAF6F552/ok-critical/2026-11-20T12:01:00.000Z";
    expect(sent).toEqual([
      {
        id,
        at: minutes(1),
        detailType: "Quota Pressure Changed",
        detail: {
          version: "1",
          id,
          account: "111122223333",
          region: "us-east-1",
          quota: { code: "L-CAF6F552", name: "Concurrent active Code Interpreter sessions" },
          from: "ok",
          to: "critical",
          state: "critical",
          used: 9,
          usedAtLeast: 9,
          limit: 10,
          limitSource: "applied",
          utilizationPct: 90,
          asOf: "2026-11-20T12:01:00.000Z",
          action: expect.stringMatching(/Stop sessions/),
          runbook: "docs/runbook.md#session-quota-pressure",
        },
      },
    ]);
  });

  it("says nothing of an applied quota of 0, and publishes no utilization of it", async () => {
    const { place, sent, published, pass } = monitor();
    place.limit = 0;
    place.live = live(3);
    for (const minute of [0, 1, 2]) await pass(minute);
    expect(sent).toEqual([]);
    expect(figureOf(published, "SessionQuotaUtilization")).toBeUndefined();
    expect(figureOf(published, "SessionQuotaLimit")).toBe(0);
    expect(figureOf(published, "ReadySessions")).toBe(3);
  });
});

describe("telling", () => {
  it("sends an event in the next pass, once, where a run died between commit and sending", async () => {
    const { place, sent, faults, pass } = monitor();
    place.live = live(9);
    await pass(0);
    faults.crashBeforeSending = true;
    await expect(pass(1)).rejects.toThrow("killed");
    faults.crashBeforeSending = false;
    for (const minute of [2, 3, 4]) await pass(minute);
    expect(sent.map((event) => event.at)).toEqual([minutes(1)]);
  });

  it("sends a claimed event once its claim is over, where a run was killed before it could let go", async () => {
    const { place, sent, state, ports, input, pass } = monitor();
    place.live = live(9);
    await pass(0);
    // A process that is killed while it sends settles nothing.
    const hanging = {
      ...ports,
      outbox: { ...state, settle: async () => undefined },
      sendEvents: async () => Promise.reject(new Error("killed")),
    };
    await expect(observe(hanging)(minutes(1), input, new AbortController().signal)).rejects.toThrow("killed");
    await pass(1.25);
    expect(sent).toEqual([]);
    await pass(2);
    expect(sent.map((event) => event.at)).toEqual([minutes(1)]);
  });

  it("sends again, first thing in the next pass, what EventBridge refused within a 200", async () => {
    const { place, sent, faults, pass } = monitor();
    place.live = live(9);
    await pass(0);
    faults.refuseEvents = 1;
    const refused = await pass(1);
    expect(refused.complete).toBe(false);
    expect(only(refused).events).toMatchObject([{ result: "unsent", reason: "ThrottlingException: slow down" }]);
    // Even a moment later: what was refused is free at once.
    const next = await pass(1.1);
    expect(only(next).events).toMatchObject([{ result: "sent", event: { at: minutes(1) } }]);
    expect(next.complete).toBe(true);
    expect(sent).toHaveLength(1);
  });

  it("sends what was left before it reads anything, which may take long", async () => {
    const { place, sent, faults, ports, input, pass } = monitor();
    place.live = live(9);
    await pass(0);
    faults.refuseEvents = 1;
    await pass(1);
    const reading = { ...ports, scan: async () => Promise.reject(new Error("ended while it read")) };
    await expect(observe(reading)(minutes(2), input, new AbortController().signal)).rejects.toThrow(
      "ended while it read",
    );
    expect(sent.map((event) => event.at)).toEqual([minutes(1)]);
  });

  it("gives one alert where two runs overlap on one state", async () => {
    const { place, sent, state, pass } = monitor();
    place.live = live(9);
    await pass(0);
    const outcomes = await Promise.all([pass(1), pass(1), pass(1.1)]);
    expect(outcomes.map((outcome) => only(outcome).state).toSorted()).toEqual(["committed", "stale", "stale"]);
    expect(sent).toHaveLength(1);
    expect(await state.load(virginia)).toMatchObject({ revision: 2, unsentEvents: [] });
  });

  it("publishes nothing of a pass whose work another run did", async () => {
    const { place, published, pass } = monitor();
    place.live = live(3);
    await Promise.all([pass(0), pass(0)]);
    expect(published.filter((datum) => datum.name === "ReadySessions")).toHaveLength(1);
  });

  it("keeps what it learned where metrics do not arrive, and says so", async () => {
    const { place, state, faults, pass } = monitor();
    place.live = live(2);
    faults.metrics = [{ code: "Network", message: "PutMetricData failed", operation: "PutMetricData" }];
    const outcome = await pass(0);
    expect(outcome).toMatchObject({ complete: false, problems: [{ operation: "PutMetricData" }] });
    expect((await state.load(virginia)).openSessions).toHaveLength(2);
  });

  it("tells nobody where it is not to publish, and keeps the event for a pass that does", async () => {
    const { place, sent, published, pass } = monitor();
    place.live = live(9);
    await pass(0, { publish: false });
    const dry = await pass(1, { publish: false });
    expect(only(dry).events).toMatchObject([{ result: "withheld", event: { at: minutes(1) } }]);
    expect(figureOf(only(dry).metrics, "ReadySessions")).toBe(9);
    expect([...sent, ...published]).toEqual([]);
    await pass(2);
    expect(sent.map((event) => event.at)).toEqual([minutes(1)]);
  });

  it("drops the oldest of more than a hundred unsent events, and says so", async () => {
    const { state, pass } = monitor();
    const health = { level: "ok", since: start, recovering: null } as const;
    const newEvents = Array.from({ length: 105 }, (_, index) => ({
      id: `e${index}`,
      at: start,
      detailType: "t",
      detail: {},
    }));
    await state.commit(virginia, 0, { at: start, sessions: [], alerts: [], health, newEvents });
    const outcome = only(await pass(1, { publish: false }));
    expect(outcome.problems).toMatchObject([{ code: "EventsDropped", message: expect.stringMatching(/^5 events/) }]);
    expect((await state.load(virginia)).unsentEvents.map((event) => event.id)).toEqual(
      newEvents.slice(5).map((event) => event.id),
    );
  });
});

describe("a target that cannot be read", () => {
  it("is degraded once and recovered once, and the others finish", async () => {
    const { placeOf, sent, pass } = monitor({ targets: [virginia, ireland] });
    placeOf(ireland).live = live(2);
    placeOf(virginia).broken = "all";
    for (const minute of [0, 1, 2]) {
      const outcome = await pass(minute);
      expect(outcome.complete).toBe(false);
      expect(outcome.targets.map(({ scan }) => scan?.status)).toEqual(["failed", "ok"]);
    }
    placeOf(virginia).broken = "no";
    for (const minute of [3, 4, 5]) await pass(minute);
    expect(sent.map(({ detailType, detail }) => [detailType, detail["region"], detail["from"], detail["to"]])).toEqual([
      ["Scan Degraded", "us-east-1", "ok", "failed"],
      ["Scan Degraded", "us-east-1", "failed", "ok"],
    ]);
    expect(sent[0]?.detail).toMatchObject({
      problemCount: 1,
      problems: [{ code: throttled.code, operation: throttled.operation, message: throttled.message }],
      runbook: "docs/runbook.md#scan-degraded",
    });
  });

  it("has a heartbeat of 0 and no figure of what it did not read", async () => {
    const { place, published, pass } = monitor();
    place.live = live(3);
    place.broken = "sessions";
    await pass(0);
    expect(figureOf(published, "ScanComplete")).toBe(0);
    expect(figureOf(published, "ScanProblems")).toBe(1);
    for (const name of [
      "ReadySessions",
      "HourlyCostLow",
      "CostSoFarHigh",
      "OldestSessionAge",
      "SessionQuotaUtilization",
    ]) {
      expect(figureOf(published, name)).toBeUndefined();
    }
  });

  it("stays critical while it cannot be seen", async () => {
    const { place, sent, state, pass } = monitor();
    place.live = live(9);
    await pass(0);
    await pass(1);
    place.broken = "all";
    for (const minute of [2, 3, 4, 5]) await pass(minute);
    expect((await state.load(virginia)).alerts).toMatchObject([{ level: "critical" }, { level: "ok" }]);
    expect(sent.filter((event) => event.detailType === "Quota Pressure Changed")).toHaveLength(1);
  });

  it("is not scanned where its state cannot be read, and the others are", async () => {
    const state = memoryRegistry();
    const failing = {
      ...state,
      load: async (target: typeof virginia) => {
        if (target === virginia) throw new RegistryError("busy", "the file is locked");
        return state.load(target);
      },
    };
    const { placeOf, looked, published, pass } = monitor({ state: failing, targets: [virginia, ireland] });
    placeOf(virginia).live = ["a"];
    placeOf(ireland).live = ["b"];
    const outcome = await pass(0);
    expect(outcome.targets).toMatchObject([
      { state: "failed", scan: null, problems: [{ code: "StateUnavailable", message: "the file is locked" }] },
      { state: "committed" },
    ]);
    expect(outcome.complete).toBe(false);
    expect(looked).toEqual(["b"]);
    expect(published.filter((datum) => datum.name === "ScanComplete").map((datum) => datum.value)).toEqual([0, 1]);
  });
});

describe("a pass that is ended", () => {
  it("stops and leaves a state from which the next one goes on", async () => {
    const { place, state, ports, input, sent, pass } = monitor();
    place.live = live(9);
    await pass(0);
    const stop = new AbortController();
    const stopping = {
      ...ports,
      sendEvents: async (_events: unknown, signal: AbortSignal) => {
        stop.abort(new Error("Ctrl-C"));
        signal.throwIfAborted();
        return [];
      },
    };
    await expect(observe(stopping)(minutes(1), input, stop.signal)).rejects.toThrow("Ctrl-C");
    expect(await state.load(virginia)).toMatchObject({ revision: 2, unsentEvents: [{ at: minutes(1) }] });
    await pass(1.1);
    expect(sent.map((event) => event.at)).toEqual([minutes(1)]);
  });
});
