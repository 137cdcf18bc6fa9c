import { describe, expect, it } from "vitest";
import type { WrittenBounds } from "../../adapters/config/policy-bounds-schema.ts";
import { one, own, parse, problemsOf } from "./parsed.ts";

describe("bounds of the configuration", () => {
  it.each<[object, WrittenBounds, string]>([
    [
      { idleAfter: "9m" },
      { idleAfterAtLeast: "10m" },
      "idleAfter (9m) must be at least 10m: cleanup.bounds.idleAfterAtLeast of the configuration",
    ],
    [
      { minAge: "4m" },
      { minAgeAtLeast: "5m" },
      "minAge (4m) must be at least 5m: cleanup.bounds.minAgeAtLeast of the configuration",
    ],
    [
      { maxStopsPerPass: 6 },
      { maxStopsPerPassAtMost: 5 },
      "maxStopsPerPass (6) must be at most 5: cleanup.bounds.maxStopsPerPassAtMost of the configuration",
    ],
    [
      { breaker: { maxStops: 6 } },
      { maxStopsAtMost: 5 },
      "breaker.maxStops (6) must be at most 5: cleanup.bounds.maxStopsAtMost of the configuration",
    ],
    [
      { breaker: { maxStopsPct: 6 } },
      { maxStopsPctAtMost: 5 },
      "breaker.maxStopsPct (6) must be at most 5: cleanup.bounds.maxStopsPctAtMost of the configuration",
    ],
    [
      { mode: "enforce" },
      { allowEnforce: false },
      "mode must not be enforce: cleanup.bounds.allowEnforce of the configuration is false",
    ],
    [
      { evidence: "invocations" },
      { allowInvocationsEvidence: false },
      "evidence must not be invocations: cleanup.bounds.allowInvocationsEvidence of the configuration is false",
    ],
    [
      { maxAge: "1h", maxAgeStopsBusy: true },
      { allowMaxAgeStopsBusy: false },
      "maxAgeStopsBusy must not be true: cleanup.bounds.allowMaxAgeStopsBusy of the configuration is false",
    ],
  ])("refuse %j within %j, naming both values", (changes, bounds, message) => {
    expect(problemsOf({ version: 1, policies: [{ id: "a", ...changes }] }, bounds)).toEqual([
      `p.yaml:1: policies[0].${message}`,
    ]);
    expect(own(changes)).toEqual([]);
  });

  it("move what a policy leaves out, without a word", () => {
    const bounds = { idleAfterAtLeast: "1h", maxStopsPerPassAtMost: 1, maxStopsAtMost: 2, maxStopsPctAtMost: 3 };
    expect(one({}, bounds)).toMatchObject({
      idleAfterMs: 3_600_000,
      maxStopsPerPass: 1,
      breaker: { maxStops: 2, maxStopsPct: 3 },
    });
  });

  it("protect for good what is never to be stopped", () => {
    const parsed = parse({ version: 1 }, { neverStop: [{ name: "^prod-" }] });
    expect(parsed).toMatchObject({ set: { protections: [{ match: { name: { text: "^prod-" } }, until: null }] } });
  });
});
