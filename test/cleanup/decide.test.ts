import { describe, expect, it } from "vitest";
import type { Unknown } from "../../core/cleanup/evidence/evidence.ts";
import { instant } from "../../core/kernel/instant.ts";
import { at, ms, reasonOf, span } from "./decided.ts";
import { type FactsChanges, minute, unknown } from "./facts.ts";

describe("a session that is idle beyond doubt", () => {
  it("is to be stopped, with its horizon, since when it is idle, and the figures", () => {
    expect(at({})).toEqual({
      action: "stop",
      reason: "idle-observed",
      text: "It was idle for 1 h 40 min up to 2026-11-20T13:40:00.000Z (no call, CPU below 0.02 vCPU), policy idle asks for 10 min.",
      horizon: minute(100),
      idleSince: minute(0),
      dueAt: null,
    });
  });

  it.each([
    [90 - ms, "idle-observed"],
    [90, "idle-observed"],
    [90 + ms, "quiet"],
  ] as const)("with its last work at minute %f is %s", (lastMinute, reason) => {
    const lastBusyAt = minute(lastMinute);
    expect(reasonOf({ cpu: { lastBusyAt, quietSince: lastBusyAt } })).toBe(reason);
    expect(reasonOf({ calls: { maybeInFlight: [span(20, lastMinute)] } })).toBe(reason);
    expect(reasonOf({ calls: { of: "session", maybeInFlight: [span(20, lastMinute)] } })).toBe(reason);
    expect(reasonOf({ cpu: { covered: span(lastMinute, 100), quietSince: lastBusyAt } })).toBe(reason);
    expect(reasonOf({ lastUpdatedAt: lastBusyAt })).toBe(reason);
  });

  it("is decided on by however many calls", () => {
    const maybeInFlight = Array.from({ length: 200_000 }, (_, n) => span(n / 2500, n / 2500 + ms));
    expect(reasonOf({ calls: { of: "session", maybeInFlight } })).toBe("idle-observed");
    expect(reasonOf({ calls: { of: "session", maybeInFlight: [...maybeInFlight, span(99, 101)] } })).toBe("active");
  });

  it.each([
    [100, "quiet"],
    [100 + ms, "active"],
  ] as const)("with its last work at minute %f, at its horizon of minute 100, is %s", (lastMinute, reason) => {
    expect(reasonOf({ calls: { of: "session", maybeInFlight: [span(20, lastMinute)] } })).toBe(reason);
    expect(reasonOf({ lastUpdatedAt: minute(lastMinute) })).toBe(reason);
  });

  it.each([
    [90, "unknown-activity"],
    [90 + ms, "active"],
  ] as const)("with its last work at minute %f, its calls not being known, is %s", (lastMinute, reason) => {
    const busy = { lastBusyAt: minute(lastMinute), quietSince: minute(lastMinute) };
    expect(reasonOf({ cpu: busy, calls: unknown("failed") })).toBe(reason);
  });

  it("is watched until it was idle for long enough, and is due when evidence will be there", () => {
    expect(at({ cpu: { lastBusyAt: minute(94), quietSince: minute(94) } })).toMatchObject({
      action: "watch",
      reason: "quiet",
      text: "It was idle for 6 min up to 2026-11-20T13:40:00.000Z (no call, CPU below 0.02 vCPU), and policy idle asks for 10 min.",
      horizon: minute(100),
      idleSince: minute(94),
      dueAt: minute(124),
    });
  });

  it("is not idle before it began, whatever its boot's records say", () => {
    expect(
      at({ session: { createdAt: minute(95) }, cpu: { covered: span(50, 100), quietSince: minute(50) } }),
    ).toMatchObject({
      reason: "quiet",
      idleSince: minute(95),
    });
  });
});

describe("work that is known", () => {
  it.each<[string, FactsChanges]>([
    ["the last record works", { cpu: { quietSince: null, lastBusyAt: minute(100) } }],
    ["the last record works, and nothing says when", { cpu: { quietSince: null } }],
    ["a record of no length works at the horizon", { cpu: { quietSince: null, lastBusyAt: minute(100) } }],
    [
      "a record works after the horizon of calls",
      { calls: { inFlightUntil: minute(98) }, cpu: { quietSince: minute(99), lastBusyAt: minute(99) } },
    ],
    [
      "a call of its own is in flight at the horizon",
      { calls: { of: "session", maybeInFlight: [span(50, 100 + ms)] } },
    ],
    [
      "a call of its own is recorded after its last record",
      { calls: { of: "session", maybeInFlight: [span(118, 119)] } },
    ],
    ["the service says that it was updated since", { lastUpdatedAt: minute(101) }],
    ["the listing says that it was updated since", { session: { lastUpdatedAt: minute(101) } }],
    [
      "its calls are not known, and it worked lately",
      { calls: unknown("failed"), cpu: { lastBusyAt: minute(91), quietSince: minute(91) } },
    ],
    [
      "its CPU is not known, and it was called lately",
      { cpu: unknown("failed"), calls: { of: "session", maybeInFlight: [span(100, 110)] } },
    ],
    [
      "usage logs are off, and it was called lately",
      { cpu: unknown("no-usage-logs"), calls: { of: "session", maybeInFlight: [span(100, 110)] } },
    ],
  ])("keeps it: %s", (_, changes) => {
    expect(at(changes)).toMatchObject({ action: "keep", reason: "active", idleSince: null, dueAt: null });
  });
});

