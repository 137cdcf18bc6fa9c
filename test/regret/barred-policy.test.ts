import { describe, expect, it } from "vitest";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import type { Policy } from "../../core/cleanup/policy/policy.ts";
import { stopByHand } from "../../core/jobs/sweep/stop/stop-by-hand.ts";
import { storedKillSwitch } from "../../core/jobs/sweep/stored/stored-kill-switch.ts";
import { sweep } from "../../core/jobs/sweep/sweep.ts";
import { sweepPass } from "../../core/jobs/sweep/sweep-pass.ts";
import type { SessionId } from "../../core/kernel/ids.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { OutgoingEvent } from "../../core/ports/events.ts";
import { leak, minute } from "../sweep/lives.ts";
import { outcomesOf } from "../sweep/outcomes.ts";
import { inputOf, never, policy, sweepWorld } from "../sweep/sweep-world.ts";

const everything = { account: null, region: null, interpreter: null, session: null, name: null };
const name = { text: "^name of o", matches: (text: string) => text.startsWith("name of o") };
/** Stops nothing within ten minutes of another stop. */
const breaker = { maxStops: 1, maxStopsPct: 100, windowMs: 10 * 60_000 };
const other = policy({ id: "other", hash: "other-1", match: { ...everything, name }, breaker });
const firstOnes = ["a", "b", "c", "d", "e"];

/** Of two policies that enforce, one has made five stops, and all of these were called for afterwards. */
async function regrettedWorld(later: Partial<Policy> = {}, usualLater = later) {
  const world = await sweepWorld(
    minute(120),
    firstOnes.map((id) => leak(id)),
  );
  const killSwitch = storedKillSwitch(world.ports.documents);
  await killSwitch.write({ state: "armed", by: "ada", why: null, at: minute(119) }, never);
  const sent: OutgoingEvent[] = [];
  const readRefusedCalls = async (
    _target: unknown,
    _interpreter: unknown,
    stops: readonly { readonly session: SessionId; readonly stoppedAt: Instant }[],
  ) =>
    new Map(
      stops.map(({ session, stoppedAt }) => {
        const at = session.startsWith("o") ? [] : [plusMs(stoppedAt, 60_000)];
        return [session, { kind: "known" as const, at }];
      }),
    );
  const ports = {
    ...world.ports,
    registry: memoryRegistry(),
    writeSwitch: killSwitch.write,
    readRefusedCalls,
    readStoppedUsage: world.readStoppedUsage,
    sendEvents: async (events: readonly OutgoingEvent[]) => {
      sent.push(...events);
      return events.map(() => ({ sent: true as const }));
    },
  };
  const sweepInput = inputOf({}, { policies: [policy(), other] });
  const { act: _, barred: __, ...rest } = sweepInput;
  const runaway = { hotVcpu: 1.5, hotForMs: 1_800_000, usd: null };
  const regret = { withinMs: 900_000, mostRate: 0.1, leastStops: 5 };
  const input = { ...rest, runaway, regret, costOf: () => null, publish: true };
  const passAt = async (at: number, ...leaks: readonly string[]) => {
    for (const id of leaks) world.lives.set(id, leak(id));
    world.at = minute(at);
    const policies = at === 120 ? [policy(), other] : [policy(at < 160 ? later : usualLater), { ...other, ...later }];
    const set = { ...input.policies, policies };
    return sweepPass(ports)(world.at, { ...input, policies: set }, [world.scan()], never);
  };
  expect((await passAt(120)).barredPolicies).toEqual([]);
  expect([...world.stopped.keys()].toSorted()).toEqual(firstOnes);
  return { world, killSwitch, sent, ports, sweepInput, passAt };
}

