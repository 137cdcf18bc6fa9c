import { describe, expect, it } from "vitest";
import { cleanupLine } from "../../cli/cleanup/cleanup-lines.ts";
import type { PlanEntry } from "../../core/cleanup/plan/plan.ts";
import type { RefusalReason } from "../../core/cleanup/stop/stop-outcome.ts";
import type { SweepPassOutcome } from "../../core/jobs/sweep/sweep-pass-ports.ts";
import { instant } from "../../core/kernel/instant.ts";
import { here } from "../sweep/lives.ts";

const entry = {} as PlanEntry;
const refused = (reason: RefusalReason) => ({ kind: "refused", entry, reason, message: "It was." }) as const;

const none = { races: 0, wrong: 0, unknown: 0 };

const lineOf = (reasons: readonly RefusalReason[], aftermath: SweepPassOutcome["aftermath"] = none): string => {
  const outcomes = [{ kind: "stopped", entry, problem: null } as const, ...reasons.map(refused)];
  const target = { target: here, decided: [], plan: null, postponed: 0, finished: [], problems: [] };
  const outcome: SweepPassOutcome = {
    ...{
      asOf: instant(0),
      mode: "enforce",
      switch: "armed",
      barred: null,
      barredPolicies: [],
      policyChanges: [],
      events: [],
      problems: [],
      aftermath,
    },
    targets: [{ ...target, planned: outcomes.map(() => entry), outcomes, runaways: { found: [], unknown: 0 } }],
  };
  return cleanupLine(outcome).replace("clean-up as of 1970-01-01T00:00:00.000Z, ", "");
};

describe("the line of a pass", () => {
  it.each([
    [[], "1 idle, 1 stopped, 0 kept"],
    [["observe", "observe"], "3 idle, 1 stopped, 2 only observed, 0 kept"],
    [
      ["breaker", "observe", "cap", "breaker"],
      "5 idle, 1 stopped, 3 refused (2 breaker, 1 cap), 1 only observed, 0 kept",
    ],
    [["switch-unknown"], "2 idle, 1 stopped, 1 refused (1 switch-unknown), 0 kept"],
  ] as const)("says why stops were refused, and calls none refused that is only observed: %j", (reasons, told) => {
    expect(lineOf(reasons)).toContain(`ENFORCING: ${told}`);
  });

  it.each([
    [{ races: 0, wrong: 0, unknown: 0 }, /prove, of 0 sessions$/],
    [{ races: 1, wrong: 0, unknown: 0 }, /, 1 race in 24 h, of 0/],
    [{ races: 0, wrong: 0, unknown: 3 }, /, 0 races \(not known of 3\) in 24 h, of 0/],
    [{ races: 2, wrong: 1, unknown: 3 }, /, 1 STOPPED THAT WORKED, 2 races \(not known of 3\) in 24 h, of 0/],
    [{ races: 0, wrong: 1, unknown: 0 }, /prove, 1 STOPPED THAT WORKED, of 0/],
    [{ races: null, wrong: null, unknown: null }, /prove, 0 races \(not known of all\) in 24 h, of 0/],
    [{ races: null, wrong: 1, unknown: null }, /, 1 STOPPED THAT WORKED, 0 races \(not known of all\) in 24 h, of 0/],
  ])("says how many stops raced, what of that is unknown, and what must not have been: %j", (aftermath, told) => {
    expect(lineOf([], aftermath)).toMatch(told);
  });
});
