import { describe, expect, it } from "vitest";
import type { Policy } from "../../core/cleanup/policy/policy.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { holdLaws, holdOutcomes } from "./laws.ts";
import { type Life, leak, minute } from "./lives.ts";
import { outcomesOf } from "./outcomes.ts";
import { inputOf, policy, sweepWorld } from "./sweep-world.ts";

const works = (id: string): Life => leak(id, { busy: [{ from: minute(0), until: minute(500) }] });

async function passOf(
  lives: readonly Life[],
  change: Partial<Policy>,
  usage: "streaming" | "off" = "streaming",
  updatedAt: Instant | null = null,
) {
  const world = await sweepWorld(minute(120), lives);
  world.usage = usage;
  const looks: string[] = [];
  const readSessionCpu: typeof world.ports.readSessionCpu = async (...asked) => {
    looks.push(...asked[2]);
    return world.ports.readSessionCpu(...asked);
  };
  const input = inputOf({}, { policies: [policy(change)] });
  const listed = world.scan();
  const sessions = listed.sessions.map((it) => ({ ...it, lastUpdatedAt: updatedAt ?? it.lastUpdatedAt }));
  const swept = await world.pass(input, { ...world.ports, readSessionCpu }, { ...listed, sessions });
  await holdOutcomes(world);
  return { world, swept, looks, stopped: [...world.stopped.keys()] };
}

describe("a policy's maxAge", () => {
  it("stops no session that works, however old it is", async () => {
    expect((await passOf([works("a")], { maxAgeMs: 3_600_000 })).stopped).toEqual([]);
  });

  it("stops those that are known to work where maxAgeStopsBusy says so, and none of which it is not known", async () => {
    const change = { maxAgeMs: 3_600_000, maxAgeStopsBusy: true };
    const { world, swept, stopped } = await passOf([works("a")], change);
    expect(stopped).toEqual(["a"]);
    expect(swept.decided.map(({ decision }) => decision.reason)).toEqual(["over-age-busy"]);
    holdLaws(world, null);
    expect((await passOf([works("a")], change, "off")).stopped).toEqual([]);
  });

  it.each<[what: string, life: Life, usage: "streaming" | "off", stopped: readonly string[]]>([
    ["is known to work", works("a"), "streaming", ["a"]],
    ["was idle as far as is known", leak("a"), "streaming", []],
    ["nothing is known of", works("a"), "off", []],
  ])("with maxAgeStopsBusy, goes by evidence where the service has just updated a session that %s", async (...row) => {
    const [, life, usage, stopped] = row;
    for (const updatedAt of [minute(106), minute(119)]) {
      const change = { maxAgeMs: 3_600_000, maxAgeStopsBusy: true };
      expect((await passOf([life], change, usage, updatedAt)).stopped).toEqual(stopped);
      expect((await passOf([life], { ...change, maxAgeMs: 121 * 60_000 }, usage, updatedAt)).looks).toEqual([]);
    }
  });

  it("stops an idle session that its time limit would end soon", async () => {
    const soon = leak("a", { timeoutSeconds: 122 * 60 });
    expect((await passOf([soon], {})).stopped).toEqual([]);
    expect((await passOf([soon], { maxAgeMs: 3_600_000 })).stopped).toEqual(["a"]);
  });
});

describe("a policy that goes by calls alone", () => {
  it("stops where usage logs are off, and keeps what was called lately", async () => {
    const called = leak("called", { calls: [{ from: minute(100), until: minute(101) }] });
    const one = await passOf([leak("a")], { evidence: "invocations" }, "off");
    expect(one.stopped).toEqual(["a"]);
    expect(outcomesOf(one.swept)).toEqual(["a stopped"]);
    holdLaws(one.world);
    const both = await passOf([leak("a"), called], { evidence: "invocations" }, "off");
    expect(both.stopped).toEqual([]);
  });

  it("looks at records where there are any, and keeps whom they show to work without a call", async () => {
    const { stopped, looks, swept } = await passOf([works("a")], { evidence: "invocations" });
    expect(looks).toEqual(["a"]);
    expect(stopped).toEqual([]);
    expect(swept.decided.map(({ decision }) => decision.reason)).toEqual(["active"]);
    const idle = await passOf([leak("a")], { evidence: "invocations" });
    expect(idle.stopped).toEqual(["a"]);
    // Once by the pass, and once more before the stop.
    expect(idle.looks).toEqual(["a", "a"]);
  });

  it("looks at CPU just before a stop, though no look was left for it in the pass", async () => {
    const world = await sweepWorld(minute(120), [works("a")]);
    const input = inputOf({ looksAtMost: 0 }, { policies: [policy({ evidence: "invocations" })] });
    expect(outcomesOf(await world.pass(input))).toEqual(["a refused busy-again"]);
  });
});
