import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decide } from "../../core/cleanup/decision/decide.ts";
import type { DecisionReason } from "../../core/cleanup/decision/decision.ts";
import type { CpuEvidence } from "../../core/cleanup/evidence/evidence.ts";
import { at, ms, reasonOf, settings, span } from "./decided.ts";
import { calls, cpu, type FactsChanges, facts, minute, minutes, unknown } from "./facts.ts";

const now = minute(120);

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
    [
      "was only updated, and worked long ago",
      { lastUpdatedAt: minute(101), cpu: { lastBusyAt: minute(50), quietSince: minute(50) } },
      "active",
    ],
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

  it("goes by calls alone, as long as no record shows work that is none of theirs", () => {
    for (const item of [unknown("no-usage-logs"), unknown("not-looked"), cpu(), cpu({ lastBusyAt: minute(1) })]) {
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

  it.each<[number, CpuEvidence["quietSince"], DecisionReason]>([
    [96, minute(96), "idle-observed"],
    [96 + ms, minute(96), "quiet"],
    [100, null, "active"],
    [112, null, "active"],
  ])("whose call was over at minute 95, and which worked up to minute %f: %s, %s", (until, quietSince, reason) => {
    const worked = cpu({ quietSince, lastBusyAt: minute(until) });
    const decision = by("start", { cpu: worked, calls: { maybeInFlight: [span(20, 95)] } });
    expect(decision.reason).toBe(reason);
    expect(decision.horizon).toEqual(reason === "idle-observed" ? minute(115) : minute(100));
  });

  it("keeps one that works without a call for as long as that is not over for idleAfter by its own records", () => {
    const quietFor = (n: number) => cpu({ quietSince: minute(100 - n), lastBusyAt: minute(100 - n) });
    expect(by("start", { cpu: quietFor(10 - ms) }).reason).toBe("quiet");
    expect(by("start", { cpu: quietFor(10) })).toMatchObject({ reason: "idle-observed", horizon: minute(100) });
    expect(by("start", { cpu: quietFor(10) }).text).toContain("CPU below");
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
  expect(rowsOf("../../core/cleanup/decision/decide.ts")).toEqual(documented);
});
