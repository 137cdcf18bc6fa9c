import { describe, expect, it } from "vitest";
import { plusMs } from "../../core/kernel/instant.ts";
import { holdLaws } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { messageOf, outcomesOf } from "./outcomes.ts";
import { inputOf, policy, sweepWorld, type World } from "./sweep-world.ts";

const anyOne = { account: null, region: null, interpreter: null, session: null, name: null };

/** A world in which something happens once: at the first step of a kind. */
async function meanwhile(when: (world: World) => "get" | "stop" | "intent", what: (world: World) => unknown) {
  const world = await sweepWorld(minute(120), [leak("a")]);
  let happened = false;
  world.onAsked = ({ op }) => {
    if (happened || op !== when(world)) return;
    happened = true;
    what(world);
  };
  const swept = await world.pass();
  expect(happened).toBe(true);
  holdLaws(world);
  return { world, swept };
}
const afterGet = () => "get" as const;

describe("between the plan and the stop", () => {
  it("it is called: it is kept", async () => {
    const { world, swept } = await meanwhile(afterGet, (it) => {
      // Calls show some minutes later.
      it.lives.set("a", leak("a", { calls: [{ from: it.at, until: plusMs(it.at, 30_000) }] }));
      it.at = plusMs(it.at, 6 * 60_000);
    });
    expect(outcomesOf(swept)).toEqual(["a refused busy-again"]);
    expect(messageOf(swept)).toMatch(/^Looked at once more: .+ \(unprovable\)$/);
    expect(world.stopped.size).toBe(0);
  });

  it("it turns out to have worked: it is kept", async () => {
    const { world, swept } = await meanwhile(afterGet, (it) => {
      it.lives.set("a", leak("a", { busy: [{ from: minute(90), until: minute(130) }] }));
    });
    expect(outcomesOf(swept)).toEqual(["a refused busy-again"]);
    expect(messageOf(swept)).toContain("(active)");
    expect(world.stopped.size).toBe(0);
  });

  it("evidence is there no more: it is kept", async () => {
    const { swept } = await meanwhile(afterGet, (it) => (it.usage = "off"));
    expect(outcomesOf(swept)).toEqual(["a refused busy-again"]);
  });

  it("it ended by itself: nothing is sent, and nobody claims it", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const found = world.scan();
    world.lives.set("a", leak("a", { stoppedAt: minute(119) }));
    const swept = await world.pass(inputOf(), world.ports, found);
    expect(outcomesOf(swept)).toEqual(["a already-gone"]);
    expect(await world.recordsOf("a")).toEqual([]);
    expect(world.asked.filter(({ op }) => op === "stop")).toEqual([]);
  });

  it("the service says of it what nobody knows: it is kept", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const value = { status: "HIBERNATING", name: null, createdAt: null, timeoutSeconds: null };
    const getSession = async () => ({ kind: "found" as const, value });
    const swept = await world.pass(inputOf(), { ...world.ports, getSession });
    expect(outcomesOf(swept)).toEqual(["a refused look-failed"]);
    expect(messageOf(swept)).toContain('"HIBERNATING"');
  });

  it("the service cannot be asked: it is kept", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const problem = { code: "ThrottlingException", message: "slow down" };
    const swept = await world.pass(inputOf(), {
      ...world.ports,
      getSession: async () => ({ kind: "failed", problem }),
    });
    expect(outcomesOf(swept)).toEqual(["a refused look-failed"]);
    expect(world.stopped.size).toBe(0);
  });

  it("somebody protects it: it is kept", async () => {
    const protection = { match: anyOne, source: "hand" as const, until: minute(200), why: "a customer waits for it" };
    const { swept } = await meanwhile(afterGet, (it) => (it.protections = [protection]));
    expect(outcomesOf(swept)).toEqual(["a refused busy-again"]);
    expect(messageOf(swept)).toContain("(protected)");
  });

  it.each([
    ["disarmed", "disarmed"],
    ["damaged", "switch-unknown"],
  ] as const)("the switch is %s: it is kept", async (how, reason) => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    let reads = 0;
    const readSwitch: typeof world.ports.readSwitch = async (signal) => {
      reads += 1;
      if (reads === 1) return world.ports.readSwitch(signal);
      return how === "disarmed"
        ? { state: "disarmed", by: "on call", why: "wait", at: null, settingId: null }
        : { state: "unknown", problem: { code: "SwitchDamaged", message: "It cannot be understood." } };
    };
    const swept = await world.pass(inputOf(), { ...world.ports, readSwitch });
    expect(outcomesOf(swept)).toEqual([`a refused ${reason}`]);
    expect(reads).toBe(2);
    expect(await world.recordsOf("a")).toEqual([]);
  });

  it.each([14 * 60_000, 15 * 60_000 - 1, 15 * 60_000, 24 * 3_600_000])(
    "%i ms pass: a plan that has expired is not carried out",
    async (ms) => {
      const { world, swept } = await meanwhile(afterGet, (it) => {
        it.at = plusMs(it.at, ms);
      });
      // Of a day later, the session has ended by its time limit as well: then too, nothing is sent.
      const expired = ms >= 15 * 60_000;
      expect(outcomesOf(swept)[0]).toMatch(expired ? /refused (expired|busy-again)/ : /stopped/);
      expect(world.stopped.size).toBe(expired ? 0 : 1);
    },
  );
});

