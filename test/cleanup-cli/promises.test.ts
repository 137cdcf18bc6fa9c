import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import type { Policy } from "../../core/cleanup/policy/policy.ts";
import { storedKillSwitch } from "../../core/jobs/sweep/stored/stored-kill-switch.ts";
import { sweepPass } from "../../core/jobs/sweep/sweep-pass.ts";
import type { SweepPassOutcome, SweepPassPorts } from "../../core/jobs/sweep/sweep-pass-ports.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { OutgoingEvent } from "../../core/ports/events.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { type Life, leak, minute } from "../sweep/lives.ts";
import { inputOf, never, policy, sweepWorld } from "../sweep/sweep-world.ts";

/** A world that is swept as `watch` does it; `told` is what was sent, in its order among stops. */
async function watched(at: Instant, lives: readonly Life[], change: Partial<Policy> = {}) {
  const world = await sweepWorld(at, lives);
  const steps: string[] = [];
  const sent: OutgoingEvent[] = [];
  const killSwitch = storedKillSwitch(memoryDocuments());
  await killSwitch.write({ state: "armed", by: "ada", why: null, at: plusMs(at, -60_000) }, never);
  world.onAsked = ({ op, session }) => {
    if (op === "stop") steps.push(`stop ${session}`);
  };
  const ports = {
    ...world.ports,
    registry: memoryRegistry(),
    readRefusedCalls: async () => new Map(),
    readStoppedUsage: world.readStoppedUsage,
    readSwitch: killSwitch.read,
    writeSwitch: killSwitch.write,
    readProtections: async () => world.protections,
    sendEvents: async (events: readonly OutgoingEvent[]) => {
      sent.push(...events);
      steps.push(...events.map(({ detailType, detail }) => `${detailType} ${String(detail["session"] ?? "")}`.trim()));
      return events.map(() => ({ sent: true as const }));
    },
  };
  const { act: _, ...sweepInput } = inputOf({}, { policies: [policy(change)] });
  const runaway = { hotVcpu: 1.5, hotForMs: 1_800_000, usd: null };
  const regret = { withinMs: 900_000, mostRate: 0.1, leastStops: 5 };
  const input = { ...sweepInput, runaway, regret, costOf: () => null, publish: true };
  const pass = (): Promise<SweepPassOutcome> => sweepPass(ports)(world.at, input, [world.scan()], never);
  return { world, steps, sent, ports, killSwitch, input, pass };
}
const everything = { account: null, region: null, interpreter: null, session: null, name: null };

