import { describe, expect, it } from "vitest";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { everyRegion } from "../../core/billing/price-row.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { HistoryColumn } from "../../core/ports/history-row.ts";
import type { History } from "../../core/ports/ledger.ts";
import { begin, bench, minutes, pricesChangedAt, seconds, seen, usdOf } from "./settle-fixture.ts";

const records = seconds(begin, minutes(10));
const punctual = records.slice(60);

/** The rates of the very row that was in force are edited. */
const edited = priceBookOf([
  {
    region: everyRegion,
    startsAt: instant(Date.UTC(2025, 9, 7)),
    usdPerVcpuHour: "0.2",
    usdPerGbHour: "0.03",
    rule: "2026-09",
  },
]);

/** Closed at the price of then; its first minute comes late, and the price book has changed. */
async function closedThenLate(book = edited) {
  const it = bench();
  it.outside.records = [seen("s", { goneAt: minutes(10) })];
  it.outside.usage.set("s", records);
  await it.enter("s", punctual, { sealedUntil: minutes(30) });
  await it.settleAt(minutes(120));
  const [bill] = await it.bills();
  const told = bill === undefined ? null : usdOf(bill);
  await it.enter("s", records.slice(0, 60));
  it.outside.prices = book;
  const ports = { ...it.ports, history: parquetHistory(it.store, { prices: book, gb: "binary" }) };
  return { ...it, ports, told };
}

describe("what a bill was before it was restated", () => {
  it.each([
    ["its price is another now", edited],
    ["its price is gone from the book", priceBookOf([])],
    ["a price begins among its records", pricesChangedAt(minutes(5))],
  ])("is what was told then, where %s", async (_what, book) => {
    const it = await closedThenLate(book);
    expect(it.told).toMatch(/^0\.00[1-9]\d+$/);
    expect(await it.settleAt(minutes(200), it.ports)).toMatchObject({ restated: 1 });
    const after = (await it.stored("s"))?.bill;
    expect(await it.restatements()).toMatchObject([
      { beforeUsd: it.told, afterUsd: after === undefined ? "" : usdOf(after, book) },
    ]);
  });

  it("is the same when the run that restated it was killed before history had the new bill", async () => {
    const it = await closedThenLate();
    const write = async () => Promise.reject(new Error("killed"));
    const dying = { ...it.ports, history: { ...it.ports.history, write } };
    await expect(it.settleAt(minutes(200), dying)).rejects.toThrow("killed");
    await it.settleAt(minutes(215), it.ports);
    expect(await it.restatements()).toMatchObject([{ beforeUsd: it.told, version: 2 }]);
  });

  it("is what the ledger says where history has lost the bill", async () => {
    const it = await closedThenLate();
    const columns: History["columns"] = async function* <C extends HistoryColumn>() {
      yield* [] as readonly { rows: number; columns: { readonly [N in C]: never } }[];
    };
    const lost = { ...it.ports, history: { ...it.ports.history, columns } };
    await it.settleAt(minutes(200), lost);
    const [restatement] = await it.restatements();
    expect(restatement?.beforeUsd).not.toBeNull();
    expect(restatement?.beforeUsd).not.toBe(it.told);
  });

  it("is nothing where it had no figure", async () => {
    const it = bench();
    it.outside.records = [seen("s", { goneAt: minutes(10) })];
    await it.settleAt(minutes(120));
    expect(await it.bills()).toMatchObject([{ basis: "bounded" }]);
    it.outside.usage.set("s", records);
    await it.enter("s", records);
    const stored = await it.stored("s");
    if (stored !== null) await it.ports.ledger.put({ ...stored, state: "reopened" });
    await it.settleAt(minutes(200));
    expect(await it.restatements()).toMatchObject([{ beforeUsd: null, afterUsd: expect.stringMatching(/^0\.0/) }]);
  });
});