describe("between two attempts", () => {
  const withFirstFailed = async (what: (world: World) => unknown) => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    world.script.push({ answer: { kind: "accepted" }, works: false });
    world.onAsked = ({ op }) => {
      if (op === "stop") what(world);
    };
    const swept = await world.pass();
    holdLaws(world);
    // It may yet end by the first.
    expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["intended"]);
    expect(outcomesOf(swept)).toEqual(["a failed"]);
    expect(world.stopped.size).toBe(0);
    return messageOf(swept);
  };

  it("the switch is disarmed: it is not tried again", async () => {
    expect(await withFirstFailed((world) => world.arm("disarmed"))).toContain("Stopping is disarmed");
  });

  it("somebody protects it: it is not tried again", async () => {
    const protection = { match: anyOne, source: "hand" as const, until: null, why: "a customer waits for it" };
    expect(await withFirstFailed((world) => (world.protections = [protection]))).toContain("It is protected");
  });

  it("it works again: it is not tried again", async () => {
    const busy = [{ from: minute(90), until: minute(130) }];
    expect(await withFirstFailed((world) => world.lives.set("a", leak("a", { busy })))).toContain("(active)");
  });

  it("the plan expires: it is not tried again", async () => {
    expect(await withFirstFailed((world) => (world.at = minute(136)))).toContain("The plan expired");
  });
});

it("does not stop by a policy that has come in between, nor by one that has changed", async () => {
  const world = await sweepWorld(minute(120), [leak("a")]);
  const changed = { ...world.ports };
  const { plan } = await world.pass(inputOf({ act: false }));
  const { applyStoredPlan } = await import("../../core/jobs/sweep/stop/apply-stored-plan.ts");
  if (plan === null) throw new Error("nothing was planned");
  const apply = async (...policies: ReturnType<typeof policy>[]) =>
    outcomesOf(
      await applyStoredPlan(changed)(inputOf({}, { policies }), world.scan(), plan, new AbortController().signal),
    );
  expect(await apply(policy({ hash: "usual-2" }))).toEqual(["a refused outdated"]);
  expect(await apply()).toEqual(["a refused outdated"]);
  const special = policy({ id: "special", mode: "observe", match: { ...anyOne, session: "a" as never } });
  expect(await apply(policy(), special)).toEqual(["a refused outdated"]);
  expect(await apply(policy({ mode: "observe" }))).toEqual(["a refused observe"]);
  expect(world.stopped.size).toBe(0);
  expect(await apply(policy())).toEqual(["a stopped"]);
});