describe("clean-up promises", () => {
  it("that idleness is observed for the whole time: one stale timestamp never stops", async () => {
    const { world, pass } = await watched(minute(5), [leak("a")]);
    for (let at = 5; world.stopped.size === 0 && at < 200; at += 5) {
      world.at = minute(at);
      await pass();
    }
    const [record] = await world.recordsOf("a");
    const { horizon, idleSince } = record?.entry.decision ?? {};
    expect((horizon ?? 0) - (idleSince ?? 0)).toBeGreaterThanOrEqual(policy().idleAfterMs);
    expect(idleSince).toBeGreaterThanOrEqual(minute(2));
    expect(world.stopped.get("a")).toBeLessThan(minute(120));
  });

  it("that a job of eight hours lives, and that no session is kept alive by being looked at", async () => {
    const job = leak("job", { busy: [{ from: minute(0), until: minute(480) }] });
    const { world, pass } = await watched(minute(60), [job, leak("silent")]);
    for (let at = 60; at < 480; at += 10) {
      world.at = minute(at);
      await pass();
    }
    expect([...world.stopped.keys()]).toEqual(["silent"]);
  });

  it("that no session is immortal by what it says of itself: its records and its calls count, up to a ceiling", async () => {
    const works = { busy: [{ from: minute(0), until: minute(480) }] };
    const { world, pass } = await watched(minute(60), [leak("BUSY-do-not-stop"), leak("works", works)], {
      maxAgeMs: 240 * 60_000,
      maxAgeStopsBusy: true,
    });
    for (let at = 60; at < 300; at += 10) {
      world.at = minute(at);
      await pass();
    }
    const endedAt = ["BUSY-do-not-stop", "works"].map((id) => world.stopped.get(id) ?? Number.POSITIVE_INFINITY);
    expect(endedAt[0]).toBeLessThan(minute(120));
    expect(endedAt[1]).toBeGreaterThanOrEqual(minute(240));
    expect(endedAt[1]).toBeLessThan(minute(260));
  });

  it("that a protection holds until it lapses, and that it is told before it does", async () => {
    const { world, steps, pass } = await watched(minute(120), [leak("a")]);
    world.protections = [{ match: everything, source: "hand", until: minute(240), why: "a demo" }];
    await pass();
    expect(steps).toEqual([]);
    world.at = minute(200);
    await pass();
    await pass();
    expect(steps).toEqual(["Protection Lapsing"]);
    world.at = minute(240);
    await pass();
    expect([...world.stopped.keys()]).toEqual(["a"]);
  });

  it("that a breaker which trips stops none, and tells it once", async () => {
    const lives = ["a", "b", "c", "d"].map((id) => leak(id));
    const breaker = { maxStops: 3, maxStopsPct: 100, windowMs: 3_600_000 };
    const { world, steps, sent, pass } = await watched(minute(120), lives, { breaker });
    await pass();
    await pass();
    expect(world.stopped.size).toBe(0);
    expect(steps.filter((step) => step.startsWith("Cleanup Refused"))).toHaveLength(1);
    const refused = sent.find(({ detailType }) => detailType === "Cleanup Refused");
    expect(refused?.detail).toMatchObject({ count: 4, refusal: "breaker" });
  });

  it("that a stop is told before and after, with the reason and the evidence", async () => {
    const { steps, sent, pass } = await watched(minute(120), [leak("a")]);
    await pass();
    expect(steps).toEqual(["Session Stop Planned a", "stop a", "Session Stopped a"]);
    for (const { detail } of sent) {
      expect(detail).toMatchObject({
        reason: "idle-observed",
        evidence: { cpu: { kind: "known" }, calls: { kind: "known" } },
      });
    }
  });

  it("that it is told before each time: a session that worked since it was told is told anew", async () => {
    const { world, steps, pass } = await watched(minute(120), [leak("a")]);
    // The first Stop has no effect, and the session begins to work.
    const ignored = { answer: { kind: "accepted" as const }, works: false };
    world.script.push(ignored, ignored);
    await pass();
    world.at = minute(150);
    world.lives.set("a", leak("a", { busy: [{ from: minute(125), until: minute(180) }] }));
    await pass();
    steps.length = 0;
    world.at = minute(260);
    await pass();
    await pass();
    expect(steps).toEqual(["Session Stop Planned a", "stop a", "Session Stopped a"]);
  });

  it("that it is said where nobody could be told before", async () => {
    const { pass, ports } = await watched(minute(120), [leak("a")]);
    const { documents } = ports;
    let writes = 0;
    ports.documents = {
      ...documents,
      write: async (name, document) => {
        if (name !== "cleanup/events" || writes++ > 0) return documents.write(name, document);
        throw new RegistryError("unreachable", "The outbox does not answer.");
      },
    };
    expect((await pass()).problems.map(({ message }) => message)).toEqual(["The outbox does not answer."]);
  });

  it("that a stop which was made right before a run was killed is told by the next", async () => {
    const { world, steps, pass, ports } = await watched(minute(120), [leak("a")]);
    await sweepPassKilled();
    expect([...world.stopped.keys()]).toEqual(["a"]);
    steps.length = 0;
    world.at = minute(121);
    await pass();
    expect(steps).toEqual(["Session Stopped a"]);

    async function sweepPassKilled(): Promise<void> {
      const send = ports.sendEvents;
      ports.sendEvents = async (events) => {
        if (events.some(({ detailType }) => detailType === "Session Stopped")) throw new Error("killed");
        return send(events);
      };
      await expect(pass()).rejects.toThrow("killed");
      ports.sendEvents = send;
    }
  });

  it("that it is told, too, where somebody disarmed before the run could write down what came of it", async () => {
    const { world, steps, sent, pass, ports, killSwitch } = await watched(minute(120), [leak("a"), leak("b")]);
    const { records } = ports;
    ports.records = {
      ...records,
      put: async (record) => {
        if (record.state === "stopped") throw new Error("killed");
        return records.put(record);
      },
    };
    await expect(pass()).rejects.toThrow("killed");
    ports.records = records;
    await killSwitch.write({ state: "disarmed", by: "ada", why: "enough", at: minute(121) }, never);
    steps.length = 0;
    world.at = minute(131);
    const { mode, targets } = await pass();
    expect([mode, targets[0]?.finished.map(({ key, state }) => `${key.session} ${state}`)]).toEqual([
      "observe",
      ["a stopped"],
    ]);
    expect(steps).toContain("Session Stopped a");
    expect(sent.filter(({ detailType }) => detailType === "Session Stopped")).toHaveLength(1);
    expect([...world.stopped.keys()]).toEqual(["a"]);
    expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["stopped"]);
    // A state that fails is told.
    const intended = () => Promise.reject(new RegistryError("unreachable", "The state does not answer."));
    ports.records = { ...records, intended };
    const { targets: unread } = await pass();
    expect(unread[0]?.problems.map(({ message }) => message)).toEqual(["The state does not answer."]);
  });

  it("that the switch is read before each stop: whoever disarms it in the middle ends it there", async () => {
    const { world, killSwitch, pass, sent } = await watched(minute(120), [leak("a"), leak("b"), leak("c")]);
    const before = world.onAsked;
    const disarming: Promise<unknown>[] = [];
    world.onAsked = (asked) => {
      before(asked);
      const position = { state: "disarmed" as const, by: "ada", why: "enough", at: world.at };
      if (asked.op === "outcome") disarming.push(killSwitch.write(position, never));
    };
    const { targets } = await pass();
    await Promise.all(disarming);
    expect(world.stopped.size).toBe(1);
    expect(targets[0]?.outcomes.map((it) => (it.kind === "refused" ? it.reason : it.kind))).toEqual([
      "stopped",
      "disarmed",
      "disarmed",
    ]);
    await pass();
    expect(sent.at(-1)).toMatchObject({ detailType: "Cleanup Disarmed", detail: { by: "ada", why: "enough" } });
  });

  it.each(["cannot be written", "is always another run's"])(
    "that nothing is stopped by rules which nobody could look up later: the state %s",
    async (how) => {
      const { world, ports, input } = await watched(minute(120), [leak("a")]);
      const write: typeof ports.documents.write = async (name, document) => {
        if (!name.startsWith("cleanup/rules/")) return ports.documents.write(name, document);
        if (how === "is always another run's") return "stale";
        throw new RegistryError("too-large", "The state takes no more of it.");
      };
      const full = { ...ports, documents: { ...ports.documents, write } };
      const outcome = await sweepPass(full)(world.at, input, [world.scan()], never);
      expect(outcome.problems).toMatchObject([{ code: "StateUnavailable" }]);
      expect(world.asked).toEqual([]);
      expect(world.stopped.size).toBe(0);
      await sweepPass(ports)(world.at, input, [world.scan()], never);
      expect([...world.stopped.keys()]).toEqual(["a"]);
    },
  );

  it("that nothing is stopped by a pass that cannot see whether stops were regretted", async () => {
    const { world, pass, ports, input } = await watched(minute(120), [leak("a")]);
    await pass();
    world.lives.set("b", leak("b"));
    world.at = minute(130);
    const load = () => Promise.reject(new RegistryError("corrupt", "The registry is damaged."));
    const blind = { ...ports, registry: { ...ports.registry, load } };
    const outcome = await sweepPass(blind)(world.at, input, [world.scan()], never);
    expect(outcome).toMatchObject({
      mode: "observe",
      switch: "disarmed",
      barred: expect.any(String),
      targets: [{ outcomes: [], plan: null }],
    });
    expect(outcome.problems.map(({ message }) => message).join()).toContain("The registry is damaged.");
    expect([...world.stopped.keys()]).toEqual(["a"]);
    await pass();
    expect([...world.stopped.keys()]).toEqual(["a", "b"]);
  });

  it("that a session which works too much is told, and not stopped", async () => {
    const hot = leak("hot", { busy: [{ from: minute(0), until: minute(480) }] });
    const { world, steps, ports } = await watched(minute(120), [hot]);
    const { act: _, ...sweepInput } = inputOf();
    const limits = { hotVcpu: 0.5, hotForMs: 600_000, usd: null };
    const regret = { withinMs: 900_000, mostRate: 0.1, leastStops: 5 };
    const cheap = { ...sweepInput, runaway: limits, regret, publish: true };
    const two = { numerator: 2n, denominator: 1n };
    const input = { ...cheap, costOf: () => ({ basis: "rated" as const, low: two, high: two }) };
    await sweepPass(ports)(
      world.at,
      { ...input, runaway: { ...limits, usd: { numerator: 1n, denominator: 1n } } },
      [world.scan()],
      never,
    );
    expect(steps).toEqual(["Session Runaway hot"]);
    expect(world.stopped.size).toBe(0);
  });

  it("that races are counted where they are seen, and a stop of a session that worked is shouted and regretted", async () => {
    // The first stop, by what is known of an idle session; then the same with work that nobody can see by then.
    const stoppedIn = async (lives: readonly Life[], over: Partial<SweepPassPorts> = {}) => {
      const all = await watched(minute(40), lives);
      let outcome: SweepPassOutcome | null = null;
      const passAt = async (at: number) => {
        all.world.at = minute(at);
        outcome = await sweepPass({ ...all.ports, ...over })(all.world.at, all.input, [all.world.scan()], never);
        return outcome;
      };
      for (let at = 40; all.world.stopped.size < lives.length && at < 200; at += 5) await passAt(at);
      const [record] = await all.world.recordsOf("a");
      const at = record === undefined ? 0 : (record.intendedAt - minute(0)) / 60_000;
      return { ...all, passAt, at };
    };
    const idle = await stoppedIn([leak("a")]);
    expect((await idle.passAt(idle.at + 74)).aftermath).toEqual({ races: 0, wrong: 0, unknown: 1 });
    expect((await idle.passAt(idle.at + 76)).aftermath).toEqual({ races: 0, wrong: 0, unknown: 0 });

    const woken = leak("a", { busy: [...leak("a").busy, { from: minute(idle.at - 4), until: minute(idle.at - 2) }] });
    const raced = await stoppedIn([woken]);
    expect(raced.at).toBe(idle.at);
    const after = await raced.passAt(raced.at + 80);
    expect(after).toMatchObject({ aftermath: { races: 1, wrong: 0, unknown: 0 }, problems: [] });
    expect(raced.sent.map(({ detailType }) => detailType)).not.toContain("Stop Regretted");

    const late = leak("a", { busy: [...leak("a").busy, { from: minute(idle.at - 31), until: minute(idle.at - 29) }] });
    const other = await sweepWorld(minute(300), [late]);
    const wrong = await stoppedIn([leak("a")], { readStoppedUsage: other.readStoppedUsage });
    const shouted = await wrong.passAt(wrong.at + 80);
    expect(shouted.aftermath).toEqual({ races: 0, wrong: 1, unknown: 0 });
    expect(shouted.problems).toMatchObject([{ code: "WrongStop" }]);
    expect((await wrong.passAt(wrong.at + 85)).problems).toEqual([]);
    const told = wrong.sent.filter(({ detailType }) => detailType === "Stop Regretted");
    expect(told).toMatchObject([
      { detail: { how: "worked", session: "a", action: expect.stringContaining("must not") } },
    ]);
  });
});
