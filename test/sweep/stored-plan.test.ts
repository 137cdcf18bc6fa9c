import { describe, expect, it } from "vitest";
import type { Plan, PlanEntry } from "../../core/cleanup/plan/plan.ts";
import { entryDigest } from "../../core/cleanup/plan/plan-digest.ts";
import { applyStoredPlan } from "../../core/jobs/sweep/stop/apply-stored-plan.ts";
import { storedPlan, storePlan } from "../../core/jobs/sweep/stored/stored-plans.ts";
import { region } from "../../core/kernel/ids.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { holdLaws, holdOutcomes } from "./laws.ts";
import { here, leak, minute } from "./lives.ts";
import { outcomesOf } from "./outcomes.ts";
import { inputOf, never, sha256, sweepWorld, type World } from "./sweep-world.ts";

async function planned(...ids: string[]): Promise<{ world: World; plan: Plan }> {
  const world = await sweepWorld(
    minute(120),
    ids.map((id) => leak(id)),
  );
  const { plan } = await world.pass(inputOf({ act: false }));
  if (plan === null) throw new Error("nothing was planned");
  return { world, plan };
}
const apply = (world: World, plan: Plan, input = inputOf()) =>
  applyStoredPlan(world.ports)(input, world.scan(), plan, never);
const changed = (plan: Plan, change: (entry: PlanEntry) => PlanEntry): Plan => ({
  ...plan,
  entries: plan.entries.map((entry) => (entry.key.session === "a" ? change(entry) : entry)),
});

