import { describe, expect, it } from "vitest";
import type { PolicySet, Protection } from "../../core/cleanup/policy/policy.ts";
import type { PoliciesRead } from "../../core/ports/policies.ts";
import { holdOutcomes } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { inputOf, policy, sweepWorld, type World } from "./sweep-world.ts";

const everything = { account: null, region: null, interpreter: null, session: null, name: null };
const protection: Protection = { match: everything, source: "policy", until: null, why: "the board looks" };
const setOf = (change: Partial<PolicySet> = {}): PoliciesRead => ({
  kind: "read",
  policies: { ...inputOf().policies, ...change },
});
const changes: readonly (readonly [string, PoliciesRead, string])[] = [
  ["only observes", setOf({ policies: [policy({ mode: "observe", hash: "usual-2" })] }), "outdated"],
  ["only observes, whatever its hash says", setOf({ policies: [policy({ mode: "observe" })] }), "observe"],
  ["says another time", setOf({ policies: [policy({ idleAfterMs: 7_200_000, hash: "usual-2" })] }), "outdated"],
  ["is gone", setOf({ policies: [] }), "outdated"],
  ["has one beside it that is more specific", setOf({ policies: [policy(), special()] }), "outdated"],
  ["protects it", setOf({ protections: [protection] }), "protected"],
  ["is never to stop it", setOf({ protections: [{ ...protection, source: "bounds" }] }), "protected"],
  ["goes by another invocationStamp", setOf({ invocationStamp: "unknown" }), "outdated"],
  ["cannot be read", { kind: "unread", message: "p.yaml:3:1: is no policy" }, "policy-unread"],
];

function special() {
  return policy({ id: "special", match: { ...everything, region: "us-east-1" as never } });
}

/** A pass whose policies are others from the moment on at which one step of the service or the state is made. */
async function changedAt(step: World["asked"][number]["op"], after: PoliciesRead) {
  const world = await sweepWorld(minute(120), [leak("a")]);
  let now = setOf();
  world.onAsked = ({ op }) => {
    if (op === step) now = after;
  };
  const swept = await world.pass(inputOf(), { ...world.ports, readPolicies: async () => now });
  await holdOutcomes(world);
  return { world, swept };
}

describe.each(changes)("a policy that %s while a pass runs", (_name, after, reason) => {
  it.each(["get", "intent"] as const)("stops nothing, though it changed only at the %s before Stop", async (step) => {
    const { world, swept } = await changedAt(step, after);
    expect(swept.plan?.entries).toHaveLength(1);
    expect(swept.outcomes).toMatchObject([{ kind: "refused", reason }]);
    expect(world.stopped.size).toBe(0);
    const states = (await world.recordsOf("a")).map(({ state }) => state);
    expect(states).toEqual(step === "intent" ? ["abandoned"] : []);
  });
});

it("stops where the policies are the same each time that they are read", async () => {
  const { world } = await changedAt("get", setOf());
  expect([...world.stopped.keys()]).toEqual(["a"]);
});

it("tries no second time where the policy only observes since the first", async () => {
  const world = await sweepWorld(minute(120), [leak("a")]);
  let now = setOf();
  world.script.push({ answer: { kind: "accepted" }, works: false });
  world.onAsked = ({ op }) => {
    if (op === "stop") now = setOf({ policies: [policy({ mode: "observe", hash: "usual-2" })] });
  };
  const swept = await world.pass(inputOf(), { ...world.ports, readPolicies: async () => now });
  expect(swept.outcomes).toMatchObject([{ kind: "failed" }]);
  expect(world.asked.filter(({ op }) => op === "stop")).toHaveLength(1);
});
