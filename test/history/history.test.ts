import { beforeEach, describe, expect, it } from "vitest";
import type { FileStore } from "../../adapters/history/file-store.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { History } from "../../core/ports/ledger.ts";
import { bill, charge, hours, ratesStartedAt } from "../ledger-store/bills.ts";
import { collect } from "./collect.ts";
import { allBills, always, day, dyingAt, historyIn, restatement } from "./fixture.ts";

let store: FileStore;
let history: History;
let clock: { now: () => Instant };
beforeEach(() => {
  store = memoryStore();
  clock = { now: () => day(1) };
  history = historyIn(store, { now: () => clock.now() });
});

/** From 22:00 to 02:00, two hours on each side of midnight. */
const overMidnight = (session: string, change: Parameters<typeof bill>[1] = {}) =>
  bill(session, {
    createdAt: hours(10),
    endedAt: hours(14),
    asOf: hours(16),
    charges: [10, 11, 12, 13].map((hour) => charge({ hourAt: hours(hour), vcpuNs: BigInt(hour) })),
    ...change,
  });
const bounded = (session: string, change: Parameters<typeof bill>[1] = {}) =>
  bill(session, {
    basis: "bounded",
    charges: [],
    peakBytes: null,
    lowUsd: "0.000000328125",
    highUsd: "0.070722222222",
    ...change,
  });
const paths = () => collect(store.list("a", "z"));

