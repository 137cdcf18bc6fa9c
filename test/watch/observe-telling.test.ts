import { describe, expect, it } from "vitest";
import { observe } from "../../core/jobs/observe/observe.ts";
import { figureOf, live, monitor, only, virginia } from "./monitor-fixture.ts";
import { minutes, start } from "./quota-fixtures.ts";

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

  it("keeps only the last change of each subject while it tells nobody, so that no storm follows", async () => {
    const { place, sent, pass } = monitor();
    const dry = { publish: false };
    for (const round of [0, 1, 2]) {
      place.live = live(9);
      for (const minute of [0, 1]) await pass(10 * round + minute, dry);
      place.live = [];
      for (const minute of [2, 3]) await pass(10 * round + minute, dry);
    }
    place.broken = "all";
    await pass(40, dry);
    await pass(41);
    expect(sent.map(({ at, detail }) => [at, detail["from"], detail["to"]])).toEqual([
      [minutes(23), "critical", "ok"],
      [minutes(40), "ok", "failed"],
    ]);
  });

  it("drops the oldest of more than a hundred unsent events, and says so", async () => {
    const { place, state, pass } = monitor();
    place.live = live(9);
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
    // What is sent first thing in a pass makes room, and is not counted as dropped.
    const telling = only(await pass(2));
    expect(telling.problems).toEqual([]);
    expect(telling.events.filter((delivery) => delivery.result === "sent")).toHaveLength(101);
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
