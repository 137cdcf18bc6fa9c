import { describe, expect, it } from "vitest";
import { stopPlannedEvent, stopRecordEvent } from "../../core/cleanup/cleanup-events.ts";
import { evidenceOf } from "../../core/cleanup/decision/evidence-text.ts";
import { decideLive } from "../../core/jobs/sweep/explain-session.ts";
import { applyStoredPlan } from "../../core/jobs/sweep/stop/apply-stored-plan.ts";
import { isoOf, plusMs } from "../../core/kernel/instant.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { leak, minute } from "./lives.ts";
import { inputOf, never, sweepWorld } from "./sweep-world.ts";

const dark = async () => {
  const world = await sweepWorld(minute(120), [leak("a")]);
  world.usage = "off";
  return world;
};
/** As it is kept in a record, and read again. */
const stored = (evidence: unknown) => evidenceOf(JSON.parse(JSON.stringify(evidence)), "evidence");

describe("evidence says when it was so", () => {
  it("of what is not known too, and of which time it was asked for", async () => {
    const { decided } = await (await dark()).pass(inputOf({ act: false }));
    const [evidence] = decided.map(({ facts }) => facts.evidence);
    expect(evidence).toMatchObject({
      cpu: { kind: "unknown", code: "no-usage-logs", asOf: minute(120), window: { until: minute(120) } },
      calls: { kind: "known", asOf: minute(120) },
      status: null,
      listedAsOf: minute(120),
    });
    expect(evidence).not.toHaveProperty("statusAsOf");
    expect(stored(evidence)).toEqual(evidence);
  });

  it("of what was not looked at, without a time that was asked for", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const { decided } = await world.pass(inputOf({ act: false, looksAtMost: 0 }));
    const [cpu] = decided.map(({ facts }) => facts.evidence.cpu);
    expect(cpu).toMatchObject({ code: "not-looked", asOf: minute(120) });
    expect(cpu).not.toHaveProperty("window");
  });

  it("of what an earlier pass could not see: that pass's time", async () => {
    const world = await dark();
    await world.pass(inputOf({ act: false }));
    world.at = minute(125);
    const { decided } = await world.pass(inputOf({ act: false, looksAtMost: 0 }));
    expect(decided[0]?.facts.evidence).toMatchObject({ cpu: { asOf: minute(120) }, listedAsOf: minute(125) });
  });

  it("of the last look before a stop: when Get was asked, and when the session was listed", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const { plan } = await world.pass(inputOf({ act: false }));
    if (plan === null) throw new Error("nothing was planned");
    world.at = minute(126);
    const found = { ...world.scan(), listedAt: minute(125) };
    await applyStoredPlan(world.ports)(inputOf(), found, plan, never);
    const [record] = await world.recordsOf("a");
    expect(record?.entry.evidence).toMatchObject({ status: "READY", statusAsOf: minute(126), listedAsOf: minute(125) });
    expect(stored(record?.entry.evidence)).toEqual(record?.entry.evidence);
  });

  it("of records that were kept without it, nothing", () => {
    const unknown = { kind: "unknown", code: "failed", message: "Not read." };
    const before = { cpu: unknown, calls: unknown, status: "READY", lastUpdatedAt: null };
    expect(stored(before)).toEqual(before);
  });
});

describe("events carry it", () => {
  const read = (file: string) => publishedSchema(`../events/${file}.schema.json`);

  it("known or not", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const { plan } = await world.pass();
    const [entry] = plan?.entries ?? [];
    const [record] = await world.recordsOf("a");
    if (entry === undefined || record === undefined) throw new Error("one was to be stopped");
    const at = isoOf(minute(120));
    const stopped = stopRecordEvent(world.at, record)?.detail;
    expect(stopped).toMatchObject({
      evidence: { cpu: { asOf: at }, calls: { asOf: at }, status: "READY", statusAsOf: at, listedAsOf: at },
    });
    expect(violations(read("session-stopped"), stopped)).toEqual([]);

    const unknown = { kind: "unknown" as const, code: "failed" as const, message: "Not read.", asOf: minute(119) };
    const window = { from: minute(0), until: minute(118) };
    const evidence = { ...entry.evidence, cpu: { ...unknown, window }, calls: unknown };
    const planned = stopPlannedEvent(world.at, "plan", { ...entry, evidence }, true).detail;
    const asOf = isoOf(minute(119));
    expect(planned).toMatchObject({
      evidence: {
        cpu: { asOf, from: isoOf(minute(0)), until: isoOf(minute(118)) },
        calls: { asOf, from: null, until: null },
        status: null,
        statusAsOf: null,
        listedAsOf: at,
      },
    });
    expect(violations(read("session-stop-planned"), planned)).toEqual([]);
  });
});

describe("whoever asks about a live session", () => {
  const look = async (change: (world: Awaited<ReturnType<typeof dark>>) => void = () => undefined) => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const found = world.scan();
    const [session] = found.sessions;
    if (session === undefined) throw new Error("one lives");
    world.at = plusMs(minute(120), 1000);
    change(world);
    return decideLive(world.ports, minute(120), inputOf(), found, { ...session, timeoutSeconds: null }, never);
  };

  it("hears what Get says, and its time limit, which the listing does not say", async () => {
    const { facts, decision } = await look();
    expect(facts.evidence).toMatchObject({ status: "READY", statusAsOf: plusMs(minute(120), 1000) });
    expect(facts.session.timeoutSeconds).toBe(28_800);
    expect(decision.action).toBe("stop");
  });

  it("hears that it has ended since it was listed", async () => {
    const { facts, decision } = await look((world) => world.lives.delete("a"));
    expect(facts.evidence.status).toBe("ended");
    expect(decision.reason).toBe("ended");
  });
});
