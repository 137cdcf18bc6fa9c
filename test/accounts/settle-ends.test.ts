import { describe, expect, it } from "vitest";
import { instant } from "../../core/kernel/instant.ts";
import { begin, bench, minutes, seconds, seen } from "./settle-fixture.ts";

const end = minutes(10);
const records = seconds(begin, end);

describe("a session with usage records is closed", () => {
  it.each([
    [-1, 0],
    [0, 1],
    [1, 1],
  ])("75 minutes and %d ms after a listing first lacked it: %d", async (ms, closed) => {
    const { settleAt, outside, enter, bills } = bench();
    outside.records = [seen("s", { goneAt: end })];
    await enter("s", records);
    const settled = await settleAt(minutes(85, ms));
    expect(settled).toMatchObject({ closed, restated: 0, open: 1 - closed, problems: [] });
    expect(await bills()).toMatchObject(closed === 0 ? [] : [{ endedAt: end, endSource: "list", name: "name of s" }]);
  });

  it.each([
    [-1, 0],
    [0, 1],
    [1, 1],
  ])("75 minutes and %d ms after its time limit, where nobody saw its end: %d", async (ms, closed) => {
    const { settleAt, outside, enter, bills } = bench();
    outside.records = [seen("s")];
    // Its records reach into the limit, so that their silence shows no earlier end.
    outside.finalUntil = minutes(100);
    await enter("s", records);
    expect(await settleAt(minutes(15 + 75, ms))).toMatchObject({ closed });
    expect(await bills()).toMatchObject(closed === 0 ? [] : [{ endedAt: minutes(15), endSource: "timeout" }]);
  });

  it.each([
    [-1, 0, []],
    [0, 1, ["get s"]],
    [1, 1, ["get s"]],
  ])(
    "75 minutes and %d ms after its last record, where only a look-up knows that it ended: %d",
    async (ms, closed, calls) => {
      const { settleAt, outside, enter, bills, calls: made } = bench();
      const value = { status: "TERMINATED", name: "short", createdAt: begin, timeoutSeconds: 900 };
      outside.details.set("s", { kind: "found", value });
      await enter("s", records);
      expect(await settleAt(minutes(10 + 75, ms - 1000))).toMatchObject({ closed });
      expect(made).toEqual(calls);
      const bill = { endedAt: minutes(10, -1000), endSource: "get", name: "short", createdAt: begin };
      expect(await bills()).toMatchObject(closed === 0 ? [] : [bill]);
    },
  );

  it.each([
    [-1, 0],
    [0, 1],
    [1, 1],
  ])("when 120 minutes and %d ms of silence were read for good: %d", async (ms, closed) => {
    const { settleAt, outside, enter, bills } = bench();
    outside.records = [seen("s", { timeoutSeconds: 28_800 })];
    outside.finalUntil = minutes(10 + 120, ms - 1000);
    await enter("s", records);
    expect(await settleAt(minutes(240))).toMatchObject({ closed });
    expect(await bills()).toMatchObject(
      closed === 0 ? [] : [{ endedAt: minutes(10, -1000), endSource: "last-record" }],
    );
  });

  it.each([
    [0, 0],
    [1, 1],
  ])("when it was read for good to %d ms beyond its last record, and no sooner: %d", async (ms, closed) => {
    const { settleAt, outside, enter } = bench();
    outside.records = [seen("s", { goneAt: minutes(9) })];
    outside.finalUntil = minutes(10, ms - 1000);
    await enter("s", records);
    expect(await settleAt(minutes(200))).toMatchObject({ closed });
  });

  it("not before its place was read at all", async () => {
    const { settleAt, outside, enter } = bench();
    outside.records = [seen("s", { goneAt: end })];
    outside.finalUntil = null;
    await enter("s", records);
    expect(await settleAt(minutes(600))).toMatchObject({ closed: 0, open: 1 });
  });

  it("no later than its time limit, however late a listing lacked it", async () => {
    const { settleAt, outside, enter, bills } = bench();
    outside.records = [seen("s", { goneAt: minutes(60) })];
    await enter("s", records);
    await settleAt(minutes(200));
    expect(await bills()).toMatchObject([{ endedAt: minutes(15), endSource: "list" }]);
  });
});

