import { beforeAll, describe, expect, it } from "vitest";
import { judgeSavings } from "../../bench/judge-savings.ts";
import { judgeStops, profileOf } from "../../bench/judge-stops.ts";
import { stoppedUsage as usageOfStopped } from "../../bench/stopped-usage.ts";
import { worldUsage } from "../../bench/world-usage.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { sessionCpu } from "../../core/jobs/sweep/evidence/session-cpu.ts";
import { type AftermathPass, aftermathPass } from "../../core/jobs/sweep/regret/aftermath-pass.ts";
import { stoppedUsage } from "../../core/jobs/sweep/regret/stopped-usage.ts";
import { rememberRules } from "../../core/jobs/sweep/stored/stored-rules.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import { type Truth, truthOf } from "../../local/truth.ts";
import { target } from "../aws/embedded.ts";
import { fleetWorld } from "../sweep/fleet-world.ts";
import { policy } from "../sweep/sweep-world.ts";

const never = new AbortController().signal;
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
let early: AftermathPass;
let found: AftermathPass;
beforeAll(async () => {
  world.advanceMinutes(60);
  // Straight from the world: thousands of log lines would have to be asked for.
  const usage = { usage: worldUsage(world.world), documents: world.ports.documents };
  const readSessionCpu = sessionCpu(usage, { idleVcpu: 0.02, hotVcpu: 1.5, gb: "binary" });
  // Shorter than anybody should set it: of longer ones, records that come early show each waking in time.
  const policies = { ...world.input.policies, policies: [policy({ idleAfterMs })] };
  await rememberRules(world.ports.documents, { ...world.input, policies }, world.now());
  for (let pass = 0; pass < 20; pass += 1) {
    world.advanceMinutes(5);
    await world.sweepNow({ policies }, { readSessionCpu });
  }
  const ports = { ...world.ports, readStoppedUsage: stoppedUsage(usage) };
  const look = () => aftermathPass(ports, world.now(), "unknown", [target("us-east-1")], never);
  early = await look();
  world.advanceMinutes(75);
  found = await look();
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
    const hot = stops.filter((stop) => usageOfStopped(world.world, stop, world.now()).hotAt.length > 0);
    expect(new Set(hot.map(({ key }) => key.session))).toEqual(raced);
    expect(races).toHaveLength(raced.size);
  });

  it("are counted by the product alike, each of them, once their records are there, and are not zero before", () => {
    const { races, raced, stopped } = judgeStops(stops, truth, idleAfterMs);
    expect(early.unknown).toBeGreaterThan(0);
    expect(early.races).toBeLessThan(races.length);
    expect(found).toMatchObject({ races: races.length, wrong: 0, wrongStops: [], problems: [] });
    const byVerdict = Map.groupBy(stops, ({ aftermath }) => aftermath?.verdict ?? "none");
    expect(new Set(byVerdict.get("race")?.map(({ key }) => key.session))).toEqual(raced);
    expect([...byVerdict.keys()].toSorted()).toEqual(["clean", "race", "unknown"]);
    // Records that are shorter than a second leave holes by one of the two ways to stamp, here and there.
    const holes = byVerdict.get("unknown")?.map(({ aftermath }) => aftermath?.message) ?? [];
    expect(holes.filter((message) => message?.startsWith("Its usage records have a hole from") !== true)).toEqual([]);
    expect(holes.length).toBe(found.unknown);
    expect(holes.length).toBeLessThan(stopped / 10);
  });

  it("leave what the stops saved within its bounds, of each and of all, by the evidence alone and by the bills", () => {
    const kinds = new Set(truth.sessions.filter((it) => it.endedBy === "stop").map(profileOf));
    expect(kinds).toContain("idle-leak");
    expect(kinds).toContain("sleeper");
    const { outside, saved } = judgeSavings(stops, truth, { ...input, peakOf: () => null });
    expect(outside).toEqual([]);
    const bytesOf = (stop: StopRecord) => usageOfStopped(world.world, stop, world.now()).peakBytes;
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
