import { describe, expect, it } from "vitest";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { type PriceBook, priceBookOf } from "../../core/billing/price-book.ts";
import { everyRegion } from "../../core/billing/price-row.ts";
import type { AccountsPorts } from "../../core/jobs/accounts/ports.ts";
import { restatePrices } from "../../core/jobs/restate/restate-prices.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { begin, bench, inputOf, minutes, pricesChangedAt, seconds, seen, usdOf } from "./settle-fixture.ts";

const signal = new AbortController().signal;
const dayMs = 86_400_000;
const records = seconds(begin, minutes(10));
const row = (usdPerVcpuHour: string, rule: "2026-09" | "2025-10" = "2026-09") => ({
  region: everyRegion,
  startsAt: instant(Date.UTC(2025, 9, 7)),
  usdPerVcpuHour,
  usdPerGbHour: "0.03",
  rule,
});
const edited = priceBookOf([row("0.2")]);

/** Two sessions that were closed at the price of then, with a book that says something else now. */
async function closed(names: readonly string[] = ["a", "b"]) {
  const it = bench();
  it.outside.records = names.map((name) => seen(name, { goneAt: minutes(10) }));
  for (const name of names) await it.enter(name, records);
  await it.settleAt(minutes(120));
  const told = usdOf((await it.bills())[0] ?? (undefined as never));
  const portsFor = (book: PriceBook, change: Partial<AccountsPorts> = {}): AccountsPorts => ({
    ...it.ports,
    history: parquetHistory(it.store, { prices: book, gb: "binary" }),
    ...change,
  });
  const look = (now: Instant, book: PriceBook, change: Partial<AccountsPorts> = {}) =>
    restatePrices(portsFor(book, change), now, inputOf({ prices: book }), signal);
  /** As many passes as it takes to go through all of history. */
  const lookAll = async (now: Instant, book: PriceBook, change: Partial<AccountsPorts> = {}) => {
    let restated = 0;
    const problems: string[] = [];
    for (let pass = 0; pass < 14; pass += 1) {
      const done = await look(plusMs(now, pass * 60_000), book, change);
      restated += done.restated;
      problems.push(...done.problems.map(({ code }) => code));
    }
    return { restated, problems };
  };
  return { ...it, told, look, lookAll, portsFor };
}

