import { describe, expect, it } from "vitest";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { begin, bench, found, minutes, none, prices, pricesChangedAt, seconds, seen, usdOf } from "./settle-fixture.ts";

const records = seconds(minutes(1), minutes(10));
const late = seconds(begin, minutes(1));
const all = [...late, ...records];

/**
 * A session that was closed on `records`, sealed beyond them, of which `late` came afterwards. Where its digests are `kept`, it
 * is known that they are no redeliveries.
 */
async function closedThenLate(came: readonly UsageFigures[] = late, digests: "kept" | "forgotten" = "kept") {
  const it = bench();
  it.outside.finalUntil = minutes(12);
  it.outside.records = [seen("s", { goneAt: minutes(10) })];
  it.outside.usage.set("s", all);
  const digestsSince = digests === "kept" ? minutes(-3) : minutes(12);
  await it.enter("s", records, { sealedUntil: minutes(12), digestsSince });
  await it.settleAt(minutes(120));
  const [before] = await it.bills();
  await it.enter("s", came);
  if (before === undefined) throw new Error("not closed");
  return { ...it, before };
}

/** What the bill of a session is that had all its records in time. */
async function undisturbed() {
  const it = bench();
  it.outside.records = [seen("s", { goneAt: minutes(10) })];
  await it.enter("s", all);
  await it.settleAt(minutes(120));
  const [bill] = await it.bills();
  if (bill === undefined) throw new Error("not closed");
  return bill;
}