describe("a plan that was kept", () => {
  it("is carried out later, and only once", async () => {
    const { world, plan } = await planned("a", "b");
    world.at = minute(125);
    expect(outcomesOf(await apply(world, plan))).toEqual(["a stopped", "b stopped"]);
    expect(outcomesOf(await apply(world, plan))).toEqual(["a already-gone", "b already-gone"]);
    expect(world.asked.filter(({ op }) => op === "stop")).toHaveLength(2);
    holdLaws(world);
    await holdOutcomes(world);
  });

  it("may be carried out in part", async () => {
    const { world, plan } = await planned("a", "b");
    const { entries } = plan;
    expect(outcomesOf(await apply(world, { ...plan, entries: entries.slice(1) }))).toEqual(["b stopped"]);
    expect([...world.stopped.keys()]).toEqual(["b"]);
  });

  it("is carried out in its own order, whatever that of the file is", async () => {
    const { world, plan } = await planned("a", "b", "c");
    const input = inputOf({ cap: { maxStops: 1, windowMs: 3_600_000 } });
    const [first, ...rest] = plan.entries.map(({ key }) => key.session);
    const outcomes = outcomesOf(await apply(world, { ...plan, entries: plan.entries.toReversed() }, input));
    expect(outcomes).toEqual([`${first} stopped`, ...rest.map((session) => `${session} refused cap`)]);
    expect([...world.stopped.keys()]).toEqual([first]);
  });

  it("says of what is not in it after all that is", async () => {
    const { world, plan } = await planned("a", "b");
    const { entries } = changed(plan, (entry) => ({ ...entry, timeoutSeconds: 1 }));
    const outcomes = outcomesOf(await apply(world, { ...plan, entries: [...entries, ...plan.entries].toReversed() }));
    expect(outcomes).toEqual(["a stopped", "b stopped", "b refused not-in-plan", "a refused tampered"]);
  });

  it("comes back to the last member, however long it is", async () => {
    const ids = Array.from({ length: 205 }, (_, n) => `s${n}`);
    const world = await sweepWorld(
      minute(120),
      ids.map((id) => leak(id)),
    );
    const [usual] = inputOf().policies.policies;
    const policies = usual === undefined ? [] : [{ ...usual, maxStopsPerPass: 1000 }];
    const { plan } = await world.pass(inputOf({ act: false }, { policies }));
    expect(plan?.entries).toHaveLength(205);
    expect(await storedPlan(world.ports.documents, plan?.id ?? "")).toEqual(plan);
  });

  it("refuses an entry that was changed, and carries out the others", async () => {
    const { world, plan } = await planned("a", "b");
    for (const change of [
      (entry: PlanEntry) => ({ ...entry, key: { ...entry.key, session: "other" as never } }),
      (entry: PlanEntry) => ({ ...entry, decision: { ...entry.decision, text: "It was idle for years." } }),
      (entry: PlanEntry) => ({ ...entry, digest: "0".repeat(64) }),
    ]) {
      const file = changed(plan, change);
      const [first] = (await apply(world, { ...file, entries: file.entries.slice(0, 1) })).outcomes;
      expect(first).toMatchObject({ kind: "refused", reason: "tampered" });
    }
    const file = changed(plan, (entry) => ({ ...entry, timeoutSeconds: 1 }));
    expect(outcomesOf(await apply(world, file))).toEqual(["b stopped", "a refused tampered"]);
  });

  it("refuses an entry that was changed and signed anew, one of another plan, and one that is in it twice", async () => {
    const { world, plan } = await planned("a", "b");
    const forged = changed(plan, (entry) => {
      const it = { ...entry, name: "forged" };
      return { ...it, digest: entryDigest(it, sha256) };
    });
    expect(outcomesOf(await apply(world, forged))).toEqual(["b stopped", "a refused not-in-plan"]);

    world.lives.set("c", leak("c"));
    world.at = minute(121);
    const { plan: other } = await world.pass(inputOf({ act: false }));
    expect(outcomesOf(await apply(world, { ...plan, entries: other?.entries ?? [] }))).toEqual([
      "a refused not-in-plan",
      "c refused not-in-plan",
    ]);
    const [entry] = plan.entries;
    if (entry === undefined) throw new Error("the plan is empty");
    expect(outcomesOf(await apply(world, { ...plan, entries: [entry, entry] }))).toEqual([
      "a stopped",
      "a refused not-in-plan",
    ]);
  });

  it.each([
    [14.99, "a stopped"],
    [15, "a refused expired"],
    [16, "a refused expired"],
  ])("expires: %d minutes later", async (minutes, outcome) => {
    const { world, plan } = await planned("a");
    world.at = plusMs(minute(120), minutes * 60_000);
    // Whatever the file says.
    expect(outcomesOf(await apply(world, { ...plan, expiresAt: minute(10_000) }))).toEqual([outcome]);
  });

  it("that this state does not know is refused as a whole", async () => {
    const { world, plan } = await planned("a");
    const answer = await apply(world, { ...plan, id: "20261120T140000000Z-0000000000000000" });
    expect(answer).toMatchObject({ outcomes: [], problems: [{ code: "PlanUnknown" }] });
    expect(world.stopped.size).toBe(0);
  });

  it.each(["head", "part"] as const)("whose %s is damaged is refused as a whole", async (which) => {
    const { world, plan } = await planned("a");
    const name = which === "head" ? `plans/${plan.id}` : `plans/${plan.id}/0`;
    await world.ports.documents.write(name, { revision: 1, text: "{" });
    const answer = await apply(world, plan);
    expect(answer).toMatchObject({ outcomes: [], problems: [{ code: "StateUnavailable" }] });
    expect(answer.problems[0]?.message).toContain("is damaged");
  });

  it("needs the switch, also where only a plan is carried out", async () => {
    const { world, plan } = await planned("a");
    await world.arm("disarmed");
    expect(outcomesOf(await apply(world, plan))).toEqual(["a refused disarmed"]);
    expect(world.asked).toEqual([]);
  });

  it("is carried out in the target that was scanned, and says nothing of others", async () => {
    const { world, plan } = await planned("a");
    const elsewhere = { ...world.scan(), target: { ...here, region: region("eu-west-1") } };
    const answer = await applyStoredPlan(world.ports)(inputOf(), elsewhere, plan, never);
    expect(answer).toEqual({ finished: [], outcomes: [], problems: [] });
  });

  it("is emptied by one that is made a day after it expired, and is unknown then", async () => {
    const { world, plan } = await planned("a");
    const texts = async () =>
      Promise.all(
        [`plans/${plan.id}`, `plans/${plan.id}/0`].map(async (name) => (await world.ports.documents.read(name))?.text),
      );
    const made = async (atMinute: number) =>
      storePlan(world.ports.documents, {
        ...plan,
        id: `made-${atMinute}`,
        madeAt: minute(atMinute),
        expiresAt: minute(atMinute + 15),
      });
    await made(120 + 15 + 24 * 60);
    expect((await storedPlan(world.ports.documents, plan.id))?.id).toBe(plan.id);
    await made(120 + 15 + 24 * 60 + 1);
    expect(await texts()).toEqual(["", ""]);
    expect(await storedPlan(world.ports.documents, plan.id)).toBeNull();
    expect(JSON.parse((await world.ports.documents.read("cleanup/plans"))?.text ?? "")).toHaveLength(2);
  });

  it("is kept also where the list of plans is damaged, or others always write it first", async () => {
    const { world, plan } = await planned("a");
    const { documents } = world.ports;
    await documents.write("cleanup/plans", { revision: 1, text: "{" });
    await storePlan(documents, { ...plan, id: "second" });
    const write: typeof documents.write = async (name, document) =>
      name === "cleanup/plans" ? "stale" : documents.write(name, document);
    await storePlan({ ...documents, write }, { ...plan, id: "third" });
    expect((await storedPlan(documents, "second"))?.entries).toHaveLength(1);
    expect((await storedPlan(documents, "third"))?.entries).toHaveLength(1);
  });

  it("is the same plan when it is kept twice", async () => {
    const { world, plan } = await planned("a");
    await storePlan(world.ports.documents, plan);
    expect(await storedPlan(world.ports.documents, plan.id)).toEqual(plan);
  });
});
