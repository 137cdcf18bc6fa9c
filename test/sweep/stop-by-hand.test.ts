import { describe, expect, it } from "vitest";
import { boundedPolicies, noBounds } from "../../core/cleanup/policy/bounds.ts";
import type { EntryOutcome } from "../../core/cleanup/stop/stop-outcome.ts";
import { replay } from "../../core/jobs/sweep/explain-session.ts";
import { stopByHand } from "../../core/jobs/sweep/stop/stop-by-hand.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import type { PoliciesRead } from "../../core/ports/policies.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { holdLaws, holdOutcomes } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { outcomesOf } from "./outcomes.ts";
import { inputOf, never, policy, sweepWorld, type World } from "./sweep-world.ts";

const everyone = { account: null, region: null, interpreter: null, session: null, name: null };
const protection = { match: everyone, source: "hand" as const, until: null, why: "a customer waits for it" };
const busy = (id: string) => leak(id, { busy: [{ from: minute(0), until: minute(500) }] });

interface Change {
  readonly input?: ReturnType<typeof inputOf>;
  readonly protections?: boolean;
  readonly policyUnread?: string | null;
  readonly ports?: Partial<World["ports"]>;
  readonly ids?: readonly string[];
}

async function stopThem(
  world: World,
  { input = inputOf(), protections = false, policyUnread = null, ports = {}, ids }: Change = {},
) {
  const found = world.scan();
  const sessions = found.sessions.filter(({ id }) => ids === undefined || ids.includes(id));
  const override = { by: "on call", reason: "it burns", protections, policyUnread };
  return stopByHand({ ...world.ports, ...ports })(world.ports.clock.now(), input, found, { sessions, override }, never);
}