describe("records that come after a bill was closed", () => {
  it("are a restatement when late data arrives: a new figure, and the old one stays readable", async () => {
    const { settleAt, before, bills, restatements, superseded, stored, calls } = await closedThenLate();
    expect(await stored("s")).toMatchObject({ state: "reopened", bill: { version: 1 } });
    expect(await settleAt(minutes(200))).toMatchObject({ closed: 0, restated: 1, open: 0, lateUnverifiable: 0 });
    const whole = await undisturbed();
    expect(await bills()).toEqual([{ ...whole, asOf: minutes(200), version: 2 }]);
    expect(usdOf(whole)).not.toBe(usdOf(before));
    // The old figure stays, with the reason why it is no longer true.
    expect(await restatements()).toMatchObject([
      {
        reason: "late-records",
        version: 2,
        lateRecords: 60,
        at: minutes(200),
        beforeUsd: usdOf(before),
        afterUsd: usdOf(whole),
      },
    ]);
    const rows = await superseded();
    expect(rows.map(([session, version]) => [session, version])).toEqual([
      ["s", 1],
      ["s", 1],
    ]);
    expect(rows.map(([, , usage]) => usage)).toContain(before.charges[0]?.vcpuNs);
    expect(calls.filter((call) => call === "read s")).toHaveLength(1);
    expect(await stored("s")).toMatchObject({ state: "closed", bill: { version: 2 }, restatement: null });
  });

  it("leaves a bill as it was, and closed, where the source says what it said before", async () => {
    // What looked late was delivered once more, after its digests were given up.
    const { settleAt, before, bills, restatements, stored, outside, calls } = await closedThenLate(
      records.slice(0, 60),
      "forgotten",
    );
    outside.usage.set("s", records);
    expect(await settleAt(minutes(200))).toMatchObject({ closed: 0, restated: 0, open: 0 });
    expect(await bills()).toEqual([before]);
    expect(await restatements()).toEqual([]);
    expect(await stored("s")).toMatchObject({ state: "closed", bill: { version: 1 } });
    await settleAt(minutes(210));
    expect(calls.filter((call) => call === "read s")).toHaveLength(1);
  });

  it.each([
    ["its place keeps them no longer", { located: found({ retentionMs: 190 * 60_000 }) }],
    ["its place is gone", { located: none("missing") }],
    ["usage logs were turned off", { located: none("not-enabled") }],
  ])("are counted and never added where %s", async (_why, change) => {
    const { settleAt, before, bills, restatements, outside, stored } = await closedThenLate();
    Object.assign(outside, change);
    expect(await settleAt(minutes(200))).toMatchObject({ restated: 1, lateUnverifiable: 60, open: 0 });
    const [bill] = await bills();
    expect(bill).toEqual({ ...before, lateUnverifiable: 60, asOf: minutes(200), version: 2 });
    expect(await restatements()).toMatchObject([
      { reason: "late-records", lateRecords: 60, beforeUsd: usdOf(before), afterUsd: usdOf(before) },
    ]);
    expect(await stored("s")).toMatchObject({ state: "closed" });
  });

  it.each([
    [-1, 60],
    [0, 0],
    [1, 0],
  ])("are read from a place that keeps records to %d ms before the first: %d unverifiable", async (ms, given) => {
    const { settleAt, outside } = await closedThenLate();
    outside.located = found({ retentionMs: minutes(200) - begin + ms });
    expect(await settleAt(minutes(200))).toMatchObject({ lateUnverifiable: given, restated: 1 });
  });

  it("are given up where the source has lost records that are billed", async () => {
    const { settleAt, outside, before, bills } = await closedThenLate();
    outside.usage.set("s", late);
    expect(await settleAt(minutes(200))).toMatchObject({ lateUnverifiable: 60 });
    expect(await bills()).toMatchObject([{ charges: before.charges, lateUnverifiable: 60 }]);
  });

  it("are given up where as many others are there instead of those that are billed", async () => {
    const { settleAt, outside, before, bills } = await closedThenLate();
    outside.usage.set("s", [...late, ...seconds(minutes(60), minutes(69))]);
    expect(await settleAt(minutes(200))).toMatchObject({ lateUnverifiable: 60 });
    expect(await bills()).toMatchObject([{ charges: before.charges, lateUnverifiable: 60 }]);
  });

  it("wait for a day where they are not found again, and then are counted and not added", async () => {
    const { settleAt, outside, bills, before, stored } = await closedThenLate();
    outside.usage.set("s", [...late.slice(0, 59), ...records]);
    const waiting = await settleAt(minutes(10 + 1440 - 1));
    expect(waiting).toMatchObject({ restated: 0, open: 1, problems: [{ code: "LateRecordsNotFound" }] });
    expect(await stored("s")).toMatchObject({ state: "reopened" });
    expect(await bills()).toEqual([before]);
    expect(await settleAt(minutes(10 + 1440))).toMatchObject({ restated: 1, lateUnverifiable: 1, problems: [] });
    expect(await bills()).toMatchObject([{ charges: [{ records: 599 }], lateUnverifiable: 1 }]);
  });

  it("wait where the source cannot be read now", async () => {
    const { settleAt, outside, before, bills, stored } = await closedThenLate();
    outside.usageComplete = false;
    expect(await settleAt(minutes(200))).toMatchObject({ restated: 0, open: 1, problems: [{ code: "Throttled" }] });
    expect(await bills()).toEqual([before]);
    outside.usageComplete = true;
    outside.located = none("unreadable");
    expect(await settleAt(minutes(1440 * 5))).toMatchObject({ restated: 0, open: 1 });
    outside.located = found();
    await settleAt(minutes(1440 * 5 + 5));
    expect(await stored("s")).toMatchObject({ state: "closed", bill: { version: 2 } });
  });

  it("are added to those that could not be, where they can be read", async () => {
    const { settleAt, outside, enter, bills } = await closedThenLate();
    outside.located = none("missing");
    await settleAt(minutes(200));
    outside.located = found();
    const more = seconds(minutes(-1), begin);
    outside.usage.set("s", [...more, ...all]);
    await enter("s", more);
    expect(await settleAt(minutes(300))).toMatchObject({ restated: 1, lateUnverifiable: 0 });
    expect(await bills()).toMatchObject([{ version: 3, lateUnverifiable: 60, charges: [{ records: 660 }] }]);
  });

  it("that come while the bill is closing reopen it as soon as it is closed", async () => {
    const it = bench();
    it.outside.records = [seen("s", { goneAt: minutes(10) })];
    it.outside.usage.set("s", all);
    await it.enter("s", records, { sealedUntil: minutes(30) });
    const write: typeof it.ports.history.write = async (bills) => {
      await it.enter("s", late);
      return await it.ports.history.write(bills);
    };
    await it.settleAt(minutes(120), { ...it.ports, history: { ...it.ports.history, write } });
    expect(await it.stored("s")).toMatchObject({ state: "reopened", bill: { version: 1 } });
    expect(await it.settleAt(minutes(130))).toMatchObject({ restated: 1 });
    expect(await it.bills()).toEqual([{ ...(await undisturbed()), asOf: minutes(130), version: 2 }]);
  });

  it("that were dismissed once are no news when they come again", async () => {
    const { settleAt, outside, enter, restatements, stored } = await closedThenLate();
    outside.located = none("missing");
    await settleAt(minutes(200));
    await enter("s", late);
    expect(await settleAt(minutes(210))).toMatchObject({ restated: 0, lateUnverifiable: 0, lateUncertain: 0 });
    expect(await restatements()).toHaveLength(1);
    expect((await stored("s"))?.account.duplicates).toBe(60);
  });

  it.each([
    ["redeliveries", () => records],
    ["late records", () => late],
    ["both, in parts", () => [...late.slice(0, 30), ...records.slice(0, 30)]],
  ])(
    "that nobody can tell from redeliveries any more restate nothing where their source is gone: %s",
    async (_, came) => {
      const { settleAt, outside, before, bills, restatements, stored } = await closedThenLate(came(), "forgotten");
      outside.located = none("missing");
      const settled = await settleAt(minutes(200));
      expect(settled).toMatchObject({ restated: 0, open: 0, lateUnverifiable: 0, lateUncertain: came().length });
      expect(await bills()).toEqual([before]);
      expect(await restatements()).toEqual([]);
      expect(await stored("s")).toMatchObject({ state: "closed", bill: { version: 1 } });
      expect(await settleAt(minutes(210))).toMatchObject({ restated: 0, lateUncertain: 0 });
    },
  );

  it("are counted apart from what may be a redelivery where their source is gone", async () => {
    const it = await closedThenLate();
    const stored = await it.stored("s");
    if (stored === null) throw new Error("not closed");
    const lost = { ...stored.account, late: { ...stored.account.late, unheld: 7, counted: 2 } };
    await it.ports.ledger.put({ ...stored, account: lost });
    it.outside.located = none("missing");
    expect(await it.settleAt(minutes(200))).toMatchObject({ restated: 1, lateUnverifiable: 62, lateUncertain: 7 });
    expect(await it.bills()).toMatchObject([{ charges: it.before.charges, lateUnverifiable: 62 }]);
  });

  it("make a rated bill of a bounded one", async () => {
    const it = bench();
    it.outside.located = none("unreadable");
    it.outside.finalUntil = null;
    it.outside.records = [seen("s", { goneAt: minutes(10) })];
    await it.settleAt(minutes(200));
    expect(await it.bills()).toMatchObject([{ basis: "bounded", final: true, version: 1 }]);
    it.outside.located = found();
    it.outside.finalUntil = minutes(1440);
    it.outside.usage.set("s", all);
    await it.enter("s", records);
    await it.settleAt(minutes(300));
    const whole = await undisturbed();
    expect(await it.bills()).toEqual([{ ...whole, asOf: minutes(300), version: 2 }]);
    expect(await it.restatements()).toMatchObject([
      { beforeUsd: null, afterUsd: usdOf(whole), reason: "late-records" },
    ]);
  });
});

