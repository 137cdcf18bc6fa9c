import { describe, expect, it } from "vitest";
import { readInterpreterTags } from "../../core/attribution/interpreter-tags.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import { begin, bench, minutes, none, seconds, seen, target, tool, usdOf } from "./settle-fixture.ts";

/** Noon is five minutes before the beginning. */
const hour = (count: number, vcpuHours: number | null = 0.1, gbHours: number | null = 0.5) => ({
  hourAt: minutes(count * 60 - 5),
  vcpuHours,
  gbHours,
});
/** When the hour from noon to one is whole. */
const noonIsWhole = 60 - 5 + 75;

const dark = () => {
  const it = bench();
  it.outside.located = none("not-enabled");
  it.outside.finalUntil = null;
  return it;
};
const gone = (session: string, from: number, until: number) =>
  seen(session, {
    createdAt: minutes(from),
    firstSeenAt: minutes(from),
    lastSeenAt: minutes(until - 1),
    goneAt: minutes(until),
  });

describe("a session without usage records", () => {
  it.each([
    [-1, 0],
    [0, 1],
    [1, 1],
  ])("gets its share when its last hour has been over for 75 minutes and %d ms: %d", async (ms, closed) => {
    const { outside, settleAt, bills } = dark();
    outside.hours = [hour(0)];
    outside.records = [gone("s", 0, 10)];
    expect(await settleAt(minutes(noonIsWhole, ms))).toMatchObject({ closed, problems: [] });
    const bill = {
      basis: "allocated",
      final: true,
      endedAt: minutes(10),
      endSource: "list",
      charges: [{ records: 0, meteredMs: 600_000, vcpuNs: 360_000_000_000n }],
      lowUsd: null,
    };
    expect(await bills()).toMatchObject(closed === 0 ? [] : [bill]);
  });

  it("shares the hours of its interpreter exactly, whoever is closed first, and keeps to it", async () => {
    const { outside, settleAt, bills, stored } = dark();
    outside.hours = [hour(0, 0.1 / 3), hour(1, 1 / 7, 2 / 7), hour(2, 0.01, 0.01)];
    const long = seen("long", { timeoutSeconds: 28_800, lastSeenAt: minutes(600) });
    outside.records = [gone("a", 0, 10), gone("b", 20, 70), long];
    await settleAt(minutes(noonIsWhole));
    expect((await bills()).map(({ session }) => session)).toEqual(["a"]);
    // The one that lives has a figure for the hour that is whole, and no other.
    const provisional = (await stored("long"))?.bill;
    expect(provisional).toMatchObject({
      basis: "allocated",
      final: false,
      endedAt: null,
      charges: [{ hourAt: minutes(-5) }],
    });
    await settleAt(minutes(noonIsWhole + 60));
    outside.records = [
      gone("a", 0, 10),
      gone("b", 20, 70),
      { ...long, goneAt: minutes(130), lastSeenAt: minutes(129) },
    ];
    await settleAt(minutes(noonIsWhole + 120));
    const all = await bills();
    expect(all.map(({ session, basis }) => [session, basis])).toEqual([
      ["a", "allocated"],
      ["b", "allocated"],
      ["long", "allocated"],
    ]);
    for (const { hourAt, vcpuHours, gbHours } of outside.hours) {
      const own = all.flatMap(({ charges }) => charges.filter((charge) => charge.hourAt === hourAt));
      expect(own.reduce((sum, { vcpuNs }) => sum + vcpuNs, 0n)).toBe(BigInt(Math.round((vcpuHours ?? 0) * 3600e9)));
      expect(own.reduce((sum, { byteMs }) => sum + byteMs, 0n)).toBe(
        BigInt(Math.round((gbHours ?? 0) * 2 ** 30 * 3_600_000)),
      );
    }
    expect(all.find(({ session }) => session === "long")?.charges[0]).toEqual(provisional?.charges[0]);
  });

  it.each([
    [-1, "allocated"],
    [0, "bounded"],
  ])("has a share of an hour if it was known %d ms after that was whole: %s", async (ms, basis) => {
    const { outside, settleAt, bills } = dark();
    outside.hours = [hour(0), hour(1), hour(2)];
    outside.records = [gone("a", 0, 10)];
    await settleAt(minutes(noonIsWhole));
    const [before] = await bills();
    const found = { firstSeenAt: minutes(noonIsWhole, ms), lastSeenAt: minutes(noonIsWhole), timeoutSeconds: 28_800 };
    outside.records.push(seen("b", { ...found, createdAt: minutes(20), goneAt: minutes(noonIsWhole + 1) }));
    await settleAt(minutes(noonIsWhole + 120));
    // What was shared out stays so, whoever turns up.
    expect(await bills()).toMatchObject([before, { session: "b", basis }]);
  });

  it("keeps its provisional share between one hour and the next", async () => {
    const { outside, settleAt, stored } = dark();
    outside.hours = [hour(0)];
    outside.records = [seen("s", { timeoutSeconds: 28_800, lastSeenAt: minutes(600) })];
    await settleAt(minutes(noonIsWhole));
    await settleAt(minutes(noonIsWhole + 5));
    expect((await stored("s"))?.bill).toMatchObject({ basis: "allocated", final: false });
  });

  it("is asked for again where its hours could not be read", async () => {
    const { outside, settleAt, stored } = dark();
    outside.hourProblems = [{ code: "Throttled", message: "try again" }];
    outside.records = [seen("s", { timeoutSeconds: 28_800, lastSeenAt: minutes(600) })];
    await settleAt(minutes(noonIsWhole));
    expect(await stored("s")).toBeNull();
    outside.hourProblems = [];
    outside.hours = [hour(0)];
    await settleAt(minutes(noonIsWhole + 5));
    expect((await stored("s"))?.bill).toMatchObject({ basis: "allocated" });
  });

  it("asks for measured hours once an hour while it lives, and not at each pass", async () => {
    const { outside, settleAt, calls } = dark();
    outside.hours = [hour(0), hour(1)];
    outside.records = [seen("s", { timeoutSeconds: 28_800, lastSeenAt: minutes(600) })];
    for (let at = noonIsWhole - 5; at < noonIsWhole + 60; at += 5) await settleAt(minutes(at));
    expect(calls.filter((call) => call.startsWith("hours"))).toHaveLength(1);
  });

  it.each([
    ["one of its hours was not measured", [hour(0), hour(1, null)]],
    ["nothing of its memory was", [hour(0), hour(1, 0.1, null)]],
    ["an hour is missing", [hour(0)]],
    ["there are no metrics", []],
  ])("is bounded where %s", async (_why, hours) => {
    const { outside, settleAt, bills } = dark();
    outside.hours = hours;
    outside.records = [gone("s", 50, 65)];
    await settleAt(minutes(noonIsWhole + 60));
    expect(await bills()).toMatchObject([{ basis: "bounded", charges: [], final: true, endedAt: minutes(65) }]);
  });

  it("is bounded by the time it was seen alive and the time at which it was gone", async () => {
    const { outside, settleAt, bills } = dark();
    outside.records = [seen("s", { lastSeenAt: minutes(5), goneAt: minutes(10) })];
    await settleAt(minutes(noonIsWhole));
    const [bill] = await bills();
    // 5 minutes of 128 MB, and 10 minutes of 2 vCPU and 8 GB.
    expect(bill?.lowUsd).toBe((0.125 * (5 / 60) * 0.00945).toFixed(12));
    expect(Number(bill?.highUsd)).toBeCloseTo((2 * 0.0895 + 8 * 0.00945) / 6, 12);
    expect(bill === undefined ? "" : usdOf(bill)).toBeNull();
  });

  it("waits while metrics cannot be read, and is bounded a day after its end", async () => {
    const { outside, settleAt, bills } = dark();
    outside.records = [gone("s", 0, 10)];
    outside.hourProblems = [{ code: "Throttled", message: "try again" }];
    expect(await settleAt(minutes(300))).toMatchObject({ closed: 0, problems: [{ code: "Throttled" }] });
    await settleAt(minutes(10 + 1440, -1));
    expect(await bills()).toEqual([]);
    await settleAt(minutes(10 + 1440));
    expect(await bills()).toMatchObject([{ basis: "bounded" }]);
  });

  it("is bounded where its interpreter's records are read and none is its own", async () => {
    const { outside, settleAt, bills, calls } = bench();
    outside.hours = [hour(0)];
    outside.records = [gone("s", 0, 10)];
    outside.finalUntil = minutes(10);
    // Ended, and no longer among those that live: until it is settled the ledger has its bounds.
    expect(await settleAt(minutes(200))).toMatchObject({ closed: 0, open: 1 });
    expect(await bills()).toEqual([]);
    outside.finalUntil = minutes(10, 1);
    expect(await settleAt(minutes(201))).toMatchObject({ closed: 1, open: 0 });
    expect(await bills()).toMatchObject([{ basis: "bounded", name: "name of s", endSource: "list" }]);
    expect(calls).toEqual([]);
  });

  it("waits while nobody can say where its records are, and for a day at most", async () => {
    const { outside, settleAt } = dark();
    outside.located = none("unknown");
    outside.records = [gone("s", 0, 10)];
    expect(await settleAt(minutes(10 + 1440, -1))).toMatchObject({ closed: 0, open: 1 });
    expect(await settleAt(minutes(10 + 1440))).toMatchObject({ closed: 1, open: 0 });
  });

  it.each([
    [-1, 0],
    [0, 1],
  ])("of a place that refuses to be read waits a day and %d ms after its end: %d", async (ms, closed) => {
    const { outside, settleAt, bills } = bench();
    outside.finalUntil = null;
    outside.hours = [hour(0)];
    outside.records = [gone("s", 0, 10)];
    expect(await settleAt(minutes(10 + 1440, ms))).toMatchObject({ closed, open: 1 - closed });
    expect(await bills()).toMatchObject(closed === 0 ? [] : [{ basis: "allocated" }]);
  });

  it("is settled by its time limit where no pass noticed its end", async () => {
    const { outside, settleAt, bills } = bench();
    outside.records = [seen("s", { lastSeenAt: minutes(3) })];
    await settleAt(minutes(15 + 75, -1));
    expect(await bills()).toEqual([]);
    await settleAt(minutes(15 + 75));
    expect(await bills()).toMatchObject([{ endedAt: minutes(15), endSource: "timeout" }]);
  });

  it("is written when it ends and when it is closed, and not between", async () => {
    const it = bench();
    let puts = 0;
    const ledger = {
      ...it.ports.ledger,
      put: (session: Parameters<typeof it.ports.ledger.put>[0]) => {
        puts += 1;
        return it.ports.ledger.put(session);
      },
    };
    it.outside.records = [seen("s", { timeoutSeconds: 28_800 })];
    await it.settleAt(minutes(20), { ...it.ports, ledger });
    expect(puts).toBe(0);
    it.outside.records = [gone("s", 0, 30)];
    for (let at = 30; at < 105; at += 5) await it.settleAt(minutes(at), { ...it.ports, ledger });
    expect(puts).toBe(1);
    await it.settleAt(minutes(105), { ...it.ports, ledger });
    expect(puts).toBe(3);
  });
});

