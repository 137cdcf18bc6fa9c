import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decide } from "../../core/cleanup/decide.ts";
import type { DecisionReason } from "../../core/cleanup/decision.ts";
import type { Unknown } from "../../core/cleanup/evidence.ts";
import { instant } from "../../core/kernel/instant.ts";
import { calls, cpu, type FactsChanges, facts, minute, minutes, unknown } from "./facts.ts";

const settings = { invocationStamp: "start", idleVcpu: 0.02 } as const;
const now = minute(120);
const at = (changes: FactsChanges, atMinute = 120) => decide(facts(changes), settings, minute(atMinute));
const reasonOf = (changes: FactsChanges, atMinute = 120): DecisionReason => at(changes, atMinute).reason;
const span = (from: number, until: number) => ({ from: minute(from), until: minute(until) });
/** A millisecond, in minutes. */
const ms = 1 / 60_000;

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

  it.each([
    [175 - ms, "idle-observed"],
    [175, "idle-observed"],
    [175 + ms, "unknown-activity"],
  ] as const)("is kept where evidence of minute 100 is looked at in minute %f: %s", (nowMinute, reason) => {
    expect(reasonOf({}, nowMinute)).toBe(reason);
  });
});

describe("age, time left, protection and policy", () => {
  const at5 = { cpu: { asOf: minute(0), covered: span(-30, 0), quietSince: minute(-30) } };
  it.each([
    [5 - ms, "too-young"],
    [5, "unknown-activity"],
    [5 + ms, "unknown-activity"],
  ] as const)("at an age of %f minutes, minAge 5: %s", (age, reason) => {
    expect(reasonOf({ ...at5, calls: unknown("failed") }, age)).toBe(reason);
  });

  it("is too young where it began after now, whatever minAge is", () => {
    expect(reasonOf({ session: { createdAt: minute(121) } })).toBe("too-young");
    expect(reasonOf({ session: { createdAt: minute(121) }, policy: { minAgeMs: -minutes(10) } })).toBe("too-young");
  });

  it.each([
    [134 * 60, "expires-soon"],
    [135 * 60, "expires-soon"],
    [135 * 60 + 1, "idle-observed"],
  ] as const)("with a time limit of %i s, skipIfExpiresWithin 15 minutes: %s", (timeoutSeconds, reason) => {
    expect(reasonOf({ session: { timeoutSeconds } })).toBe(reason);
  });

  it.each([
    [120 * 60 - 1, "ended"],
    [120 * 60, "ended"],
    [120 * 60 + 1, "expires-soon"],
  ] as const)("with a time limit of %i s at an age of 120 minutes: %s", (timeoutSeconds, reason) => {
    expect(reasonOf({ session: { timeoutSeconds } })).toBe(reason);
  });

  it("has ended where the listing or Get says so", () => {
    expect(reasonOf({ session: { status: "TERMINATED" } })).toBe("ended");
    expect(reasonOf({ status: "ended" })).toBe("ended");
    expect(reasonOf({ status: "READY" })).toBe("idle-observed");
  });

  it.each([
    [null, "protected"],
    [minute(120 + ms), "protected"],
    [minute(120), "idle-observed"],
    [minute(120 - ms), "idle-observed"],
  ] as const)("with a protection until %s: %s", (until, reason) => {
    expect(reasonOf({ protection: { until } })).toBe(reason);
  });

  it("is kept without a policy, and by one whose time is none", () => {
    expect(at({ policy: null })).toMatchObject({ action: "keep", reason: "no-policy" });
    for (const idleAfterMs of [0, -1, Number.NaN]) {
      expect(at({ policy: { idleAfterMs } })).toMatchObject({ action: "keep", reason: "no-policy" });
    }
  });
});

