import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BreakerCount, checkBreaker } from "../../core/cleanup/plan/breaker.ts";
import { minutes } from "./facts.ts";

const breaker = { maxStops: 10, maxStopsPct: 20, windowMs: minutes(60) };
const codeOf = (count: Partial<BreakerCount>): string | null => {
  const answer = checkBreaker(breaker, { stopped: 0, planned: 1, live: 1000, ...count });
  return answer.kind === "tripped" ? answer.code : null;
};

describe("the breaker", () => {
  it.each([
    [4, 5, null],
    [4, 6, null],
    [4, 7, "max-stops"],
    [9, 1, null],
    [10, 1, "max-stops"],
    [11, 0, null],
  ])("after %i stops, with %i more, at most 10: %s", (stopped, planned, code) => {
    expect(codeOf({ stopped, planned })).toBe(code);
  });

  it.each([
    [16, null],
    [15, null],
    [14, "max-stops-pct"],
    [0, "max-stops-pct"],
  ])("with 3 stops of %i live sessions, at most 20 %%: %s", (live, code) => {
    expect(codeOf({ stopped: 1, planned: 2, live })).toBe(code);
  });

  it("refuses where it is not known how many were stopped, or how many live", () => {
    expect(codeOf({ stopped: null })).toBe("unknown-stops");
    expect(codeOf({ live: null })).toBe("unknown-live");
    expect(codeOf({ live: Number.NaN })).toBe("max-stops-pct");
    expect(codeOf({ stopped: null, live: null, planned: 0 })).toBeNull();
  });

  it("says the figures", () => {
    expect(checkBreaker(breaker, { stopped: 1, planned: 2, live: 14 })).toMatchObject({
      message: "1 stopped within the window and 2 to be stopped are more than maxStopsPct, 20 % of 14 live sessions.",
    });
  });

  it("lets through only what stays within both of its limits, whatever the counts", () => {
    const count = fc.option(fc.integer({ min: 0, max: 60 }));
    fc.assert(
      fc.property(count, fc.integer({ min: 0, max: 20 }), count, (stopped, planned, live) => {
        if (checkBreaker(breaker, { stopped, planned, live }).kind === "tripped" || planned === 0) return;
        expect(stopped).not.toBeNull();
        expect(live).not.toBeNull();
        const total = (stopped ?? Number.NaN) + planned;
        expect(total).toBeLessThanOrEqual(10);
        expect(total / (live ?? Number.NaN)).toBeLessThanOrEqual(0.2);
      }),
      { numRuns: 500 },
    );
  });
});
