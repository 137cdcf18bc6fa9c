import { describe, expect, it } from "vitest";
import { defaultThresholds } from "../../core/quota/thresholds.ts";
import { quotaStateOf, quotaUse } from "../../core/quota/use.ts";

const definition = { code: "L-1", name: "sessions", subject: "ready-sessions", builtInLimit: 1000 } as const;
const known = (used: number) => ({ known: used, atLeast: used });

describe("the state of a quota with a complete count", () => {
  it.each([
    // A large limit: the percentage is reached long before little is left.
    [1000, 0, "ok"],
    [1000, 799, "ok"],
    [1000, 800, "warning"],
    [1000, 801, "warning"],
    [1000, 899, "warning"],
    [1000, 900, "critical"],
    [1000, 999, "critical"],
    [1000, 1000, "exhausted"],
    [1000, 1001, "exhausted"],
    // A middling limit: 50 left comes before 80 %, and 20 left before 90 %.
    [150, 99, "ok"],
    [150, 100, "warning"],
    [150, 101, "warning"],
    [150, 129, "warning"],
    [150, 130, "critical"],
    [150, 131, "critical"],
    // Both tests at once.
    [250, 199, "ok"],
    [250, 200, "warning"],
    // A small limit has never more than 50 left: the absolute test counts from half of it on.
    [15, 0, "ok"],
    [15, 7, "ok"],
    [15, 8, "critical"],
    [40, 19, "ok"],
    [40, 20, "critical"],
    [60, 29, "ok"],
    [60, 30, "warning"],
    [60, 39, "warning"],
    [60, 40, "critical"],
    [1, 0, "ok"],
    [1, 1, "exhausted"],
    // Not enabled is no percentage.
    [0, 0, "not-enabled"],
    [0, 3, "not-enabled"],
  ] as const)("limit %i with %i used is %s", (limit, used, state) => {
    expect(quotaStateOf(limit, known(used), defaultThresholds)).toBe(state);
  });
});

describe("the state of a quota whose count is not complete", () => {
  it.each([
    [1000, 0, "unknown"],
    [1000, 799, "unknown"],
    [1000, 800, "warning"],
    [1000, 900, "critical"],
    [1000, 1000, "exhausted"],
    [0, 0, "not-enabled"],
  ] as const)("limit %i with at least %i used is %s", (limit, atLeast, state) => {
    expect(quotaStateOf(limit, { known: null, atLeast }, defaultThresholds)).toBe(state);
  });
});

describe("the use of a quota", () => {
  it("has a percentage where count and limit are known", () => {
    expect(quotaUse(definition, { limit: 1000, source: "applied" }, known(42), defaultThresholds)).toEqual({
      definition,
      limit: 1000,
      limitSource: "applied",
      used: 42,
      usedAtLeast: 42,
      utilizationPct: 4.2,
      state: "ok",
    });
  });

  it("has no percentage of a limit of 0, and none of an unknown count", () => {
    const zero = quotaUse(definition, { limit: 0, source: "applied" }, known(0), defaultThresholds);
    const partial = quotaUse(
      definition,
      { limit: 10, source: "applied" },
      { known: null, atLeast: 9 },
      defaultThresholds,
    );
    expect([zero.utilizationPct, zero.state]).toEqual([null, "not-enabled"]);
    expect([partial.used, partial.usedAtLeast, partial.utilizationPct, partial.state]).toEqual([
      null,
      9,
      null,
      "critical",
    ]);
  });

  it("is unknown where the limit is", () => {
    expect(quotaUse(definition, null, known(5), defaultThresholds)).toMatchObject({
      limit: null,
      limitSource: null,
      used: 5,
      utilizationPct: null,
      state: "unknown",
    });
  });
});