describe("over age", () => {
  it.each([
    [120 + ms, "idle-observed"],
    [120, "over-age"],
    [120 - ms, "over-age"],
  ] as const)("at an age of 120 minutes with a maxAge of %f: %s", (maxAge, reason) => {
    expect(reasonOf({ policy: { maxAgeMs: minutes(maxAge) } })).toBe(reason);
  });

  const over = { maxAgeMs: minutes(60) };
  const busy = { quietSince: null, lastBusyAt: minute(100) };

  it("stops what is idle although its time limit is near", () => {
    expect(reasonOf({ policy: over, session: { timeoutSeconds: 121 * 60 } })).toBe("over-age");
  });

  it.each<[string, FactsChanges, DecisionReason]>([
    ["works", { cpu: busy }, "active"],
    ["is not idle for long enough", { cpu: { quietSince: minute(95) } }, "quiet"],
    ["is not known", { cpu: unknown("failed") }, "unknown-activity"],
    ["cannot be proved", { calls: unknown("never-called") }, "unprovable"],
  ])("keeps what %s", (_, changes, reason) => {
    expect(reasonOf({ ...changes, policy: over })).toBe(reason);
  });

  it.each<[string, FactsChanges, DecisionReason]>([
    ["works", { cpu: busy }, "over-age-busy"],
    ["worked within idleAfter", { cpu: { quietSince: minute(95), lastBusyAt: minute(95) } }, "over-age-busy"],
    ["was called within idleAfter", { calls: { of: "session", maybeInFlight: [span(90, 95)] } }, "over-age-busy"],
    ["works, near its time limit", { cpu: busy, session: { timeoutSeconds: 121 * 60 } }, "over-age-busy"],
    ["is idle", {}, "over-age"],
    ["has a gap in its records", { cpu: { covered: span(95, 100), quietSince: minute(95) } }, "quiet"],
    ["works, and its calls are not known", { cpu: busy, calls: unknown("failed") }, "active"],
    ["works, by evidence of another clock", { cpu: { ...busy, asOf: minute(121) } }, "active"],
    ["was only updated", { lastUpdatedAt: minute(101) }, "active"],
    ["has an interpreter that is called", { calls: { maybeInFlight: [span(90, 101)] } }, "unprovable"],
    ["is not known", { cpu: unknown("failed") }, "unknown-activity"],
    ["is protected", { cpu: busy, protection: {} }, "protected"],
  ])("with maxAgeStopsBusy, what %s", (_, changes, reason) => {
    const decision = at({ ...changes, policy: { ...over, maxAgeStopsBusy: true } });
    expect(decision.reason).toBe(reason);
    expect(decision.action === "stop").toBe(reason.startsWith("over-age"));
  });
});

describe("evidence of invocations", () => {
  const invocations = { evidence: "invocations" } as const;
  const by = (stamp: "start" | "unknown", changes: FactsChanges) =>
    decide(facts({ policy: invocations, ...changes }), { ...settings, invocationStamp: stamp }, now);

  it("goes by calls alone", () => {
    for (const item of [unknown("no-usage-logs"), cpu({ quietSince: null, lastBusyAt: minute(100) })]) {
      expect(by("start", { cpu: item })).toMatchObject({ reason: "idle-observed", horizon: minute(115) });
    }
    expect(by("start", {}).text).toContain("(no call)");
  });

  it.each([
    [105 - ms, "idle-observed"],
    [105, "idle-observed"],
    [105 + ms, "quiet"],
    [115, "quiet"],
    [115 + ms, "unprovable"],
  ] as const)("with the last call over at minute %f: %s", (until, reason) => {
    expect(by("start", { calls: { maybeInFlight: [span(20, until)] } }).reason).toBe(reason);
  });

  it.each([
    [100 - ms, "idle-observed"],
    [100, "idle-observed"],
    [100 + ms, "quiet"],
  ] as const)("needs a quarter of an hour while stamps are unknown: a call over at minute %f: %s", (until, reason) => {
    expect(by("unknown", { calls: { maybeInFlight: [span(20, until)] } }).reason).toBe(reason);
  });

  it("is unknown where calls are", () => {
    expect(by("start", { calls: unknown("failed") }).reason).toBe("unknown-activity");
    expect(by("start", { calls: unknown("never-called") }).reason).toBe("unprovable");
  });
});

it("tells every decision in one sentence with a figure, where there is one", () => {
  const many: readonly FactsChanges[] = [
    {},
    { protection: { until: minute(180) } },
    { session: { createdAt: minute(118) } },
    { session: { timeoutSeconds: 130 * 60 } },
    { cpu: { quietSince: null } },
    { policy: { maxAgeMs: minutes(60) } },
    { policy: { maxAgeMs: minutes(60), maxAgeStopsBusy: true }, cpu: { quietSince: null } },
    { calls: calls({ window: span(110, 120) }) },
  ];
  for (const changes of many) expect(at(changes).text).toMatch(/^(It|Its|After) [^\n]*\d[^\n]*\.$/);
});

it("the table of reasons is the same in the code and in docs/idle.md", () => {
  const rowsOf = (file: string): readonly string[] =>
    readFileSync(new URL(file, import.meta.url), "utf8").match(/\| `[a-z-]+` \|.*\|$/gm) ?? [];
  const documented = rowsOf("../../docs/idle.md");
  expect(documented.length).toBe(12);
  expect(rowsOf("../../core/cleanup/decide.ts")).toEqual(documented);
});
