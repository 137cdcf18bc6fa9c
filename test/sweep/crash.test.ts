import { describe, expect, it } from "vitest";
import { applyStoredPlan } from "../../core/jobs/sweep/stop/apply-stored-plan.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { failingAt, type StepKind, steppedPorts, withService } from "./broken-ports.ts";
import { holdLaws, holdOutcomes } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { inputOf, never, sweepWorld } from "./sweep-world.ts";

const lives = [leak("a"), leak("b"), leak("works", { busy: [{ from: minute(0), until: minute(500) }] })];
const crash = new Error("the process was killed");
const isWrite = (kind: StepKind) => kind === "write";
const moments = ["before", "after"] as const;

/** Passes until nothing is left to be done: some at once, and one when killed runs are sure to be dead. */
async function recover(world: Awaited<ReturnType<typeof sweepWorld>>) {
  await world.pass();
  world.at = plusMs(world.at, 11 * 60_000);
  await world.pass();
  await world.pass();
  expect([...world.stopped.keys()].toSorted()).toEqual(["a", "b"]);
  holdLaws(world);
  await holdOutcomes(world);
}

/** Each n in turn until there are no more steps. */
async function eachStep(run: (n: number) => Promise<boolean>): Promise<number> {
  for (let n = 1; ; n += 1) if (!(await run(n))) return n - 1;
}

describe.each(moments)("a run that is killed %s each write", (moment) => {
  it("leaves records from which the next runs finish, and stops nothing twice", async () => {
    const steps = await eachStep(async (n) => {
      const world = await sweepWorld(minute(120), lives);
      const failing = failingAt(n, moment, crash, isWrite);
      const ports = withService(steppedPorts(world.ports, failing.step), failing.step);
      await world.pass(inputOf(), ports).then(
        () => expect(failing.reached()).toBe(false),
        (error: unknown) => expect(error).toBe(crash),
      );
      await recover(world);
      return failing.reached();
    });
    // What it remembers, and of each of two sessions the claim, the intent, Stop and the outcome.
    expect(steps).toBe(9);
  });

  it("while it carries out a plan that was kept, too", async () => {
    await eachStep(async (n) => {
      const world = await sweepWorld(minute(120), lives);
      const { plan } = await world.pass(inputOf({ act: false }));
      if (plan === null) throw new Error("nothing was planned");
      const failing = failingAt(n, moment, crash, isWrite);
      const ports = withService(steppedPorts(world.ports, failing.step), failing.step);
      await applyStoredPlan(ports)(inputOf(), world.scan(), plan, never).catch(() => undefined);
      await recover(world);
      return failing.reached();
    });
  });
});

describe.each(moments)("a state that fails %s each step", (moment) => {
  it("is a problem or a refusal, never a throw, and nothing is stopped without an intent", async () => {
    const unreachable = new RegistryError("unreachable", "The state does not answer.");
    const steps = await eachStep(async (n) => {
      const world = await sweepWorld(minute(120), lives);
      const failing = failingAt(n, moment, unreachable, () => true);
      const { problems, outcomes } = await world.pass(inputOf(), steppedPorts(world.ports, failing.step));
      if (failing.reached()) {
        const said = [...problems.map(({ message }) => message), ...outcomes.map(textOf)].filter((it) => it !== null);
        expect(said.join(" ")).toMatch(/The state does not answer|not known how many/);
      }
      holdLaws(world);
      await recover(world);
      return failing.reached();
    });
    expect(steps).toBeGreaterThan(20);
  });
});

const textOf = (
  outcome: Awaited<ReturnType<typeof import("../../core/jobs/sweep/stop/apply-plan.ts").applyPlan>>[number],
) => (outcome.kind === "refused" || outcome.kind === "failed" ? outcome.message : (outcome.problem?.message ?? null));

