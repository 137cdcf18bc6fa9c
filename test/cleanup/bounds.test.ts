import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundedPolicies, boundViolations, noBounds, type PolicyBounds } from "../../core/cleanup/policy/bounds.ts";
import type { Policy, PolicySet } from "../../core/cleanup/policy/policy.ts";
import { everySession, minute, minutes, policy, protection } from "./facts.ts";

const bounds: PolicyBounds = {
  idleAfterAtLeastMs: minutes(10),
  minAgeAtLeastMs: minutes(5),
  maxStopsPerPassAtMost: 10,
  maxStopsAtMost: 100,
  maxStopsPctAtMost: 50,
  allowEnforce: false,
  allowInvocationsEvidence: false,
  allowMaxAgeStopsBusy: false,
  neverStop: [],
};
const within = { mode: "observe", breaker: { maxStops: 100, maxStopsPct: 50, windowMs: minutes(60) } } as const;
const set = (...policies: readonly Policy[]): PolicySet => ({ policies, protections: [], invocationStamp: "unknown" });

describe("the administrator's bounds", () => {
  it.each<[string, Partial<Policy>, readonly string[]]>([
    ["all at the bound", {}, []],
    ["idleAfter below", { idleAfterMs: minutes(10) - 1 }, ["idleAfter"]],
    ["idleAfter above", { idleAfterMs: minutes(10) + 1 }, []],
    ["minAge below", { minAgeMs: minutes(5) - 1 }, ["minAge"]],
    ["minAge above", { minAgeMs: minutes(5) + 1 }, []],
    ["fewer stops a pass", { maxStopsPerPass: 9 }, []],
    ["more stops a pass", { maxStopsPerPass: 11 }, ["maxStopsPerPass"]],
    ["fewer stops", { breaker: { ...within.breaker, maxStops: 99 } }, []],
    ["more stops", { breaker: { ...within.breaker, maxStops: 101 } }, ["breaker.maxStops"]],
    ["a smaller share", { breaker: { ...within.breaker, maxStopsPct: 49 } }, []],
    ["a larger share", { breaker: { ...within.breaker, maxStopsPct: 51 } }, ["breaker.maxStopsPct"]],
    ["enforce", { mode: "enforce" }, ["mode"]],
    ["invocations", { evidence: "invocations" }, ["evidence"]],
    ["busy ones", { maxAgeStopsBusy: true }, ["maxAgeStopsBusy"]],
    ["a number that is none", { idleAfterMs: Number.NaN }, ["idleAfter"]],
  ])("find %s: %j", (_, changes, members) => {
    const found = boundViolations(policy({ ...within, ...changes }), bounds);
    expect(found.map(({ member }) => member)).toEqual(members);
  });

  it("say both values", () => {
    expect(boundViolations(policy({ ...within, idleAfterMs: minutes(1) }), bounds)).toEqual([
      { member: "idleAfter", bound: "idleAfterAtLeastMs", value: minutes(1), allowed: minutes(10) },
    ]);
  });

  it("change nothing where there are none", () => {
    const own = set(policy(), policy({ evidence: "invocations", maxAgeStopsBusy: true }));
    expect(boundedPolicies(own, noBounds)).toEqual(own);
  });

  it("protect for good what is never to be stopped", () => {
    const never = { ...everySession, account: null };
    const { protections } = boundedPolicies(
      { ...set(), protections: [protection({ until: minute(1) })] },
      { ...noBounds, neverStop: [never] },
    );
    expect(protections).toEqual([
      { match: never, source: "bounds", until: null, why: "the administrator's neverStop" },
      protection({ until: minute(1) }),
    ]);
  });

  it("leave no policy outside of them, whatever it says, and move only what is outside", () => {
    const some = fc.record({
      idleAfterMs: fc.nat(),
      minAgeMs: fc.nat(),
      maxStopsPerPass: fc.nat(),
      mode: fc.constantFrom("observe", "enforce"),
      evidence: fc.constantFrom("strict", "invocations"),
      maxAgeStopsBusy: fc.boolean(),
      breaker: fc.record({ maxStops: fc.nat(), maxStopsPct: fc.nat({ max: 100 }), windowMs: fc.nat() }),
    });
    const someBounds = fc.record({
      idleAfterAtLeastMs: fc.option(fc.nat()),
      minAgeAtLeastMs: fc.option(fc.nat()),
      maxStopsPerPassAtMost: fc.option(fc.nat()),
      maxStopsAtMost: fc.option(fc.nat()),
      maxStopsPctAtMost: fc.option(fc.nat({ max: 100 })),
      allowEnforce: fc.boolean(),
      allowInvocationsEvidence: fc.boolean(),
      allowMaxAgeStopsBusy: fc.boolean(),
      neverStop: fc.constant([]),
    });
    fc.assert(
      fc.property(some, someBounds, (changes, own) => {
        const before = policy(changes);
        const [after] = boundedPolicies(set(before), own).policies;
        expect(after).toBeDefined();
        if (after === undefined) return;
        expect(boundViolations(after, own)).toEqual([]);
        const outside = boundViolations(before, own).map(({ member }) => member);
        if (outside.length === 0) expect(after).toEqual(before);
        if (!outside.includes("idleAfter")) expect(after.idleAfterMs).toBe(before.idleAfterMs);
        if (!outside.includes("breaker.maxStops")) expect(after.breaker.maxStops).toBe(before.breaker.maxStops);
      }),
    );
  });
});