describe("a price book that was edited into the past", () => {
  it("restates closed bills at what it says now, once, and the old figure stays in the audit", async () => {
    const it = await closed();
    const before = await it.bills();
    expect(await it.lookAll(minutes(200), edited)).toEqual({ restated: 2, problems: [] });
    const after = await it.bills();
    expect(after.map(({ charges, version }) => [charges, version])).toEqual(before.map(({ charges }) => [charges, 2]));
    const now = after[0] === undefined ? null : usdOf(after[0], edited);
    expect(now).not.toBe(it.told);
    const told = (await it.restatements()).toSorted((a, b) => (a.session < b.session ? -1 : 1));
    expect(told).toMatchObject(
      ["a", "b"].map((session) => ({ session, reason: "price-change", version: 2, beforeUsd: it.told, afterUsd: now })),
    );
    expect((await it.stored("a"))?.bill.version).toBe(2);
    expect(await it.lookAll(minutes(300), edited)).toEqual({ restated: 0, problems: [] });
  });

  it("does nothing where prices are as they were", async () => {
    const it = await closed();
    expect(await it.lookAll(minutes(200), it.outside.prices)).toEqual({ restated: 0, problems: [] });
    expect(await it.restatements()).toEqual([]);
  });

  it("goes through a month of history in each pass, and begins anew when prices change meanwhile", async () => {
    const it = await closed();
    const asked: [number, number][] = [];
    const history = it.portsFor(edited).history;
    const columns: typeof history.columns = (from, until, names) => {
      asked.push([from, until]);
      return history.columns(from, until, names);
    };
    await it.look(minutes(200), edited, { history: { ...history, columns } });
    const today = instant(Date.UTC(2026, 10, 20));
    expect(asked).toHaveLength(31);
    expect(asked[0]).toEqual([today - 400 * dayMs, today - 399 * dayMs]);
    await it.look(minutes(215), edited, { history: { ...history, columns } });
    expect(asked[31]).toEqual([today - 369 * dayMs, today - 368 * dayMs]);
    await it.look(minutes(230), priceBookOf([row("0.3")]), { history: { ...history, columns } });
    expect(asked[62]?.[0]).toBe(today - 400 * dayMs);
  });

  it("restates what the ledger has forgotten, in history alone", async () => {
    const it = await closed();
    expect(await it.lookAll(minutes(200), edited, { ledger: memoryLedger() })).toEqual({ restated: 2, problems: [] });
    expect((await it.bills()).map(({ version }) => version)).toEqual([2, 2]);
    expect(await it.restatements()).toMatchObject([{ beforeUsd: it.told }, { beforeUsd: it.told }]);
  });

  it.each<[string, PriceBook, number, readonly string[]]>([
    ["is restated", pricesChangedAt(minutes(-5)), 2, []],
    ["stays at the price of before where it begins within it", pricesChangedAt(minutes(5)), 0, []],
    [
      "stays, and is told, where that price is gone",
      priceBookOf([{ ...row("1"), startsAt: minutes(5) }]),
      0,
      ["PricesNotRestated"],
    ],
  ])("the hour in which a price begins %s", async (_what, book, restated, problems) => {
    const it = await closed();
    expect(await it.lookAll(minutes(200), book)).toEqual({ restated, problems });
    const starts = (await it.bills()).flatMap(({ charges }) => charges.map(({ priceStartsAt }) => priceStartsAt));
    expect(new Set(starts)).toEqual(new Set([restated > 0 ? minutes(-5) : row("1").startsAt]));
  });

  it("leaves bills whose memory was charged by another rule, or by another GB, and says how many", async () => {
    const ruled = await closed();
    const { problems, restated } = await ruled.lookAll(minutes(200), priceBookOf([row("0.2", "2025-10")]));
    expect([restated, problems]).toEqual([0, ["PricesNotRestated"]]);
    const sized = await closed();
    const input = inputOf({ prices: edited });
    let left: readonly { readonly message: string }[] = [];
    for (let pass = 0; pass < 14; pass += 1) {
      const meter = { ...input.meter, gb: "decimal" as const };
      const done = await restatePrices(sized.portsFor(edited), minutes(200 + pass), { ...input, meter }, signal);
      left = [...left, ...done.problems];
    }
    expect(left.map(({ message }) => message)).toEqual([expect.stringContaining("2 closed bills between")]);
    expect(await sized.restatements()).toEqual([]);
  });

  it("comes to the same when it is killed at any write", async () => {
    const whole = await closed(["a"]);
    await whole.lookAll(minutes(200), edited);
    const expected = (await whole.bills()).map(({ charges, version }) => ({ charges, version }));
    for (let killAt = 0; killAt < 5; killAt += 1) {
      const it = await closed(["a"]);
      const { ledger, history } = it.portsFor(edited);
      let writes = 0;
      const dying =
        <A extends readonly unknown[], R>(write: (...args: A) => Promise<R>) =>
        (...args: A): Promise<R> => {
          writes += 1;
          return writes > killAt ? Promise.reject(new Error("killed")) : write(...args);
        };
      const change = {
        ledger: { ...ledger, put: dying(ledger.put) },
        history: { ...history, write: dying(history.write), restated: dying(history.restated) },
      };
      await it.lookAll(minutes(200), edited, change).catch((error: Error) => expect(error.message).toBe("killed"));
      await it.settleAt(minutes(230), it.portsFor(edited));
      await it.lookAll(minutes(240), edited);
      expect((await it.bills()).map(({ charges, version }) => ({ charges, version }))).toEqual(expected);
      expect(await it.restatements()).toMatchObject([{ version: 2, beforeUsd: it.told }]);
      expect((await it.stored("a"))?.state).toBe("closed");
    }
  });
});