describe("what nothing can prove", () => {
  it.each<[string, FactsChanges]>([
    ["usage logs are off", { cpu: unknown("no-usage-logs") }],
    ["usage logs come at the end", { cpu: unknown("at-teardown") }],
    ["its interpreter was never called", { calls: unknown("never-called") }],
    ["usage logs are off, and calls failed to be read", { cpu: unknown("no-usage-logs"), calls: unknown("failed") }],
    ["its interpreter is called, for whichever session", { calls: { maybeInFlight: [span(95, 100 + ms)] } }],
    ["its interpreter was called after its last record", { calls: { maybeInFlight: [span(105, 110)] } }],
    [
      "usage logs are off, and its interpreter is called",
      { cpu: unknown("no-usage-logs"), calls: { maybeInFlight: [span(105, 110)] } },
    ],
  ])("is kept as unprovable: %s", (_, changes) => {
    expect(at(changes)).toMatchObject({ action: "keep", reason: "unprovable" });
  });

  it("says what to turn on", () => {
    expect(at({ calls: { maybeInFlight: [span(105, 110)] } }).text).toContain("turn on APPLICATION_LOGS or TRACES");
    const lately = { maybeInFlight: [span(105, 110)] };
    const differing = at({ calls: { ...lately, apart: unknown("call-logs-differ") } });
    expect(differing).toMatchObject({ action: "keep", reason: "unprovable" });
    expect(differing.text).toContain("Missing: call-logs-differ.");
    expect(differing.text).not.toContain("turn on");
    // What could not be read this time may be next time.
    const unread = at({ calls: { ...lately, apart: unknown("failed") } });
    expect(unread).toMatchObject({ action: "keep", reason: "unknown-activity" });
    expect(unread.text).toContain("Missing: failed.");
    expect(at({ cpu: unknown("no-usage-logs") }).text).toBe(
      "After 2 h nothing can show that it is idle: Missing: no-usage-logs.",
    );
  });
});

describe("what is not known", () => {
  const codes: readonly Unknown["code"][] = [
    "no-records-yet",
    "approximate",
    "no-control-series",
    "data-late",
    "not-looked",
    "failed",
  ];
  it.each(codes)("is kept: %s, of CPU or of calls or of both", (code) => {
    for (const changes of [
      { cpu: unknown(code) },
      { calls: unknown(code) },
      { cpu: unknown(code), calls: unknown(code) },
    ]) {
      expect(at(changes)).toMatchObject({ action: "keep", reason: "unknown-activity", horizon: null, idleSince: null });
    }
  });

  it.each<[string, FactsChanges]>([
    ["Get did not answer", { status: "unknown" }],
    ["the listing has a status of its own", { session: { status: "PAUSED" } }],
    ["its time limit is not known", { session: { timeoutSeconds: null } }],
    ["CPU was looked at after now", { cpu: { asOf: minute(120 + ms) } }],
    ["calls were looked at after now", { calls: { asOf: minute(120 + ms) } }],
    ["records are stamped after now", { cpu: { covered: span(0, 120 + ms) }, calls: { inFlightUntil: minute(119) } }],
    ["calls are known after now", { calls: { inFlightUntil: minute(121) } }],
    ["records end before they begin", { cpu: { covered: span(101, 100), quietSince: minute(0) } }],
    ["it is quiet only after the end of its records", { cpu: { quietSince: minute(101) } }],
    ["calls end before they begin", { calls: { window: span(0, -1) } }],
    ["the horizon is no instant", { cpu: { covered: { from: minute(0), until: instant(Number.NaN) } } }],
    ["its evidence ends before it began", { session: { createdAt: minute(100) } }],
  ])("is kept: %s", (_, changes) => {
    expect(at(changes)).toMatchObject({ action: "keep", reason: "unknown-activity" });
  });

  it.each([
    [90 - ms, "idle-observed"],
    [90, "idle-observed"],
    [90 + ms, "unknown-activity"],
  ] as const)("is kept where calls were looked at from minute %f on only: %s", (from, reason) => {
    expect(reasonOf({ calls: { window: span(from, 120) } })).toBe(reason);
  });

  it("needs no look at calls from before it began", () => {
    const began = { createdAt: minute(95) };
    expect(reasonOf({ session: began, calls: { window: span(95, 120) } })).toBe("quiet");
    expect(reasonOf({ session: began, calls: { window: span(95 + ms, 120) } })).toBe("unknown-activity");
  });

  it.each([
    [175 - ms, "idle-observed"],
    [175, "idle-observed"],
    [175 + ms, "unknown-activity"],
  ] as const)("is kept where evidence of minute 100 is looked at in minute %f: %s", (nowMinute, reason) => {
    expect(reasonOf({}, nowMinute)).toBe(reason);
  });
});
