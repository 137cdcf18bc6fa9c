import { describe, expect, it } from "vitest";
import type { PolicySet, Protection } from "../../core/cleanup/policy/policy.ts";
import { policyChanges } from "../../core/cleanup/policy/policy-changes.ts";
import { policy } from "../sweep/sweep-world.ts";

const everything = { account: null, region: null, interpreter: null, session: null, name: null };
const protection: Protection = { match: everything, source: "policy", until: null, why: "the board looks" };
const before: PolicySet = { policies: [policy()], protections: [protection], invocationStamp: "start" };

describe("what policies say otherwise than before", () => {
  it.each<[string, Partial<PolicySet>, readonly string[]]>([
    ["is nothing", {}, []],
    ["is a mode", { policies: [policy({ mode: "observe", hash: "2" })] }, ["policy usual: enforce → observe"]],
    [
      "is a mode and more with it",
      {
        policies: [
          policy({ mode: "observe", hash: "2", idleAfterMs: 45 * 60_000, maxAgeMs: 3_600_000, maxStopsPerPass: 3 }),
        ],
      },
      ["policy usual: enforce → observe, idleAfter 15 min → 45 min, maxAge none → 1 h, maxStopsPerPass 100 → 3"],
    ],
    [
      "is whom it is about",
      { policies: [policy({ hash: "2", match: { ...everything, name: null, region: "eu-west-1" as never } })] },
      ["policy usual: it matches others"],
    ],
    [
      "is a value that is not told by itself",
      { policies: [policy({ hash: "2" })] },
      ["policy usual changed (enforce)"],
    ],
    [
      "is one more, and one less",
      { policies: [policy({ id: "b" })] },
      ["policy b is new (enforce)", "policy usual is gone"],
    ],
    ["is what nothing protects any more", { protections: [] }, ["1 protection is no longer there"]],
    [
      "is until when",
      { protections: [{ ...protection, until: 5 as never }] },
      ["1 protection is new", "1 protection is no longer there"],
    ],
    ["is no reason", { protections: [{ ...protection, why: "still" }] }, []],
    ["is how calls are counted", { invocationStamp: "unknown" }, ["invocationStamp: start → unknown"]],
  ])("%s", (_name, change, told) => {
    expect(policyChanges(before, { ...before, ...change })).toEqual(told);
  });
});