describe("a person stops sessions", () => {
  it("that work, and of which no policy says anything, and the record says who and why and what was seen", async () => {
    const world = await sweepWorld(minute(120), [busy("a"), busy("b")]);
    const stopped = await stopThem(world, { ids: ["a"] });
    expect(outcomesOf(stopped)).toEqual(["a stopped"]);
    expect(await world.recordsOf("a")).toMatchObject([
      {
        state: "stopped",
        override: { by: "on call", reason: "it burns" },
        plan: stopped.plan?.id,
        entry: { decision: { action: "keep", reason: "active" }, policy: { id: "usual" } },
      },
    ]);
    expect([...world.stopped.keys()]).toEqual(["a"]);
    holdLaws(world, null);
    await holdOutcomes(world);

    const lawless = await sweepWorld(minute(120), [busy("a")]);
    const input = inputOf({}, { policies: [] });
    expect(outcomesOf(await stopThem(lawless, { input }))).toEqual(["a stopped"]);
    expect(await lawless.recordsOf("a")).toMatchObject([{ entry: { policy: { id: "", hash: "" } } }]);
  });

  it("of a whole interpreter, whatever its policy observes or its breaker allows", async () => {
    const world = await sweepWorld(minute(120), ["a", "b", "c"].map(busy));
    const breaker = { maxStops: 0, maxStopsPct: 0, windowMs: 3_600_000 };
    const input = inputOf({}, { policies: [policy({ mode: "observe", maxStopsPerPass: 1, breaker })] });
    expect(outcomesOf(await stopThem(world, { input }))).toEqual(["a stopped", "b stopped", "c stopped"]);
  });

  it("only where they say so: without, it is told what would be stopped", async () => {
    const world = await sweepWorld(minute(120), [busy("a")]);
    const { plan, outcomes } = await stopThem(world, { input: inputOf({ act: false }) });
    expect(plan?.entries.map(({ key }) => key.session)).toEqual(["a"]);
    expect(outcomes).toEqual([]);
    expect(world.asked).toEqual([]);
  });

  it("not where they are protected, unless they override that as well", async () => {
    const world = await sweepWorld(minute(120), [busy("a")]);
    world.protections = [protection];
    expect(outcomesOf(await stopThem(world))).toEqual(["a refused protected"]);
    expect(world.asked).toEqual([]);
    expect(outcomesOf(await stopThem(world, { protections: true }))).toEqual(["a stopped"]);
  });

  it("and keeps with the stop which protection was overridden, until when it held, why, and what was seen behind it", async () => {
    for (const [life, reason] of [
      [busy("a"), "active"],
      [leak("a"), "idle-observed"],
    ] as const) {
      const world = await sweepWorld(minute(120), [life]);
      const made = { ...protection, match: { ...everyone, session: "a" as never }, until: minute(500) };
      world.protections = [made];
      const { source, until, why, match } = made;
      expect(outcomesOf(await stopThem(world, { protections: true }))).toEqual(["a stopped"]);
      expect(await world.recordsOf("a")).toMatchObject([
        {
          override: { by: "on call", protection: { source, match, until, why } },
          entry: {
            policy: { id: "usual" },
            decision: { reason },
            evidence: { cpu: { kind: "known" }, calls: { kind: "known" } },
          },
        },
      ]);
    }
  });

  it.each([
    ["works", busy("a"), "active"],
    ["is idle", leak("a"), "idle-observed"],
    ["nobody looks at, as it is too young", leak("a", { createdAt: minute(116) }), "too-young"],
  ])("and the record of one that %s is explained by the policy that was in force", async (_, life, reason) => {
    const world = await sweepWorld(minute(120), [life]);
    world.protections = [protection];
    // Each answer takes its time, so that the stop comes a while after the decision.
    const { getSession } = world.ports;
    const slow: typeof getSession = (...asked) => {
      world.at = plusMs(world.at, 40_000);
      return getSession(...asked);
    };
    await stopThem(world, { protections: true, ports: { getSession: slow } });
    const [record] = await world.recordsOf("a");
    expect(record).toMatchObject({ state: "stopped", entry: { decision: { reason } } });
    const { idleVcpu, invocationStamp } = inputOf();
    expect(record === undefined ? null : await replay(world.ports.documents, record)).toMatchObject({
      kind: "same",
      rules: { policy: { id: "usual", idleAfterMs: 15 * 60_000 }, idleVcpu, invocationStamp },
    });
  });

  it("although its policy cannot be kept, which is told, as nobody can explain the stop by it then", async () => {
    const world = await sweepWorld(minute(120), [busy("a"), busy("b")]);
    await world.ports.documents.write("cleanup/rules/usual-1", { revision: 0, text: "{" });
    const stopped = await stopThem(world, { ids: ["a"] });
    expect(outcomesOf(stopped)).toEqual(["a stopped"]);
    expect(stopped.problems).toMatchObject([
      { code: "RulesNotKept", message: expect.stringContaining("the policy with the hash usual-1 is damaged") },
    ]);
    expect((await stopThem(world, { input: inputOf({ act: false }) })).problems).toEqual([]);
  });

  it("and says of protections that nobody could read that they are not known", async () => {
    const world = await sweepWorld(minute(120), [busy("a")]);
    const policyUnread = "The policy file could not be read.";
    await stopThem(world, { input: inputOf({}, { policies: [] }), protections: true, policyUnread });
    expect(await world.recordsOf("a")).toMatchObject([
      {
        override: { protection: { source: "unknown", until: null, why: policyUnread } },
        entry: {
          decision: { reason: "no-policy", text: `Whether a policy is about it is not known: ${policyUnread}` },
        },
      },
    ]);
  });

  it("not where somebody protects them at the last moment, which nobody has seen who overrides", async () => {
    const world = await sweepWorld(minute(120), [busy("a")]);
    world.onAsked = ({ op }) => {
      if (op === "intent") world.protections = [protection];
    };
    expect(outcomesOf(await stopThem(world, { protections: true }))).toEqual(["a refused protected"]);
    expect(world.stopped.size).toBe(0);
    await holdOutcomes(world);
  });

  it.each([
    ["hand", true, "known"],
    ["hand", false, "unknown"],
    ["bounds", true, "unknown"],
  ] as const)(
    "and waits for no look at what stays protected (%s, overridden: %s)",
    async (source, protections, kind) => {
      const world = await sweepWorld(minute(120), [busy("a")]);
      const input = inputOf({ act: false }, { protections: [{ ...protection, source }] });
      expect((await stopThem(world, { input, protections })).plan?.entries).toMatchObject([
        { evidence: { cpu: { kind }, calls: { kind } } },
      ]);
    },
  );

  it.each([
    ["policy", true],
    ["hand", true],
    ["bounds", false],
  ] as const)("where the %s protects them and they override that: %s", async (source, mayStop) => {
    const world = await sweepWorld(minute(120), [busy("a")]);
    // The administrator's is the one that counts, however many others there are.
    const input = inputOf({}, { protections: [protection, { ...protection, source }, protection] });
    expect(outcomesOf(await stopThem(world, { input }))).toEqual(["a refused protected"]);
    const overridden = await stopThem(world, { input, protections: true });
    expect(outcomesOf(overridden)).toEqual([mayStop ? "a stopped" : "a refused protected"]);
    if (!mayStop) expect(overridden.outcomes).toMatchObject([{ message: expect.stringContaining("neverStop") }]);
    expect([...world.stopped.keys()]).toEqual(mayStop ? ["a"] : []);
  });

  it("although the administrator lets no policy enforce: that binds policies, and who may not stop has no right to", async () => {
    const world = await sweepWorld(minute(120), [busy("a"), leak("b")]);
    const set = { policies: [policy()], protections: [], invocationStamp: "start" as const };
    const input = inputOf({ policies: boundedPolicies(set, { ...noBounds, allowEnforce: false }) });
    expect(outcomesOf(await world.pass(input))).toEqual(["b refused observe"]);
    expect(outcomesOf(await stopThem(world, { input, ids: ["a"] }))).toEqual(["a stopped"]);
  });

  it("not while the switch is disarmed", async () => {
    const world = await sweepWorld(minute(120), [busy("a")]);
    await world.arm("disarmed");
    expect(outcomesOf(await stopThem(world, { protections: true }))).toEqual(["a refused disarmed"]);
  });

  it("however long all of them take together", async () => {
    const ids = Array.from({ length: 45 }, (_, n) => `s${n}`);
    const world = await sweepWorld(minute(120), ids.map(busy));
    world.settlingMs = 15_000;
    const { outcomes } = await stopThem(world, { input: inputOf({ planLifetimeMs: 5 * 60_000 }) });
    expect(outcomes.filter(({ kind }) => kind === "stopped")).toHaveLength(45);
    expect(world.at).toBeGreaterThan(minute(130));
  });

  it("and tells of each as it comes", async () => {
    const world = await sweepWorld(minute(120), ["a", "b"].map(busy));
    const told: string[] = [];
    const onOutcome = ({ entry, kind }: EntryOutcome) =>
      told.push(`${entry.key.session} ${kind} of ${world.stopped.size}`);
    await stopThem(world, { ports: { onOutcome } });
    expect(told).toEqual(["a stopped of 1", "b stopped of 2"]);
  });

  it("not any more once the machine has slept over it", async () => {
    for (const [sleptMinutes, last] of [
      [9, "stopped"],
      [16, "refused expired"],
    ] as const) {
      const world = await sweepWorld(minute(120), ["a", "b", "c"].map(busy));
      world.onAsked = ({ op, session }) => {
        if (op === "outcome" && session === "b") world.at = plusMs(world.at, sleptMinutes * 60_000);
      };
      expect(outcomesOf(await stopThem(world))).toEqual(["a stopped", "b stopped", `c ${last}`]);
    }
  });

  it("no more than the cap of all runs", async () => {
    const world = await sweepWorld(minute(120), ["a", "b"].map(busy));
    const input = inputOf({ cap: { maxStops: 1, windowMs: 3_600_000 } });
    expect(outcomesOf(await stopThem(world, { input }))).toEqual(["a stopped", "b refused cap"]);
  });

  it("that another run is stopping: once", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    world.onAsked = ({ op }) => {
      if (op !== "intent") return;
      world.onAsked = () => undefined;
      throw new Error("killed");
    };
    await expect(world.pass()).rejects.toThrow("killed");
    expect(outcomesOf(await stopThem(world))).toEqual(["a refused taken"]);
    world.at = minute(131);
    expect(outcomesOf(await stopThem(world))).toEqual(["a stopped"]);
    expect(world.asked.filter(({ op }) => op === "stop")).toHaveLength(1);
    await holdOutcomes(world);
  });

  it("although nothing can be seen of them", async () => {
    const world = await sweepWorld(minute(120), [busy("a")]);
    const unknown = { kind: "unknown", code: "failed", message: "denied" } as const;
    const ports = {
      readInterpreterCalls: async () => new Map(),
      readSessionCpu: async () => new Map([["a" as never, unknown]]),
    };
    expect(outcomesOf(await stopThem(world, { ports }))).toEqual(["a stopped"]);
  });

  it("that ended meanwhile: nothing is sent", async () => {
    const world = await sweepWorld(minute(120), [busy("a")]);
    world.onAsked = () => undefined;
    const getSession = async () => ({ kind: "gone" as const });
    expect(outcomesOf(await stopThem(world, { ports: { getSession } }))).toEqual(["a already-gone"]);
    expect(world.stopped.size).toBe(0);
  });

  it("not where the state cannot be read, and is told so", async () => {
    const world = await sweepWorld(minute(120), [busy("a")]);
    const intended = async () => {
      throw new RegistryError("unreachable", "The state does not answer.");
    };
    const answer = await stopThem(world, { ports: { records: { ...world.ports.records, intended } } });
    expect(answer).toMatchObject({ plan: null, outcomes: [], problems: [{ code: "StateUnavailable" }] });
    expect(world.stopped.size).toBe(0);
  });
});