describe("a policy that is regretted too often", () => {
  const usual = { policy: "usual", why: "5 of 5 stops were regretted" };

  it("stops nothing more, while another goes on, and none of its sessions counts for the other's breaker", async () => {
    const { world, killSwitch, passAt } = await regrettedWorld();
    const before = await killSwitch.read(never);
    const passed = await passAt(140, "f", "g", "o1");
    expect(passed).toMatchObject({ mode: "enforce", switch: "armed", barred: null, barredPolicies: [usual] });
    expect(passed.targets.flatMap(outcomesOf).toSorted()).toEqual([
      "f refused regretted",
      "g refused regretted",
      "o1 stopped",
    ]);
    expect(passed.problems).toEqual([]);
    expect((await passAt(160, "o2")).targets.flatMap(outcomesOf)).toContain("o2 stopped");
    expect([...world.stopped.keys()].toSorted()).toEqual([...firstOnes, "o1", "o2"]);
    expect(await killSwitch.read(never)).toEqual(before);
  });

  it("is barred under another id too, while another goes on", async () => {
    const { world, passAt } = await regrettedWorld({}, { id: "renamed", hash: "renamed-1" });
    expect((await passAt(140, "f")).barredPolicies).toEqual([usual]);
    const passed = await passAt(160, "g", "o1");
    expect(passed).toMatchObject({ switch: "armed", barred: null });
    expect(passed.barredPolicies).toEqual([usual, { ...usual, policy: "renamed" }]);
    expect(passed.targets.flatMap(outcomesOf)).toEqual(expect.arrayContaining(["g refused regretted", "o1 stopped"]));
    expect([...world.stopped.keys()].toSorted()).toEqual([...firstOnes, "o1"]);
  });

  it("takes nothing of what a pass may stop from another, though its sessions are idle for longer", async () => {
    const { world, passAt } = await regrettedWorld({ maxStopsPerPass: 1 });
    world.lives.set("o1", leak("o1", { createdAt: minute(30) }));
    const passed = await passAt(140, "f", "g");
    expect(passed.targets.flatMap(outcomesOf).toSorted()).toEqual(["f refused regretted", "o1 stopped"]);
    expect(passed.targets.map(({ postponed }) => postponed)).toEqual([1]);
  });

  it("is told once, and what it would stop is told as what is only observed", async () => {
    const { sent, passAt } = await regrettedWorld();
    await passAt(140, "f");
    await passAt(150);
    expect(
      sent.filter(({ detailType }) => detailType === "Cleanup Disarmed").map(({ detail }) => detail),
    ).toMatchObject([{ scope: "policy", ...usual, by: "sandmeter" }]);
    const planned = sent.filter(
      ({ detailType, detail }) => detailType === "Session Stop Planned" && detail["session"] === "f",
    );
    expect(planned.map(({ detail }) => detail["mode"])).toEqual(["observe"]);
  });

  it("only observes where no other enforces", async () => {
    const { ports, world, killSwitch } = await regrettedWorld();
    const { act: _, barred: __, ...rest } = inputOf({}, { policies: [policy(), { ...other, mode: "observe" }] });
    const regret = { withinMs: 900_000, mostRate: 0.1, leastStops: 5 };
    const runaway = { hotVcpu: 1.5, hotForMs: 1_800_000, usd: null };
    world.at = minute(140);
    world.lives.set("f", leak("f"));
    const input = { ...rest, runaway, regret, costOf: () => null, publish: true };
    const passed = await sweepPass(ports)(world.at, input, [world.scan()], never);
    expect(passed).toMatchObject({ mode: "observe", switch: "armed", barredPolicies: [usual] });
    expect((await killSwitch.read(never)).state).toBe("armed");
    expect(world.stopped.has("f")).toBe(false);
  });

  it("stops nothing by a plan that was made before anybody knew, either", async () => {
    const { world, sweepInput, passAt } = await regrettedWorld();
    await passAt(140);
    world.lives.set("f", leak("f"));
    const { outcomes } = await sweep(world.ports)(world.at, sweepInput, world.scan(), never);
    expect(outcomes).toMatchObject([
      {
        kind: "refused",
        reason: "regretted",
        message: "Policy usual is barred, as 5 of 5 stops were regretted: `sandmeter arm` starts anew.",
      },
    ]);
    expect(await world.recordsOf("f")).toEqual([]);
  });

  it("bars no stop by hand, which is of no policy", async () => {
    const { world, sweepInput, passAt } = await regrettedWorld();
    await passAt(140);
    world.lives.set("f", leak("f"));
    const override = { by: "on call", reason: "it burns", protections: false, policyUnread: null };
    const found = world.scan();
    const wanted = { sessions: found.sessions.filter(({ id }) => id === "f"), override };
    expect(outcomesOf(await stopByHand(world.ports)(world.at, sweepInput, found, wanted, never))).toEqual([
      "f stopped",
    ]);
  });

  it("stops again once somebody arms anew", async () => {
    const { killSwitch, passAt } = await regrettedWorld();
    await passAt(140, "f");
    await killSwitch.write({ state: "armed", by: "ada", why: "seen", at: minute(145) }, never);
    const passed = await passAt(150);
    expect(passed.barredPolicies).toEqual([]);
    expect(passed.targets.flatMap(outcomesOf)).toEqual(["f stopped"]);
  });
});
