import { describe, expect, it } from "vitest";
import type { SessionSummary } from "../../core/inventory/session.ts";
import { enterEnded } from "../../core/jobs/settle/ended.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { settings } from "../ledger/account-fixtures.ts";
import { begin, bench, found, minutes, none, prices, seen, target, tool } from "./settle-fixture.ts";

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

describe("sessions that only a listing of ended ones knows", () => {
  const ended = (id: string, createdAt: Instant): SessionSummary => ({
    id: sessionId(id),
    name: `name of ${id}`,
    status: "TERMINATED",
    createdAt,
    lastUpdatedAt: null,
  });
  const value = { status: "TERMINATED", name: null, createdAt: begin, timeoutSeconds: 60 };

  it.each([
    [-1, 0],
    [0, 1],
    [1, 1],
  ])("are bounded by a second and their limit, 75 minutes and %d ms after they were listed: %d", async (ms, closed) => {
    const { outside, settleAt, bills, calls } = dark();
    outside.ended = [ended("s", begin)];
    outside.details.set("s", { kind: "found", value });
    expect(await settleAt(minutes(30))).toMatchObject({ closed: 0, open: 1 });
    expect(await settleAt(minutes(30 + 75, ms))).toMatchObject({ closed });
    const [bill] = await bills();
    expect(calls).toEqual([`list ended ${tool}`, ...(closed === 0 ? [] : ["get s"])]);
    if (closed === 0) return;
    expect(bill).toMatchObject({
      basis: "bounded",
      name: "name of s",
      endSource: "list",
      endedAt: null,
      createdAt: begin,
    });
    expect(bill?.lowUsd).toBe(((0.125 / 3600) * 0.00945).toFixed(12));
    expect(Number(bill?.highUsd)).toBeCloseTo((2 * 0.0895 + 8 * 0.00945) / 60, 12);
  });

  it("are bounded by the time of their listing where their limit is not known", async () => {
    const { outside, settleAt, bills } = dark();
    outside.ended = [ended("s", begin)];
    await settleAt(minutes(30));
    await settleAt(minutes(105));
    expect(Number((await bills())[0]?.highUsd)).toBeCloseTo((2 * 0.0895 + 8 * 0.00945) / 2, 12);
  });

  it("are listed once a day, and none of them twice", async () => {
    const { outside, settleAt, bills, calls } = dark();
    outside.ended = [
      ended("s", begin),
      ended("known", begin),
      ended("old", minutes(-60 * 49)),
      { ...ended("lives", begin), status: "READY" },
    ];
    outside.records = [gone("known", 0, 5)];
    for (let at = 10; at <= 10 + 1440; at += 60) await settleAt(minutes(at));
    expect(calls.filter((call) => call.startsWith("list"))).toHaveLength(2);
    expect((await bills()).map(({ session, version }) => [session, version])).toEqual([
      ["known", 1],
      ["s", 1],
    ]);
  });

  it("are listed again after a day where the listing broke off, and no sooner", async () => {
    const { settleAt, ports, calls } = dark();
    const broken = {
      ...ports,
      listEndedSessions: async (...args: Parameters<typeof ports.listEndedSessions>) => ({
        ...(await ports.listEndedSessions(...args)),
        complete: false,
      }),
    };
    await settleAt(minutes(0), broken);
    await settleAt(minutes(1440, -1), broken);
    expect(calls).toHaveLength(1);
    await settleAt(minutes(1440), broken);
    expect(calls).toHaveLength(2);
  });

  it("are listed in parts where they are many: each pass goes on where the last one ended", async () => {
    const { settleAt, bills, ports } = dark();
    const parts: string[] = [];
    const listed = {
      ...ports,
      listEndedSessions: (async (_target, _interpreter, { from, pages }) => {
        const first = from === null ? 0 : Number(from);
        const last = Math.min(450, first + pages);
        parts.push(`${first}-${last}`);
        const items = Array.from({ length: last - first }, (_, page) => ended(`s${first + page}`, begin));
        return {
          items,
          problems: [],
          complete: last === 450,
          next: last === 450 ? null : `${last}`,
          pages: last - first,
        };
      }) satisfies typeof ports.listEndedSessions,
    };
    for (let at = 0; at <= 60; at += 5) await settleAt(minutes(at), listed);
    expect(parts).toEqual(["0-200", "200-400", "400-450"]);
    for (const at of [120, 180, 240]) await settleAt(minutes(at), listed);
    expect(await bills()).toHaveLength(450);
    // A day after it was begun, not after its end.
    await settleAt(minutes(1440, -1), listed);
    expect(parts).toHaveLength(3);
    await settleAt(minutes(1440), listed);
    expect(parts.slice(3)).toEqual(["0-200"]);
  });

  it.each([
    ["not asked for where usage records are read", minutes(0), 0],
    ["not asked for where reading lags behind for less than a day", minutes(10 - 1440, 1), 0],
    ["asked for where nothing was read for a day", minutes(10 - 1440), 1],
    ["asked for where nothing was ever read", null, 1],
  ])("are %s", async (_what, finalUntil, lists) => {
    const { outside, settleAt, calls } = bench();
    outside.located = found();
    outside.finalUntil = finalUntil;
    await settleAt(minutes(10));
    expect(calls).toHaveLength(lists);
  });
});

describe("a pass that is cut off in the middle of its listings", () => {
  const ids = ["a-VbMl9Hi8I4", "b-VbMl9Hi8I4", "c-VbMl9Hi8I4"].map(interpreterId);
  const sources = {
    listed: ids,
    located: new Map(ids.map((id) => [id, none("not-enabled")])),
    finalUntil: new Map(),
    knownPlaces: new Map(),
  };

  it("costs its own listing alone: the next one goes on with the others", async () => {
    const { ports } = dark();
    const listed: string[] = [];
    const cut = new AbortController();
    const listEndedSessions: typeof ports.listEndedSessions = async (_target, interpreter, _part, signal) => {
      listed.push(interpreter);
      if (listed.length === 2) cut.abort(new Error("out of time"));
      signal.throwIfAborted();
      return { items: [], problems: [], complete: true, next: null, pages: 1 };
    };
    const enter = (at: number, signal: AbortSignal) =>
      enterEnded(
        { ...ports, listEndedSessions },
        minutes(at),
        { prices, meter: settings },
        target,
        sources,
        begin,
        signal,
      );
    await expect(enter(30, cut.signal)).rejects.toThrow("out of time");
    await enter(35, new AbortController().signal);
    await enter(40, new AbortController().signal);
    expect(listed).toEqual(["a-VbMl9Hi8I4", "b-VbMl9Hi8I4", "b-VbMl9Hi8I4", "c-VbMl9Hi8I4"]);
  });
});