describe("a policy file that changes while a person stops sessions", () => {
  const readAfterFirst = async (after: PoliciesRead, protections = false) => {
    const world = await sweepWorld(minute(120), ["a", "b"].map(busy));
    let now: PoliciesRead = { kind: "read", policies: inputOf().policies };
    world.onAsked = ({ op }) => {
      if (op === "outcome") now = after;
    };
    return outcomesOf(await stopThem(world, { protections, ports: { readPolicies: async () => now } }));
  };
  const fromFile: PoliciesRead = {
    kind: "read",
    policies: { ...inputOf().policies, protections: [{ ...protection, source: "policy" }] },
  };

  it("and protects one of them keeps it, unless protections are overridden", async () => {
    expect(await readAfterFirst(fromFile)).toEqual(["a stopped", "b refused protected"]);
    expect(await readAfterFirst(fromFile, true)).toEqual(["a stopped", "b stopped"]);
  });

  it("and only observes, or says something else, bars none of them", async () => {
    const policies = { ...inputOf().policies, policies: [policy({ mode: "observe", hash: "usual-2" })] };
    expect(await readAfterFirst({ kind: "read", policies })).toEqual(["a stopped", "b stopped"]);
  });

  it("and cannot be read bars all that follow, as nobody knows what it protects", async () => {
    const unread: PoliciesRead = { kind: "unread", message: "p.yaml:3:1: is no policy" };
    expect(await readAfterFirst(unread)).toEqual(["a stopped", "b refused policy-unread"]);
    expect(await readAfterFirst(unread, true)).toEqual(["a stopped", "b refused policy-unread"]);
  });
});