describe("records that a count finds of a session that was closed without any", () => {
  const counted = async () => {
    const it = bench();
    it.outside.records = [seen("s", { goneAt: minutes(10) })];
    await it.settleAt(minutes(200));
    const stored = await it.stored("s");
    if (stored === null) throw new Error("not closed");
    const account = { ...stored.account, late: { records: [], unheld: 0, counted: 60 } };
    await it.ports.ledger.put({ ...stored, account, state: "reopened" });
    return it;
  };

  it("make a rated bill of it", async () => {
    const it = await counted();
    it.outside.usage.set("s", all);
    expect(await it.settleAt(minutes(1500))).toMatchObject({ restated: 1, open: 0 });
    expect(await it.bills()).toEqual([{ ...(await undisturbed()), asOf: minutes(1500), version: 2 }]);
    expect(await it.restatements()).toMatchObject([{ beforeUsd: null, reason: "late-records", lateRecords: 600 }]);
  });

  it("are counted as unverifiable where they are gone, and the bounds stay", async () => {
    const it = await counted();
    const [before] = await it.bills();
    it.outside.located = none("missing");
    expect(await it.settleAt(minutes(1500))).toMatchObject({ restated: 1, open: 0, lateUnverifiable: 60 });
    expect(await it.bills()).toEqual([{ ...before, asOf: minutes(1500), version: 2, lateUnverifiable: 60 }]);
  });

  it("change nothing where they are gone again and none is missing", async () => {
    const it = await counted();
    const before = await it.bills();
    expect(await it.settleAt(minutes(1500))).toMatchObject({ restated: 0, open: 0, lateUnverifiable: 0 });
    expect(await it.bills()).toEqual(before);
  });
});