describe("tags of interpreters", () => {
  it("are read once a day, and sooner again where that failed", async () => {
    const { settleAt, ports } = bench();
    let reads = 0;
    let works = false;
    const readTags: typeof ports.readTags = async () => {
      reads += 1;
      const problem = { code: "AccessDenied", message: "no" };
      return works ? { kind: "found", value: { team: "data" } } : { kind: "failed", problem };
    };
    const tags = async () => (await readInterpreterTags(ports.documents, target)).byInterpreter.get(tool)?.tags;
    expect((await settleAt(minutes(0), { ...ports, readTags })).problems).toHaveLength(1);
    await settleAt(minutes(59), { ...ports, readTags });
    expect([reads, await tags()]).toEqual([1, null]);
    works = true;
    await settleAt(minutes(60), { ...ports, readTags });
    await settleAt(minutes(60 + 1439), { ...ports, readTags });
    expect([reads, await tags()]).toEqual([2, { team: "data" }]);
    works = false;
    await settleAt(minutes(60 + 1440), { ...ports, readTags });
    expect([reads, await tags()]).toEqual([3, { team: "data" }]);
  });

  it("that are damaged are read anew", async () => {
    const { settleAt, ports } = bench();
    await ports.documents.write("tags/111122223333/us-east-1", { revision: 0, text: "{" });
    expect((await readInterpreterTags(ports.documents, target)).byInterpreter.size).toBe(0);
    await settleAt(instant(begin));
    expect((await readInterpreterTags(ports.documents, target)).byInterpreter.get(tool)?.tags).toEqual({
      team: "data",
    });
  });
});

