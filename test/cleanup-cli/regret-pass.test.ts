import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { memoryStopRecords } from "../../adapters/memory/stop-records.ts";
import { notDisarmedEvent } from "../../core/cleanup/cleanup-events.ts";
import { type RegretPorts, regretPass } from "../../core/jobs/sweep/regret/regret-pass.ts";
import { readRegrets } from "../../core/jobs/sweep/regret/stored-regrets.ts";
import { unlessRegretted } from "../../core/jobs/sweep/regret/stored-verdict.ts";
import { storedKillSwitch } from "../../core/jobs/sweep/stored/stored-kill-switch.ts";
import { sessionId } from "../../core/kernel/ids.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { here, intended, minutes, there } from "../stop-records/records.ts";

const limits = { withinMs: 15 * 60_000, mostRate: 0.1, leastStops: 5 };
const never = new AbortController().signal;
const now = minutes(0);

/** Ten stops an hour ago, of which `called` were called for afterwards; armed two hours ago. */
async function world(called: number, stoppedAt: Instant = plusMs(now, -3_600_000)) {
  const records = memoryStopRecords();
  const documents = memoryDocuments();
  const killSwitch = storedKillSwitch(documents);
  await killSwitch.write({ state: "armed", by: "ada", why: null, at: plusMs(now, -7_200_000) }, never);
  for (let index = 0; index < 10; index += 1) {
    const at = (stoppedAt - now) / 60_000;
    await records.put(intended(`S${index}`, at, { state: "stopped", decidedAt: stoppedAt }));
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
  const pass = async (at: Instant = now) => regretPass(ports, at, limits, [here], await killSwitch.read(never), never);
  return { ports, killSwitch, pass };
}

describe("looking what came after stops", () => {
  it.each([
    [0, "armed"],
    [1, "armed"],
    [2, "disarmed"],
  ])("with %i of 10 stops regretted leaves the switch %s", async (called, state) => {
    const { pass, killSwitch } = await world(called);
    const { regrets, killSwitch: after, mayStop } = await pass();
    expect(regrets).toHaveLength(called);
    expect(mayStop).toBe(state === "armed");
    expect(after.state).toBe(state);
    expect((await killSwitch.read(never)).state).toBe(state);
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

  it("says which policy it was, and counts anew once somebody arms it again", async () => {
    const { pass, killSwitch } = await world(10);
    await pass();
    expect(await killSwitch.read(never)).toMatchObject({
      by: "sandmeter",
      why: expect.stringMatching(/^10 of 10 stops of policy .+ were regretted$/),
    });
    await killSwitch.write({ state: "armed", by: "ada", why: "seen", at: plusMs(now, 1) }, never);
    expect((await pass(plusMs(now, 2))).killSwitch.state).toBe("armed");
  });

  it.each([
    [60_000, "armed"],
    [60_001, "disarmed"],
    [30 * 86_400_000, "disarmed"],
  ])(
    "is not put off by a switch that was armed %i ms from now, by a clock that was wrong: %s",
    async (aheadMs, state) => {
      const { pass, killSwitch } = await world(10);
      await killSwitch.write({ state: "armed", by: "ada", why: null, at: plusMs(now, aheadMs) }, never);
      expect((await pass()).killSwitch.state).toBe(state);
    },
  );

  it("forgets stops of the day before", async () => {
    const { pass } = await world(10);
    expect((await pass(plusMs(now, 25 * 3_600_000))).regrets).toEqual([]);
  });

  describe("where the switch cannot be turned", () => {
    const problem = { code: "AccessDenied", message: "Not allowed." };
    const deniedWorld = async () => {
      const { ports, killSwitch } = await world(10);
      const denied = { ...ports, writeSwitch: async () => problem };
      const at = async (when: Instant, over: RegretPorts = denied) =>
        regretPass(over, when, limits, [here], await killSwitch.read(never), never);
      return { ports, denied, killSwitch, at };
    };

    it("says so, never that it was, and tries again with each pass", async () => {
      const { ports, at } = await deniedWorld();
      const first = await at(now);
      expect(first).toMatchObject({
        killSwitch: { state: "armed" },
        mayStop: false,
        notDisarmed: { armedAt: plusMs(now, -7_200_000), why: expect.stringMatching(/^10 of 10/), problem },
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
      const { ports, killSwitch, at } = await deniedWorld();
      const read = unlessRegretted(ports.documents, killSwitch.read);
      expect(await read(never)).toMatchObject({ state: "armed" });
      await at(now);
      expect(await read(never)).toMatchObject({
        state: "disarmed",
        by: "sandmeter",
        why: expect.stringMatching(/^10 of/),
      });
      expect((await at(plusMs(now, 30 * 3_600_000))).mayStop).toBe(false);
      await killSwitch.write({ state: "armed", by: "ada", why: "seen", at: plusMs(now, 31 * 3_600_000) }, never);
      expect(await read(never)).toMatchObject({ state: "armed" });
      expect((await at(plusMs(now, 32 * 3_600_000))).mayStop).toBe(true);
    });

    it("lets stops be made again once somebody arms anew, though in the same words and without a date", async () => {
      const { ports, killSwitch, at } = await deniedWorld();
      const words = { state: "armed", by: null, why: null, at: null } as const;
      const read = unlessRegretted(ports.documents, killSwitch.read);
      await killSwitch.write(words, never);
      await at(now);
      expect(await read(never)).toMatchObject({ state: "disarmed" });
      await killSwitch.write(words, never);
      expect(await read(never)).toMatchObject({ state: "armed" });
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
    const { ports, killSwitch } = await world(0);
    await ports.documents.write("cleanup/regret", { revision: 0, text: "{" });
    expect(await unlessRegretted(ports.documents, killSwitch.read)(never)).toMatchObject({ state: "unknown" });
    const done = await regretPass(ports, now, limits, [here], await killSwitch.read(never), never);
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
    const done = await regretPass(over, now, limits, [here, there], position, never);
    expect(done.regrets.map(({ stop }) => [stop.key.region, stop.key.session])).toEqual([[here.region, "S0"]]);
    expect(done.killSwitch).toMatchObject({
      state: "disarmed",
      why: "1 of 6 stops of policy usual were regretted",
    });
  });

  it("tells where the state cannot be read, and lets nothing be stopped", async () => {
    const { ports, killSwitch } = await world(10);
    const broken = { ...ports, records: { between: () => Promise.reject(new RegistryError("busy", "busy")) } };
    const done = await regretPass(broken, now, limits, [here], await killSwitch.read(never), never);
    expect(done).toMatchObject({
      regrets: [],
      mayStop: false,
      problems: [{ code: "StateUnavailable", message: expect.stringMatching(/none is made in this pass\. busy$/) }],
    });
  });
});