it("tells what it found out of killed runs although the state fails after that", async () => {
  const world = await sweepWorld(minute(120), lives);
  const killed = failingAt(4, "after", crash, isWrite);
  await world.pass(inputOf(), withService(steppedPorts(world.ports, killed.step), killed.step)).catch(() => undefined);
  expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["intended"]);
  world.at = minute(131);
  const readProtections = async () => {
    throw new RegistryError("unreachable", "The state does not answer.");
  };
  const swept = await world.pass(inputOf(), { ...world.ports, readProtections });
  expect(swept.finished.map(({ key, state }) => `${key.session} ${state}`)).toEqual(["a stopped"]);
  expect(swept.problems).toHaveLength(1);
  expect(swept.plan).toBeNull();
});

describe("a stop whose run was killed", () => {
  const killedAt = async (n: number) => {
    const world = await sweepWorld(minute(120), [leak("a", { timeoutSeconds: 140 * 60 })]);
    const failing = failingAt(n, "after", crash, isWrite);
    await world
      .pass(inputOf(), withService(steppedPorts(world.ports, failing.step), failing.step))
      .catch(() => undefined);
    expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["intended"]);
    return world;
  };
  // After what it remembers: the intent is the second write, the claim the third, Stop the fourth.
  const states = async (world: Awaited<ReturnType<typeof killedAt>>) =>
    (await world.recordsOf("a")).map(({ state }) => state);

  it.each([
    [9, ["intended"]],
    [11, ["stopped"]],
    [20, ["already-gone"]],
  ])("after Stop was sent is finished %i minutes later as %j", async (minutes, expected) => {
    const world = await killedAt(4);
    world.at = minute(120 + minutes);
    await world.pass();
    expect(await states(world)).toEqual(expected);
    holdLaws(world);
  });

  it("before Stop was sent is given up, and decided anew", async () => {
    const world = await killedAt(2);
    world.at = minute(131);
    expect(await states(world)).toEqual(["intended"]);
    const swept = await world.pass(inputOf({}, { policies: [] }));
    expect(swept.finished.map(({ state }) => state)).toEqual(["abandoned"]);
    world.lives.set("a", leak("a", { busy: [{ from: minute(100), until: minute(131) }] }));
    await world.pass();
    expect(world.stopped.size).toBe(0);
    await holdOutcomes(world);
  });

  it("stays as it is where nobody can say whether it lives", async () => {
    const world = await killedAt(4);
    world.at = minute(131);
    const problem = { code: "AccessDenied", message: "Not allowed." };
    await world.pass(inputOf(), { ...world.ports, getSession: async () => ({ kind: "failed", problem }) });
    expect(await states(world)).toEqual(["intended"]);
  });

  it("counts for the breaker until it is known that nothing was stopped", async () => {
    const world = await killedAt(2);
    world.lives.set("b", leak("b", { createdAt: minute(1) }));
    const { policies } = inputOf();
    const [usual] = policies.policies;
    if (usual === undefined) throw new Error("no policy");
    const input = inputOf({}, { policies: [{ ...usual, breaker: { ...usual.breaker, maxStops: 1 } }] });
    world.at = minute(121);
    const reasons = async () =>
      (await world.pass(input)).outcomes.map((it) => (it.kind === "refused" ? it.reason : it.kind));
    expect(await reasons()).toEqual(["breaker", "breaker"]);
  });

  it("counts for the breaker although its session's time has run out since, for nobody knows what ended it", async () => {
    const world = await killedAt(4);
    world.lives.set("b", leak("b", { createdAt: minute(1) }));
    const { policies } = inputOf();
    const [usual] = policies.policies;
    if (usual === undefined) throw new Error("no policy");
    world.at = minute(141);
    const input = inputOf({}, { policies: [{ ...usual, breaker: { ...usual.breaker, maxStops: 1 } }] });
    const { finished, outcomes } = await world.pass(input);
    expect(finished.map(({ state }) => state)).toEqual(["already-gone"]);
    expect(outcomes.map((it) => (it.kind === "refused" ? it.reason : it.kind))).toEqual(["breaker"]);
  });
});
