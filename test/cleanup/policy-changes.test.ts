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
    ["is a value", { policies: [policy({ hash: "2" })] }, ["policy usual changed (enforce)"]],
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
