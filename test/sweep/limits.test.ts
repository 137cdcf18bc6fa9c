import { describe, expect, it } from "vitest";
import type { Breaker } from "../../core/cleanup/policy/policy.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { holdLaws } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { messageOf, outcomesOf } from "./outcomes.ts";
import { inputOf, policy, sweepWorld } from "./sweep-world.ts";

const hourMs = 3_600_000;
const leaks = (count: number) => Array.from({ length: count }, (_, n) => leak(`s${n}`));
const breaking = (change: Partial<Breaker>, maxStopsPerPass = 100) =>
  inputOf(
    {},
    {
      policies: [
        policy({ maxStopsPerPass, breaker: { maxStops: 100, maxStopsPct: 100, windowMs: hourMs, ...change } }),
      ],
    },
  );

describe("the cap of all runs", () => {
  it.each([0, 1, 2, 3, 4])("of %i stops: three leaks, no more than that", async (maxStops) => {
    const world = await sweepWorld(minute(120), leaks(3));
    const swept = await world.pass(inputOf({ cap: { maxStops, windowMs: hourMs } }));
    const stopped = Math.min(3, maxStops);
    expect(outcomesOf(swept)).toEqual(
      ["s0", "s1", "s2"].map((id, n) => `${id} ${n < stopped ? "stopped" : "refused cap"}`),
    );
    holdLaws(world);
  });

  it("costs no look at the others once it is spent", async () => {
    const world = await sweepWorld(minute(120), leaks(3));
    await world.pass(inputOf({ cap: { maxStops: 0, windowMs: hourMs } }));
    expect(world.asked.map(({ op, session }) => `${op} ${session}`)).toEqual(["get s0"]);
  });

  it("is spent by stops, not by looks at sessions that are kept", async () => {
    const world = await sweepWorld(minute(120), leaks(2));
    world.onAsked = ({ op, session }) => {
      if (op === "get" && session === "s0")
        world.lives.set("s0", leak("s0", { busy: [{ from: minute(90), until: minute(130) }] }));
    };
    const swept = await world.pass(inputOf({ cap: { maxStops: 1, windowMs: hourMs } }));
    expect(outcomesOf(swept)).toEqual(["s0 refused busy-again", "s1 stopped"]);
  });

  it.each([
    [59, 0],
    [60, 1],
    [61, 1],
  ])("allows another when its window is over: %i minutes later %i", async (minutes, more) => {
    const world = await sweepWorld(minute(120), leaks(2));
    const input = inputOf({ cap: { maxStops: 1, windowMs: hourMs } });
    await world.pass(input);
    world.at = minute(120 + minutes);
    await world.pass(input);
    expect(world.stopped.size).toBe(1 + more);
  });

  it.each([
    [
      { maxStops: 2, windowMs: hourMs },
      120,
      "allows 2 stops in 1 h, all targets together, and they have been made: the next can be made from 2026-11-20T14:35:00.000Z on.",
    ],
    [
      { maxStops: 1, windowMs: 1.5 * hourMs },
      120,
      "allows 1 stop in 1 h 30 min, all targets together, and it has been made: the next can be made from 2026-11-20T15:15:00.000Z on.",
    ],
    [{ maxStops: 0, windowMs: hourMs }, 120, "allows no stop at all."],
  ])("says what it allows and when there is a slot again: %o", async (cap, at, text) => {
    const world = await sweepWorld(minute(at), leaks(1));
    // In whatever order; one that has lapsed is none.
    const claims = [minute(105), minute(0), minute(95)];
    await world.ports.documents.write("cleanup/cap", { revision: 0, text: JSON.stringify(claims) });
    const swept = await world.pass(inputOf({ cap }));
    expect(outcomesOf(swept)).toEqual(["s0 refused cap"]);
    expect(messageOf(swept)).toBe(`cleanup.cap ${text}`);
  });

  it("counts claims that lie ahead, of a clock that was wrong", async () => {
    const world = await sweepWorld(minute(120), leaks(1));
    await world.ports.documents.write("cleanup/cap", { revision: 0, text: JSON.stringify([minute(100_000)]) });
    expect(outcomesOf(await world.pass(inputOf({ cap: { maxStops: 1, windowMs: hourMs } })))).toEqual([
      "s0 refused cap",
    ]);
  });

  it("that is damaged in the state stops nothing, and says where it is", async () => {
    const world = await sweepWorld(minute(120), leaks(1));
    await world.ports.documents.write("cleanup/cap", { revision: 0, text: "{}" });
    const swept = await world.pass();
    expect(outcomesOf(swept)).toEqual(["s0 refused state-unavailable"]);
    expect(messageOf(swept)).toContain("cleanup/cap");
  });

  it("counts as spent where others always get there first", async () => {
    const world = await sweepWorld(minute(120), leaks(1));
    const { documents } = world.ports;
    const write: typeof documents.write = async (name, document) =>
      name === "cleanup/cap" ? "stale" : documents.write(name, document);
    const swept = await world.pass(inputOf(), { ...world.ports, documents: { ...documents, write } });
    expect(outcomesOf(swept)).toEqual(["s0 refused cap"]);
    expect(messageOf(swept)).toContain("20 times in a row another run claimed a stop of cleanup.cap first");
  });
});

