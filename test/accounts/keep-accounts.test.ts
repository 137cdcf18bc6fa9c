import { describe, expect, it } from "vitest";
import { everyRegion } from "../../core/billing/price-row.ts";
import { chargesOf } from "../../core/ledger/charges-of.ts";
import { foldRecords, settings } from "../ledger/account-fixtures.ts";
import { openIn, passes, remembered, sessionsOf, story, worldOf } from "./keep-fixture.ts";
import { keyOf, minutes, prices, seconds, seen, usdOf } from "./settle-fixture.ts";

const undisturbed = async () => {
  const world = worldOf(story);
  const outcomes = [];
  for (const now of passes) outcomes.push(await world.passAt(now));
  return { world, outcomes };
};

describe("the accounts of a target", () => {
  it("are settled session by session, on the strongest basis that there is", async () => {
    const { world, outcomes } = await undisturbed();
    const bills = await sessionsOf(world);
    const summary = [...bills.values()].map((bill) => [bill.session, bill.basis, bill.endSource, bill.version]);
    expect(summary.toSorted()).toEqual([
      ["first", "allocated", "list", 1],
      ["late", "rated", "list", 2],
      ["rated", "rated", "list", 1],
      ["second", "allocated", "list", 1],
      ["silent", "bounded", "list", 1],
      ["unseen", "rated", "get", 1],
    ]);
    expect(await openIn(world)).toEqual([]);
    expect(outcomes.map(({ complete }) => complete)).not.toContain(false);
    expect(outcomes.reduce((sum, { targets }) => sum + (targets[0]?.closed ?? 0), 0)).toBe(6);
    expect(outcomes.reduce((sum, { targets }) => sum + (targets[0]?.restated ?? 0), 0)).toBe(1);
    expect(bills.get("unseen")?.name).toBe("name of unseen");
  });

  it("have the digits of one reading of all records", async () => {
    const { world } = await undisturbed();
    const bills = await sessionsOf(world);
    for (const session of ["rated", "late", "unseen"]) {
      const all = story.deliveries.filter((delivery) => delivery.session === session).flatMap(({ records }) => records);
      const whole = chargesOf(foldRecords(null, keyOf(session), all), prices.get(everyRegion) ?? [], settings);
      expect(bills.get(session)).toMatchObject({
        charges: whole?.charges,
        gapMs: whole?.gapMs,
        peakBytes: whole?.peakBytes,
      });
    }
    expect(bills.get("rated")?.duplicates).toBe(30);
  });

  it("are read three times at most, whatever the number of passes", async () => {
    const world = worldOf(story);
    for (let at = 5; at < 60 * 27; at += 5) await world.passAt(minutes(at));
    expect(world.mostReads()).toBe(3);
    const { world: other } = await undisturbed();
    expect(await remembered(world, "whenever")).toEqual(await remembered(other, "whenever"));
  });

  it("say how much is provisional while it is", async () => {
    const world = worldOf(story);
    const outcome = await world.passAt(minutes(40));
    expect(outcome.targets).toMatchObject([
      {
        status: "ok",
        touched: 2,
        closed: 0,
        open: 4,
        sources: [{ place: "/usage", finalUntil: minutes(-80), readUntil: minutes(20) }],
      },
    ]);
    expect(outcome.targets[0]?.usage.map(({ located }) => located.kind)).toEqual(["found", "none"]);
  });
});

it("two overlapping runs do the work once", async () => {
  const { world: alone } = await undisturbed();
  const world = worldOf(story);
  const closed = [];
  for (const now of passes) {
    const both = await Promise.all([world.passAt(now), world.passAt(now)]);
    closed.push(...both.map(({ targets }) => targets[0]?.closed ?? 0));
    expect(both.flatMap(({ targets }) => targets.flatMap(({ problems }) => problems))).toEqual([]);
  }
  expect(closed.reduce((sum, count) => sum + count, 0)).toBe(6);
  expect(await remembered(world)).toEqual(await remembered(alone));
  expect(await openIn(world)).toEqual([]);
});

it("keeps unknown figures unknown: a bounded session has no dollars", async () => {
  const bill = (await sessionsOf((await undisturbed()).world)).get("silent");
  expect(bill === undefined ? "" : usdOf(bill)).toBeNull();
  expect(bill?.lowUsd).not.toBeNull();
});

it("rates a session whose records all come after it was entered with bounds alone", async () => {
  const records = seconds(minutes(0), minutes(0, 2000));
  const world = worldOf(
    {
      deliveries: [{ session: "tardy", at: minutes(126), records }],
      sessions: [seen("tardy", { goneAt: minutes(61), lastSeenAt: minutes(60), timeoutSeconds: 3600 })],
      hours: new Map(),
    },
    { backfillMs: 3 * 3_600_000 },
  );
  await world.passAt(minutes(0));
  await world.passAt(minutes(125));
  expect(await openIn(world)).toEqual(["tardy open"]);
  // The minute of its records has been read for good; only the count a day later can tell.
  await world.passAt(minutes(60 * 27));
  const bill = (await sessionsOf(world)).get("tardy");
  expect(bill).toMatchObject({ basis: "rated", final: true, charges: [{ records: 2 }] });
  expect(await openIn(world)).toEqual([]);
});

it.each([
  ["skip", "ok", true, []],
  ["fail", "partial", false, ["RegionNotEnabled"]],
] as const)(
  "takes a Region that is not enabled, where that is to %s, for %s",
  async (notEnabled, status, complete, codes) => {
    const world = worldOf({ deliveries: [], sessions: [], hours: new Map() }, { notEnabled });
    const problem = { code: "RegionNotEnabled", message: "not enabled", operation: "ListCodeInterpreters" };
    const sandboxes = {
      ...world.ports.sandboxes,
      listInterpreters: async () => ({ items: [], problems: [problem], complete: false }),
    };
    const outcome = await world.passAt(minutes(0), { ...world.ports, sandboxes });
    expect(outcome.targets.map((it) => it.status)).toEqual([status]);
    expect(outcome.targets.flatMap(({ problems }) => problems.map(({ code }) => code))).toEqual(codes);
    expect(outcome.complete).toBe(complete);
  },
);