describe("the mark up to which sessions that went are closed", () => {
  const watched = () => {
    const it = bench();
    const since: Instant[] = [];
    it.outside.records = [gone("s", 0, 10)];
    const registry: typeof it.ports.registry = {
      ...it.ports.registry,
      goneSince: (target, at) => {
        since.push(at);
        return it.ports.registry.goneSince(target, at);
      },
    };
    return { ...it, since, settleAt: (at: Instant) => it.settleAt(at, { ...it.ports, registry }) };
  };

  it("waits for the last of them, and is an hour behind", async () => {
    const { outside, settleAt, since } = watched();
    for (const [at, finalUntil] of [
      [100, 0],
      [200, 0],
      [300, 200],
      [400, 300],
      [390, 300],
      [400, 300],
    ] as const) {
      outside.finalUntil = minutes(finalUntil);
      await settleAt(minutes(at));
    }
    expect(since).toEqual([100 - 2880, 10, 10, 240, 340, 340].map((at) => minutes(at)));
  });

  it("waits for a week at most", async () => {
    const { outside, settleAt, since, enter } = watched();
    const week = 7 * 1440;
    outside.finalUntil = minutes(2 * week);
    outside.usageComplete = false;
    await enter("s", seconds(begin, minutes(10)), { sealedUntil: minutes(30) });
    await enter("s", seconds(minutes(-1), begin));
    for (const at of [100, 9 + week, 10 + week, 11 + week]) await settleAt(minutes(at));
    expect(since).toEqual([100 - 2880, 10, 10, week - 50].map((at) => minutes(at)));
  });
});

it("takes no notice of damaged memory of what it did before", async () => {
  const { settleAt, ports, enter, outside, bills } = dark();
  await ports.documents.write("settled/111122223333/us-east-1", { revision: 0, text: "[]" });
  await ports.documents.write("ended/111122223333/us-east-1", { revision: 0, text: "[[1]]" });
  outside.records = [seen("s", { goneAt: minutes(10) })];
  await enter("s", seconds(begin, minutes(10)));
  expect(await settleAt(minutes(200))).toMatchObject({ closed: 1, problems: [] });
  expect(await bills()).toHaveLength(1);
});