describe("an approximate session", () => {
  const approximate = async () => {
    const it = await closedThenLate();
    const stored = await it.stored("s");
    if (stored === null) throw new Error("not closed");
    await it.ports.ledger.put({ ...stored, bill: { ...stored.bill, approximate: "summed up" } });
    return it;
  };

  it("is exact once it was read row by row", async () => {
    const it = await approximate();
    await it.settleAt(minutes(200));
    expect(await it.bills()).toMatchObject([{ approximate: null, version: 2, charges: [{ records: 600 }] }]);
  });

  it("may have fewer records than minutes were summed up", async () => {
    const it = await approximate();
    it.outside.usage.set("s", seconds(begin, minutes(2)));
    await it.settleAt(minutes(200));
    expect(await it.bills()).toMatchObject([{ approximate: null, charges: [{ records: 120 }] }]);
  });
});

it.each([120, 1600])("a closed account keeps sums and no records (%d minutes later)", async (at) => {
  const it = bench();
  it.outside.records = [seen("s", { goneAt: minutes(10) })];
  it.outside.finalUntil = minutes(at - 120 + 60);
  await it.enter("s", all);
  await it.settleAt(minutes(at));
  const stored = await it.stored("s");
  expect(stored?.account.open).toHaveLength(0);
  expect(stored?.account.sealed).toMatchObject({ until: minutes(at - 60), digests: { since: minutes(at - 75) } });
});

describe("an open session", () => {
  it("with records older than its seal is rated from its source before it is closed, and is no restatement", async () => {
    const it = bench();
    it.outside.records = [seen("s", { goneAt: minutes(10) })];
    it.outside.usage.set("s", all);
    await it.enter("s", records, { sealedUntil: minutes(30) });
    await it.enter("s", late);
    expect(await it.settleAt(minutes(120))).toMatchObject({ closed: 1, restated: 0 });
    expect(await it.bills()).toEqual([await undisturbed()]);
    expect(await it.restatements()).toEqual([]);
  });

  it("whose late records cannot be read for a day is closed without them", async () => {
    const it = bench();
    it.outside.records = [seen("s", { goneAt: minutes(10) })];
    await it.enter("s", records, { sealedUntil: minutes(30), digestsSince: begin });
    await it.enter("s", late);
    it.outside.located = none("unreadable");
    expect(await it.settleAt(minutes(9 + 1440))).toMatchObject({ closed: 0, open: 1 });
    expect(await it.settleAt(minutes(10 + 1440))).toMatchObject({ closed: 1, lateUnverifiable: 60 });
    expect(await it.bills()).toMatchObject([{ version: 1, lateUnverifiable: 60 }]);
  });
});

