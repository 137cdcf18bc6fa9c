import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { memoryStopRecords } from "../../adapters/memory/stop-records.ts";
import { notDisarmedEvent } from "../../core/cleanup/cleanup-events.ts";
import type { Policy } from "../../core/cleanup/policy/policy.ts";
import { actingSwitch } from "../../core/cleanup/stop/switch-standing.ts";
import { type RegretPorts, regretPass } from "../../core/jobs/sweep/regret/regret-pass.ts";
import { readRegrets } from "../../core/jobs/sweep/regret/stored-regrets.ts";
import { rememberVerdict, standingOf } from "../../core/jobs/sweep/regret/stored-verdict.ts";
import { storedKillSwitch } from "../../core/jobs/sweep/stored/stored-kill-switch.ts";
import { sessionId } from "../../core/kernel/ids.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { here, intended, minutes, there } from "../stop-records/records.ts";
import { policy } from "../sweep/sweep-world.ts";

const limits = { withinMs: 15 * 60_000, mostRate: 0.1, leastStops: 5 };
const everything = { account: null, region: null, interpreter: null, session: null, name: null };
/** Each is about other sessions. */
const rules = (ids: readonly string[] = ["usual"], mode: Policy["mode"] = "enforce") => ({
  regret: limits,
  policies: { policies: ids.map((id) => policy({ id, mode, match: { ...everything, session: sessionId(id) } })) },
});
const never = new AbortController().signal;
const now = minutes(0);

/** Ten stops an hour ago, by policies in turn, of which `called` were called for afterwards; armed two hours ago. */
async function world(called: number, ids: readonly string[] = ["usual"]) {
  const stoppedAt = plusMs(now, -3_600_000);
  const records = memoryStopRecords();
  const documents = memoryDocuments();
  const killSwitch = storedKillSwitch(documents);
  await killSwitch.write({ state: "armed", by: "ada", why: null, at: plusMs(now, -7_200_000) }, never);
  for (let index = 0; index < 10; index += 1) {
    const at = (stoppedAt - now) / 60_000;
    const made = intended(`S${index}`, at, { state: "stopped", decidedAt: stoppedAt });
    const entry = { ...made.entry, policy: { id: ids[index % ids.length] ?? "", hash: "abc" } };
    await records.put({ ...made, entry });
  }
  const ports = {
    registry: memoryRegistry(),
    records,
    writeSwitch: killSwitch.write,
    documents,
    readRefusedCalls: async (_target: unknown, _interpreter: unknown, stops: readonly { session: string }[]) =>
      new Map(
        stops.map(({ session }) => {
          const at = Number(session.slice(1)) < called ? [plusMs(stoppedAt, 60_000)] : [];
          return [sessionId(session), { kind: "known" as const, at }] as const;
        }),
      ),
  };
  const input = rules(ids);
  const pass = async (at: Instant = now) => regretPass(ports, at, input, [here], await killSwitch.read(never), never);
  const standing = () => standingOf(documents, killSwitch.read, never);
  return { ports, killSwitch, pass, standing, input };
}

