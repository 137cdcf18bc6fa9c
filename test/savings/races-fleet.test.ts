import { beforeAll, describe, expect, it } from "vitest";
import { judgeSavings } from "../../bench/judge-savings.ts";
import { judgeStops, profileOf } from "../../bench/judge-stops.ts";
import { stoppedUsage } from "../../bench/stopped-usage.ts";
import { worldUsage } from "../../bench/world-usage.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { sessionCpu } from "../../core/jobs/sweep/evidence/session-cpu.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import { type Truth, truthOf } from "../../local/truth.ts";
import { target } from "../aws/embedded.ts";
import { fleetWorld } from "../sweep/fleet-world.ts";
import { policy } from "../sweep/sweep-world.ts";

const idleAfterMs = 3 * 60_000;
const long = { interpreter: "silent", timeoutSeconds: 28_800 };
const input = { prices: priceBookOf(codeInterpreterPrices), gb: "binary", memoryGb: 8 } as const;

/** Sleepers beside leaks, on an interpreter that nobody calls any more, so that all of them look idle for a while. */
const world = await fleetWorld({
  places: [
    {
      region: "us-east-1",
      interpreters: [{ name: "silent", usageLogs: true }],
      sessions: [
        { ...long, profile: "sleeper", count: 60, createdSeconds: [-3000, -600] },
        { ...long, profile: "idle-leak", count: 4, createdSeconds: [-3000, -600] },
        { ...long, profile: "trickle", count: 2, createdSeconds: -600 },
      ],
    },
  ],
});

let stops: readonly StopRecord[] = [];
let truth: Truth;
beforeAll(async () => {
  world.advanceMinutes(60);
  // Straight from the world: thousands of log lines would have to be asked for.
  const usage = { usage: worldUsage(world.world), documents: world.ports.documents };
  const readSessionCpu = sessionCpu(usage, { idleVcpu: 0.02, hotVcpu: 1.5, gb: "binary" });
  // Shorter than anybody should set it: of longer ones, records that come early show each waking in time.
  const policies = { ...world.input.policies, policies: [policy({ idleAfterMs })] };
  for (let pass = 0; pass < 20; pass += 1) {
    world.advanceMinutes(5);
    await world.sweepNow({ policies }, { readSessionCpu });
  }
  stops = await world.records.between(target("us-east-1"), instant(0), plusMs(world.now(), 1));
  truth = truthOf(world.world, { work: { from: 0, until: world.now() }, cost: true });
}, 60_000);

describe("races of a fleet that wakes by itself", () => {
  it("are of sleepers only, and as many as the records say that come after the stops", () => {
    const { wrong, races, raced, stopped } = judgeStops(stops, truth, idleAfterMs);
    expect(wrong).toEqual([]);
    expect(races.length).toBeGreaterThan(0);
    // Some of those that were stopped raced with nothing.
    expect(races.length).toBeLessThan(stopped);
    expect(races.filter((profile) => profile !== "sleeper")).toEqual([]);
    const hot = stops.filter((stop) => stoppedUsage(world.world, stop, world.now()).hotAt.length > 0);
    expect(new Set(hot.map(({ key }) => key.session))).toEqual(raced);
    expect(races).toHaveLength(raced.size);
  });

  it("leave what the stops saved within its bounds, of each and of all, by the evidence alone and by the bills", () => {
    const kinds = new Set(truth.sessions.filter((it) => it.endedBy === "stop").map(profileOf));
    expect(kinds).toContain("idle-leak");
    expect(kinds).toContain("sleeper");
    const { outside, saved } = judgeSavings(stops, truth, { ...input, peakOf: () => null });
    expect(outside).toEqual([]);
    const bytesOf = (stop: StopRecord) => stoppedUsage(world.world, stop, world.now()).peakBytes;
    const late = judgeSavings(stops, truth, { ...input, peakOf: (stop) => ({ bytes: bytesOf(stop), isWhole: true }) });
    expect(late.outside).toEqual([]);
    expect(late.saved.low.numerator).toBeGreaterThan(0n);
    expect(saved.low).not.toEqual(saved.high);
  });

  it("and a saving that is said to be more or less than it was is seen", () => {
    const judged = (bytes: number) =>
      judgeSavings(stops, truth, { ...input, memoryGb: 0, peakOf: () => ({ bytes, isWhole: true }) }).outside;
    expect(judged(9 * 2 ** 30).length).toBeGreaterThan(stops.length / 2);
    expect(judged(1)).not.toEqual([]);
  });
});