describe("history", () => {
  it("has no bills at first", async () => {
    expect(await allBills(history)).toEqual([]);
    expect(await collect(history.columns(...always, ["BilledCost"]))).toEqual([]);
    expect(await collect(history.restatements(...always))).toEqual([]);
  });

  it("gives back bills as they were written", async () => {
    const bills = [
      bill("a"),
      bill("b", {
        name: null,
        createdAt: null,
        endedAt: null,
        endSource: null,
        peakBytes: null,
        approximate: "summed",
      }),
      bounded("c"),
      bounded("d", { lowUsd: null, highUsd: null, createdAt: null }),
      bill("e", { charges: [charge({ priceStartsAt: null }), charge()] }),
      overMidnight("f"),
      bill("g", { account: accountId("222233334444"), region: region("eu-west-1") }),
    ];
    await history.write(bills);
    expect(await allBills(history)).toEqual(bills);
  });

  it("leaves open what nobody knows of a charge that was shared out: idle, logged and above the peak are null", async () => {
    await history.write([bill("a", { basis: "allocated" })]);
    const names = ["x_Usage", "x_IdleUsage", "x_LoggedUsage", "x_PeakTaxUsage"] as const;
    for await (const { columns } of history.columns(hours(0), hours(1), names)) {
      expect(Array.from(columns.x_Usage)).toEqual([charge().vcpuNs, charge().byteMs]);
      for (const name of names.slice(1)) expect(Array.from(columns[name])).toEqual([null, null]);
    }
    expect.assertions(5);
    const [stored] = await allBills(history);
    expect(stored?.charges).toEqual([charge({ idleByteMs: 0n, loggedByteMs: 0n, peakTaxByteMs: 0n })]);
  });

  it("keeps one file for each day, account and Region, however often it is written to", async () => {
    for (let pass = 0; pass < 5; pass += 1) await history.write([bill(`s${pass}`), overMidnight(`m${pass}`)]);
    expect(await paths()).toEqual([
      "history/day=2026-11-20/account=111122223333/region=us-east-1/rows.parquet",
      "history/day=2026-11-21/account=111122223333/region=us-east-1/rows.parquet",
    ]);
    expect(await allBills(history)).toHaveLength(10);
  });

  it("keeps one copy of a bill that is written twice, and does not write for it", async () => {
    await history.write([bill("a"), bill("a"), overMidnight("b")]);
    await historyIn(dyingAt(store, 0, "before")).write([overMidnight("b"), bill("a")]);
    expect(await allBills(history)).toEqual([bill("a"), overMidnight("b")]);
    const tables = await collect(history.columns(...always, ["ResourceId"]));
    expect(tables.reduce((sum, table) => sum + table.rows, 0)).toBe(10);
  });

  it("puts a higher version in the place of a lower, and never the other way round", async () => {
    const second = bill("a", { version: 2, charges: [charge({ vcpuNs: 9n })], asOf: hours(9) });
    await history.write([bill("a"), bill("b")]);
    await history.write([second]);
    expect(await allBills(history)).toEqual([second, bill("b")]);
    await history.write([bill("a")]);
    expect(await allBills(history)).toEqual([second, bill("b")]);
    await history.write([bill("c", { version: 3 }), bill("c", { version: 2 })]);
    expect((await allBills(history)).map((it) => it.version)).toEqual([2, 1, 3]);
  });

  it("leaves nothing of an earlier version on a day on which the later one has nothing", async () => {
    await history.write([overMidnight("a"), bill("b", { charges: [charge({ hourAt: hours(12) })] })]);
    const second = overMidnight("a", { version: 2, charges: [charge({ hourAt: hours(11) })] });
    await history.write([second]);
    expect((await allBills(history)).filter((it) => it.session === "a")).toEqual([second]);
    const rows = (await collect(history.columns(day(1), day(2), ["ResourceId"]))).flatMap((it) =>
      Array.from(it.columns.ResourceId),
    );
    expect(rows).toEqual(["b", "b"]);
  });

  it("keeps the rows that a later version replaced, once, as they were", async () => {
    await history.write([overMidnight("a"), bill("b")]);
    const second = overMidnight("a", { version: 2, asOf: day(8), charges: [charge({ hourAt: hours(10) })] });
    clock = { now: () => plusMs(day(9), 5) };
    await history.write([second]);
    await history.write([second]);
    const old = (await collect(history.superseded(day(9), day(10)))).flatMap((table) =>
      Array.from({ length: table.rows }, (_, row) => [
        table.columns.ResourceId[row],
        table.columns.x_Version[row],
        table.columns.SkuMeter[row],
        table.columns.x_Usage[row],
      ]),
    );
    expect(old.filter(([, , meter]) => meter === "vCPU")).toEqual([10n, 11n, 12n, 13n].map((n) => ["a", 1, "vCPU", n]));
    expect(old).toHaveLength(8);
    expect(await collect(history.superseded(day(0), day(9)))).toEqual([]);
  });

  it("keeps each restatement once, in the file of its day", async () => {
    const first = restatement("a", { beforeUsd: null, afterUsd: "1.5" });
    const second = restatement("b", { at: day(3), version: 3, reason: "source-reread" });
    await history.restated([first, second, first]);
    await history.restated([second]);
    expect(await collect(history.restatements(...always))).toEqual([first, second]);
    expect(await collect(history.restatements(first.at, day(3)))).toEqual([first]);
    expect(await collect(history.restatements(day(3), day(4)))).toEqual([second]);
  });

  it.each([
    ["ends as its first hour begins", -3, 0, false],
    ["ends just after", -3, 0.001, true],
    ["begins just before its last hour ends", 0.999, 5, true],
    ["begins as its last hour ends", 1, 5, false],
  ])("finds a bill in a window that %s: from %d h to %d h", async (_what, from, until, found) => {
    await history.write([bill("a", { createdAt: null, endedAt: null })]);
    expect(await collect(history.bills(hours(from), hours(until)))).toHaveLength(found ? 1 : 0);
  });

  it("finds a whole bill that crosses midnight from either day, and one without charges by its life", async () => {
    const lives = bounded("b", { createdAt: hours(10), endedAt: hours(13) });
    await history.write([overMidnight("a"), lives]);
    for (const count of [0, 1]) {
      const found = await collect(history.bills(day(count), day(count + 1)));
      expect(found.sort((a, b) => (a.session < b.session ? -1 : 1))).toEqual([overMidnight("a"), lives]);
    }
    expect(await collect(history.bills(day(2), day(3)))).toEqual([]);
    expect(await collect(history.bills(day(-1), day(0)))).toEqual([]);
  });

  it("reads the hours that were asked for, and opens no file of other days", async () => {
    await history.write([overMidnight("a"), bill("far", { charges: [charge({ hourAt: day(9) })] })]);
    const opened: string[] = [];
    const watched = historyIn({
      ...store,
      open: (path) => {
        opened.push(path);
        return store.open(path);
      },
    });
    const usage = async (from: number, until: number) =>
      (await collect(watched.columns(hours(from), hours(until), ["x_Usage", "SkuMeter"]))).flatMap((table) =>
        Array.from(table.columns.x_Usage).filter((_, row) => table.columns.SkuMeter[row] === "vCPU"),
      );
    expect(await usage(11, 13)).toEqual([11n, 12n]);
    expect(await usage(12, 36)).toEqual([12n, 13n]);
    expect(new Set(opened.map((path) => path.slice(8, 22)))).toEqual(new Set(["day=2026-11-20", "day=2026-11-21"]));
  });

  it("has dollars where there is a price, and null where there is none", async () => {
    const lost = charge({ hourAt: hours(1), priceStartsAt: hours(-1) });
    const unpriced = charge({ hourAt: hours(2), priceStartsAt: null });
    const priced = charge({ vcpuNs: 3_600_000_000_000n, byteMs: 3_600_000n * 1_073_741_824n });
    await history.write([bill("a", { charges: [priced, lost, unpriced] }), bounded("b")]);
    const [table] = await collect(
      history.columns(...always, ["ResourceId", "BilledCost", "ListUnitPrice", "ConsumedQuantity", "x_PriceStartsAt"]),
    );
    const column = (name: keyof NonNullable<typeof table>["columns"]) =>
      Array.from<unknown>(table?.columns[name] ?? []);
    expect(column("BilledCost")).toEqual([89_500_000_000n, 9_450_000_000n, null, null, null, null, null]);
    expect(column("ListUnitPrice")).toEqual([89_500_000_000n, 9_450_000_000n, null, null, null, null, null]);
    expect(column("ConsumedQuantity").slice(0, 2)).toEqual([10n ** 12n, 10n ** 12n]);
    expect(column("ConsumedQuantity").at(-1)).toBeNull();
    expect(column("x_PriceStartsAt")[0]).toBe(ratesStartedAt);
  });

  it("refuses a figure that no session can have, and writes nothing", async () => {
    const wrong = bill("b", { charges: [charge({ byteMs: 2n ** 63n })] });
    await expect(history.write([bill("a"), wrong])).rejects.toMatchObject({
      code: "too-large",
      message: expect.stringMatching(/9223372036854775808 .*x_Usage/),
    });
    const counted = bill("b", { charges: [charge({ records: 2 ** 31 })] });
    await expect(history.write([counted])).rejects.toMatchObject({ message: expect.stringContaining("x_Records") });
    expect(await paths()).toEqual([]);
    await history.write([bill("a", { charges: [charge({ byteMs: 2n ** 63n - 1n })] })]);
    expect((await allBills(history))[0]?.charges[0]?.byteMs).toBe(2n ** 63n - 1n);
  });

  it("says which file is none of its own", async () => {
    await history.write([bill("a")]);
    const [path = ""] = await paths();
    const file = await store.open(path);
    await store.put(path, new TextEncoder().encode("PAR1 this is not Parquet PAR1"), file?.revision ?? null);
    await expect(allBills(history)).rejects.toMatchObject({
      name: "HistoryError",
      code: "corrupt",
      message: expect.stringContaining(path),
    });
  });

  it("loses no rows of two writers that meet in one file", async () => {
    const names = Array.from({ length: 6 }, (_, index) => `s${index}`);
    await Promise.all(names.map((name) => historyIn(store).write([bill(name)])));
    expect((await allBills(history)).map((it) => it.session)).toEqual(names);
  });
});