describe("a price that changes", () => {
  const change = minutes(5);

  it("a price change in mid-session splits exactly, between its records", async () => {
    const it = bench();
    it.outside.prices = pricesChangedAt(change);
    it.outside.records = [seen("s", { goneAt: minutes(10) })];
    await it.enter("s", all);
    await it.settleAt(minutes(120));
    const bill = (await it.stored("s"))?.bill;
    expect(bill?.charges.map(({ priceStartsAt, records: n }) => [priceStartsAt, n])).toEqual([
      [prices.get("*" as never)?.[0]?.startsAt, 300],
      [change, 300],
    ]);
    // Half the vCPU-hours at each price; the memory level is the same all along.
    const [before, then] = bill?.charges ?? [];
    expect([before?.vcpuNs, before?.byteMs]).toEqual([then?.vcpuNs, then?.byteMs]);
    const gbHours = 300 * 0.0003;
    const usd = 0.03 * (0.0895 + 0.1) + gbHours * (0.00945 + 0.02);
    expect(Number(bill === undefined ? null : usdOf(bill, it.outside.prices))).toBeCloseTo(usd, 9);
  });

  it("rates an open session from its source anew, where sealed sums were made at the old one", async () => {
    const it = bench();
    it.outside.records = [seen("s", { goneAt: minutes(10) })];
    it.outside.usage.set("s", all);
    await it.enter("s", all, { sealedUntil: minutes(30) });
    it.outside.prices = pricesChangedAt(change);
    await it.settleAt(minutes(120));
    expect(it.calls).toContain("read s");
    expect((await it.stored("s"))?.bill).toMatchObject({ version: 1, charges: [{ records: 300 }, { records: 300 }] });
  });

  it("restates a session that was reopened, and says that it was the price", async () => {
    const it = await closedThenLate(records.slice(0, 60));
    it.outside.usage.set("s", records);
    it.outside.prices = pricesChangedAt(change);
    const ports = { ...it.ports, history: parquetHistory(it.store, { prices: it.outside.prices, gb: "binary" }) };
    expect(await it.settleAt(minutes(200), ports)).toMatchObject({ restated: 1 });
    expect(await it.restatements()).toMatchObject([{ reason: "price-change", lateRecords: 0 }]);
  });

  it("keeps the sums that were made where the records are gone", async () => {
    const it = bench();
    it.outside.records = [seen("s", { goneAt: minutes(10) })];
    it.outside.located = none("missing");
    await it.enter("s", all, { sealedUntil: minutes(30) });
    it.outside.prices = pricesChangedAt(change);
    await it.settleAt(minutes(120));
    expect(await it.bills()).toMatchObject([{ charges: [{ records: 600 }], lateUnverifiable: 0 }]);
  });
});

it("reads files once for all sessions that came late, and a log group for each", async () => {
  for (const [windows, reads] of [
    ["delivery", ["read null"]],
    ["stamp", ["read a", "read b"]],
  ] as const) {
    const it = bench();
    it.outside.located = found({ windows });
    it.outside.records = ["a", "b"].map((name) => seen(name, { goneAt: minutes(10) }));
    for (const name of ["a", "b"]) {
      it.outside.usage.set(name, all);
      await it.enter(name, records, { sealedUntil: minutes(30) });
      await it.enter(name, late);
    }
    expect(await it.settleAt(minutes(120))).toMatchObject({ closed: 2 });
    expect(it.calls.toSorted()).toEqual(reads);
    expect((await it.bills()).map(({ charges }) => charges[0]?.records)).toEqual([600, 600]);
  }
});

it("reads no more than fifty sessions anew in one pass, and the others in the next", async () => {
  const it = bench();
  const names = Array.from({ length: 60 }, (_, i) => `s${i}`);
  it.outside.records = names.map((name) => seen(name, { goneAt: minutes(10) }));
  for (const name of names) {
    it.outside.usage.set(name, all);
    await it.enter(name, [{ ...(records[0] as UsageFigures), at: plusMs(begin, 90_000) }], {
      sealedUntil: minutes(30),
    });
    await it.enter(name, late);
  }
  expect(await it.settleAt(minutes(120))).toMatchObject({ closed: 50, open: 10 });
  expect(await it.settleAt(minutes(121))).toMatchObject({ closed: 10, open: 0 });
});