describe("the breaker of a target", () => {
  it.each([
    [{ maxStops: 2 }, 0, "maxStops, 2"],
    [{ maxStops: 3 }, 3, ""],
    [{ maxStops: 4 }, 3, ""],
    [{ maxStopsPct: 59 }, 0, "59 % of 5"],
    [{ maxStopsPct: 60 }, 3, ""],
    [{ maxStopsPct: 61 }, 3, ""],
  ])("%j, three leaks of five sessions: stops %i", async (breaker, stopped, said) => {
    const busy = [{ from: minute(0), until: minute(500) }];
    const world = await sweepWorld(minute(120), [...leaks(3), leak("w0", { busy }), leak("w1", { busy })]);
    const swept = await world.pass(breaking(breaker));
    expect(world.stopped.size).toBe(stopped);
    if (stopped === 0) {
      expect(outcomesOf(swept)).toEqual(["s0", "s1", "s2"].map((id) => `${id} refused breaker`));
      expect(messageOf(swept)).toMatch(new RegExp(`^The breaker of policy usual tripped: .*${said}`));
      // Nothing at all was done: not even a look.
      expect(world.asked).toEqual([]);
    }
    holdLaws(world);
  });

  it("takes a share of all that lived, so that stops over several passes are stopped at the same one", async () => {
    const world = await sweepWorld(minute(120), leaks(10));
    const input = breaking({ maxStopsPct: 40 }, 1);
    for (let n = 0; n < 8; n += 1) await world.pass(input);
    expect(world.stopped.size).toBe(4);
    world.at = plusMs(world.at, hourMs);
    await world.pass(input);
    expect(world.stopped.size).toBe(5);
  });

  it("counts stops by whomever, and forgets them after its window", async () => {
    const world = await sweepWorld(minute(120), leaks(3));
    const input = breaking({ maxStops: 1 }, 1);
    await world.pass(input);
    expect(outcomesOf(await world.pass(input))).toEqual(["s1 refused breaker"]);
    world.at = plusMs(world.at, hourMs + 1);
    expect(outcomesOf(await world.pass(input))).toEqual(["s1 stopped"]);
  });

  it("stops nothing where the records of stops cannot be counted", async () => {
    const world = await sweepWorld(minute(120), leaks(1));
    const { RegistryError } = await import("../../core/ports/registry-error.ts");
    const between = async () => {
      throw new RegistryError("busy", "The state is busy.");
    };
    const swept = await world.pass(inputOf(), { ...world.ports, records: { ...world.ports.records, between } });
    expect(outcomesOf(swept)).toEqual(["s0 refused breaker"]);
    expect(world.asked).toEqual([]);
  });

  it("of one policy holds for stops by another in the same target", async () => {
    const match = { account: null, region: null, interpreter: null, session: "s0" as never, name: null };
    const strict = policy({ id: "strict", match, breaker: { maxStops: 1, maxStopsPct: 100, windowMs: hourMs } });
    const world = await sweepWorld(minute(120), leaks(2));
    const swept = await world.pass(inputOf({}, { policies: [policy(), strict] }));
    expect(outcomesOf(swept).every((it) => it.endsWith("refused breaker"))).toBe(true);
    expect(messageOf(swept)).toContain("policy strict");
  });
});

it("looks at no more sessions than it may, and at those next that were not looked at for longest", async () => {
  const world = await sweepWorld(minute(120), leaks(4));
  const looked: string[][] = [];
  const ports = {
    ...world.ports,
    readSessionCpu: (async (...asked) => {
      looked.push([...asked[2]]);
      return world.ports.readSessionCpu(...asked);
    }) satisfies typeof world.ports.readSessionCpu,
  };
  const input = inputOf({ looksAtMost: 2, act: false });
  await world.pass(input, ports);
  world.at = minute(125);
  await world.pass(input, ports);
  expect(looked.map((it) => it.toSorted())).toEqual([
    ["s0", "s1"],
    ["s2", "s3"],
  ]);
});