describe("a session that no listing saw", () => {
  it("is looked up once in its life", async () => {
    const { settleAt, enter, calls } = bench();
    await enter("s", records);
    await settleAt(minutes(120));
    await settleAt(minutes(130));
    await settleAt(minutes(140));
    expect(calls).toEqual(["get s"]);
  });

  it("is looked up no more when it is reopened", async () => {
    const { settleAt, outside, enter, calls, stored } = bench();
    outside.usage.set("s", [...seconds(minutes(-1), begin), ...records]);
    await enter("s", records);
    await settleAt(minutes(120));
    await enter("s", seconds(minutes(-1), begin));
    await settleAt(minutes(200));
    expect(calls).toEqual(["get s", "read s"]);
    expect(await stored("s")).toMatchObject({ state: "closed", bill: { version: 2, endSource: "get" } });
  });

  it("is closed on its last record where the service does not know it any more", async () => {
    const { settleAt, enter, bills } = bench();
    await enter("s", records);
    await settleAt(minutes(120));
    expect(await bills()).toMatchObject([
      { endSource: "get", endedAt: minutes(10, -1000), name: null, createdAt: null },
    ]);
  });

  it("is not closed while the look-up says that it lives, and what it says is kept", async () => {
    const { settleAt, outside, enter, calls, stored, bills } = bench();
    const value = { status: "READY", name: "long", createdAt: begin, timeoutSeconds: 7200 };
    outside.details.set("s", { kind: "found", value });
    outside.finalUntil = minutes(20);
    await enter("s", records);
    expect(await settleAt(minutes(100))).toMatchObject({ closed: 0, open: 1 });
    expect(await stored("s")).toMatchObject({ timeoutAt: minutes(120), bill: { name: "long", createdAt: begin } });
    outside.finalUntil = minutes(190);
    await settleAt(minutes(194));
    expect(await bills()).toEqual([]);
    outside.finalUntil = minutes(195);
    await settleAt(minutes(195));
    expect(await bills()).toMatchObject([{ endSource: "timeout", endedAt: minutes(120), name: "long" }]);
    expect(calls).toEqual(["get s"]);
  });

  it("waits for a look-up that fails, and for a day at most", async () => {
    const { settleAt, outside, enter, bills } = bench();
    outside.details.set("s", { kind: "failed", problem: { code: "Throttled", message: "try again" } });
    await enter("s", records);
    const settled = await settleAt(minutes(300));
    expect(settled).toMatchObject({ closed: 0, problems: [{ code: "Throttled" }] });
    expect(await settleAt(minutes(10 + 1440, -1001))).toMatchObject({ closed: 0 });
    expect(await settleAt(minutes(10 + 1440, -1000))).toMatchObject({ closed: 1, problems: [] });
    expect(await bills()).toMatchObject([{ endSource: "last-record", name: null }]);
  });

  it("stops asking where it is refused, and asks for the oldest first", async () => {
    const { settleAt, outside, enter, calls } = bench();
    const names = Array.from({ length: 30 }, (_, i) => `s${String(i).padStart(2, "0")}`);
    for (const [i, name] of names.entries()) {
      outside.details.set(name, { kind: "failed", problem: { code: "Denied", message: "no" } });
      await enter(name, seconds(minutes(30 - i), minutes(31 - i)));
    }
    const { problems, open } = await settleAt(minutes(300));
    expect(problems).toHaveLength(1);
    expect(open).toBe(30);
    expect(calls[0]).toBe("get s29");
    expect(calls.length).toBeLessThan(8);
  });
});

it("closes the records of a deleted interpreter on their last one, a day later", async () => {
  const { settleAt, outside, enter, bills } = bench();
  outside.located = { kind: "none", reason: "missing", problem: { code: "Gone", message: "gone" } };
  outside.finalUntil = null;
  outside.details.set("s", { kind: "failed", problem: { code: "Denied", message: "no" } });
  await enter("s", records);
  await settleAt(minutes(10 + 1440, -1001));
  expect(await bills()).toEqual([]);
  await settleAt(minutes(10 + 1440, -1000));
  expect(await bills()).toMatchObject([{ endSource: "last-record", endedAt: instant(minutes(10) - 1000) }]);
});