describe("looking what came after stops", () => {
  it.each([
    [0, []],
    [1, []],
    [2, ["usual"]],
  ])("with %i of 10 stops regretted bars %j, and leaves the switch as it is", async (called, policies) => {
    const { pass, standing } = await world(called);
    const passed = await pass();
    expect(passed.regrets).toHaveLength(called);
    expect(passed).toMatchObject({ mayStop: true, barred: null, notDisarmed: null, killSwitch: { state: "armed" } });
    expect(passed.policies.map((it) => it.policy)).toEqual(policies);
    expect(await standing()).toMatchObject({ position: { state: "armed" }, barred: null, policies: passed.policies });
  });

  it("remembers what was regretted, of which times, beyond the day and the switch that are looked at", async () => {
    const { ports, pass, killSwitch } = await world(2);
    await pass();
    await killSwitch.write({ state: "armed", by: "ada", why: "seen", at: now }, never);
    await pass(plusMs(now, 60 * 3_600_000));
    const { judged, regrets } = await readRegrets(ports.documents, here);
    expect(regrets.map(({ id, how }) => [id.split("/").at(-2), how])).toEqual([
      ["S0", "called"],
      ["S1", "called"],
    ]);
    // A stop of a quarter of an hour ago is judged.
    expect(judged).toEqual([{ from: plusMs(now, -7_200_000), until: plusMs(now, 1 - limits.withinMs) }]);
  });

  it("says which policy it was, and how often, and counts anew once somebody arms it again", async () => {
    const { pass, standing, killSwitch } = await world(10);
    await pass();
    const match = '[null,null,null,"usual",null]';
    const usual = { policy: "usual", why: "10 of 10 stops were regretted", at: now, match };
    expect((await standing()).policies).toEqual([usual]);
    // As it was told first, though it is found again with each pass, and once its stops are no news any more.
    expect((await pass(plusMs(now, 300_000))).policies).toEqual([usual]);
    expect((await pass(plusMs(now, 30 * 3_600_000))).policies).toEqual([usual]);
    await killSwitch.write({ state: "armed", by: "ada", why: "seen", at: plusMs(now, 1) }, never);
    expect((await standing()).policies).toEqual([]);
    expect((await pass(plusMs(now, 2))).policies).toEqual([]);
  });

  it("bars one more beside those that were barred before, also where two runs find one each at once", async () => {
    const { ports, standing, killSwitch } = await world(0, ["a", "b", "c", "d", "e"]);
    const armed = await killSwitch.read(never);
    if (armed.state === "unknown") throw new Error(armed.problem.message);
    const bar = (of: string) => ({
      barred: null,
      policies: [{ policy: of, why: "5 of 5 stops were regretted", at: now }],
    });
    const both = await Promise.all(["a", "b"].map((of) => rememberVerdict(ports.documents, armed, bar(of))));
    expect(both.map(({ policies }) => policies.length).toSorted()).toEqual([1, 2]);
    expect((await standing()).policies.map((it) => it.policy).toSorted()).toEqual(["a", "b"]);
  });

  describe("where several policies are regretted", () => {
    it.each([
      [["a", "b"], [], "disarmed"],
      [["a", "b"], ["c"], "disarmed"],
      [["a", "b"], ["c", "d"], "armed"],
    ])("%j, while %j enforce too, leaves the switch %s", async (bad, good, state) => {
      const { ports, killSwitch, standing } = await world(10, bad);
      const input = rules([...bad, ...good]);
      const passed = await regretPass(ports, now, input, [here], await killSwitch.read(never), never);
      expect(passed.killSwitch.state).toBe(state);
      expect(passed.mayStop).toBe(state === "armed");
      expect(passed.policies.map((it) => it.policy)).toEqual(bad);
      const found = await standing();
      expect(found.position.state).toBe(state);
      expect(found.policies.map((it) => it.policy)).toEqual(state === "armed" ? bad : []);
    });

    it("counts those that were barred before, and none that only observes any more", async () => {
      const { ports, killSwitch } = await world(10, ["b"]);
      const armed = await killSwitch.read(never);
      if (armed.state === "unknown") throw new Error(armed.problem.message);
      const before = { barred: null, policies: [{ policy: "a", why: "5 of 5 stops were regretted", at: now }] };
      await rememberVerdict(ports.documents, armed, before);
      const observing = {
        regret: limits,
        policies: { policies: [...rules(["b"]).policies.policies, ...rules(["a"], "observe").policies.policies] },
      };
      const first = await regretPass(ports, now, observing, [here], armed, never);
      expect(first).toMatchObject({ killSwitch: { state: "armed" }, policies: [{ policy: "a" }, { policy: "b" }] });
      const second = await regretPass(ports, now, rules(["a", "b", "c"]), [here], armed, never);
      expect(second.killSwitch).toMatchObject({
        state: "disarmed",
        by: "sandmeter",
        why: "2 of 3 policies that enforce were regretted (policy a: 5 of 5 stops were regretted; policy b: 10 of 10 stops were regretted)",
      });
    });
  });

  it.each([
    [60_000, []],
    [60_001, ["usual"]],
    [30 * 86_400_000, ["usual"]],
  ])(
    "is not put off by a switch that was armed %i ms from now, by a clock that was wrong: bars %j",
    async (aheadMs, policies) => {
      const { pass, killSwitch } = await world(10);
      await killSwitch.write({ state: "armed", by: "ada", why: null, at: plusMs(now, aheadMs) }, never);
      expect((await pass()).policies.map((it) => it.policy)).toEqual(policies);
    },
  );

  it("lets nothing be stopped in a pass that cannot keep which policies were regretted, and judges again", async () => {
    const { ports, input, killSwitch, pass } = await world(10);
    const write = () => Promise.reject(new RegistryError("unreachable", "The state does not answer."));
    const deaf = { ...ports, documents: { ...ports.documents, write } };
    const done = await regretPass(deaf, now, input, [here], await killSwitch.read(never), never);
    expect(done).toMatchObject({ killSwitch: { state: "armed" }, mayStop: false });
    expect(done.barred?.why).toMatch(/could not be kept.*The state does not answer/);
    expect(done.problems.map(({ code }) => code)).toContain("StateUnavailable");
    expect(await pass()).toMatchObject({ mayStop: true, policies: [{ policy: "usual" }] });
  });

  it("forgets stops of the day before", async () => {
    const { pass } = await world(10);
    expect((await pass(plusMs(now, 25 * 3_600_000))).regrets).toEqual([]);
  });

  describe("where the switch cannot be turned", () => {
    const problem = { code: "AccessDenied", message: "Not allowed." };
    const deniedWorld = async () => {
      const { ports, killSwitch, input, standing } = await world(10, ["a", "b"]);
      const denied = { ...ports, writeSwitch: async () => problem };
      const at = async (when: Instant, over: RegretPorts = denied) =>
        regretPass(over, when, input, [here], await killSwitch.read(never), never);
      const read = async () => actingSwitch(await standing());
      return { ports, denied, killSwitch, at, read };
    };

    it("says so, never that it was, and tries again with each pass", async () => {
      const { ports, at } = await deniedWorld();
      const first = await at(now);
      expect(first).toMatchObject({
        killSwitch: { state: "armed" },
        mayStop: false,
        notDisarmed: { armedAt: plusMs(now, -7_200_000), why: expect.stringMatching(/^2 of 2/), problem },
        problems: [
          { code: "AccessDenied", message: expect.stringMatching(/^Stopping could not be disarmed.*Not allowed/) },
        ],
      });
      const second = await at(plusMs(now, 300_000));
      const idOf = ({ notDisarmed }: typeof first) => notDisarmed && notDisarmedEvent(now, notDisarmed).id;
      expect(idOf(second)).toBe(idOf(first));
      expect(idOf(first)).toBe(`cleanup-disarm-failed/${plusMs(now, -7_200_000)}`);
      const third = await at(plusMs(now, 600_000), ports);
      expect(third).toMatchObject({
        killSwitch: { state: "disarmed" },
        mayStop: false,
        notDisarmed: null,
        problems: [],
      });
    });

    it("lets nothing be stopped until somebody arms it anew, even when the stops are no news any more", async () => {
      const { killSwitch, at, read } = await deniedWorld();
      expect(await read()).toMatchObject({ state: "armed" });
      await at(now);
      expect(await read()).toMatchObject({
        state: "disarmed",
        by: "sandmeter",
        why: expect.stringMatching(/^2 of 2 policies/),
      });
      expect((await at(plusMs(now, 30 * 3_600_000))).mayStop).toBe(false);
      await killSwitch.write({ state: "armed", by: "ada", why: "seen", at: plusMs(now, 31 * 3_600_000) }, never);
      expect(await read()).toMatchObject({ state: "armed" });
      expect((await at(plusMs(now, 32 * 3_600_000))).mayStop).toBe(true);
    });

    it("lets stops be made again once somebody arms anew, though in the same words and without a date", async () => {
      const { killSwitch, at, read } = await deniedWorld();
      const words = { state: "armed", by: null, why: null, at: null } as const;
      await killSwitch.write(words, never);
      await at(now);
      expect(await read()).toMatchObject({ state: "disarmed" });
      await killSwitch.write(words, never);
      expect(await read()).toMatchObject({ state: "armed" });
    });

    it("tells, too, where it could not be remembered, and stops nothing in that pass", async () => {
      const { denied, at } = await deniedWorld();
      const write = () => Promise.reject(new RegistryError("unreachable", "The state does not answer."));
      const done = await at(now, { ...denied, documents: { ...denied.documents, write } });
      expect(done.mayStop).toBe(false);
      expect(done.problems.map(({ code }) => code)).toEqual([
        ...["StateUnavailable", "StateUnavailable", "AccessDenied"],
      ]);
    });
  });

  it("takes a switch whose verdict cannot be read for unknown", async () => {
    const { ports, pass, standing } = await world(0);
    await ports.documents.write("cleanup/regret", { revision: 0, text: "{" });
    expect(await standing()).toMatchObject({ position: { state: "unknown" } });
    const done = await pass();
    expect(done).toMatchObject({ mayStop: false, problems: [{ code: "StateUnavailable" }] });
  });

  it("adds up what a policy stopped in all targets: three here and three there are six", async () => {
    const { ports, killSwitch } = await world(0);
    const records = memoryStopRecords();
    for (const target of [here, there]) {
      for (let n = 0; n < 3; n += 1) {
        await records.put(intended(`S${n}`, -60, { state: "stopped", decidedAt: minutes(-60) }, target));
      }
    }
    // The same id in both: only the one here was called.
    const readRefusedCalls: RegretPorts["readRefusedCalls"] = async (target, _interpreter, stops) =>
      new Map(
        stops.map(({ session }) => {
          const isCalled = target.region === here.region && session === "S0";
          return [session, { kind: "known", at: isCalled ? [minutes(-59)] : [] }];
        }),
      );
    const over = { ...ports, records, readRefusedCalls };
    const position = await killSwitch.read(never);
    const done = await regretPass(over, now, rules(), [here, there], position, never);
    expect(done.regrets.map(({ stop }) => [stop.key.region, stop.key.session])).toEqual([[here.region, "S0"]]);
    expect(done.policies).toMatchObject([{ policy: "usual", why: "1 of 6 stops were regretted" }]);
  });

  it("tells where the state cannot be read, and lets nothing be stopped", async () => {
    const { ports, killSwitch } = await world(10);
    const broken = { ...ports, records: { between: () => Promise.reject(new RegistryError("busy", "busy")) } };
    const done = await regretPass(broken, now, rules(), [here], await killSwitch.read(never), never);
    expect(done).toMatchObject({
      regrets: [],
      mayStop: false,
      problems: [{ code: "StateUnavailable", message: expect.stringMatching(/none is made in this pass\. busy$/) }],
    });
  });
});
