import { beforeEach, describe, expect, it } from "vitest";
import type { FileStore } from "../../adapters/history/file-store.ts";
import { historySchema, tableOfRows } from "../../adapters/history/history-schema.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { tableWriter } from "../../adapters/history/parquet-writer.ts";
import { partitionPath } from "../../adapters/history/partition.ts";
import { rowsOfBill } from "../../adapters/history/rows-of-bill.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { History } from "../../core/ports/ledger.ts";
import { bill } from "../ledger-store/bills.ts";
import { collect } from "./collect.ts";
import { allBills, day, historyIn, prices } from "./fixture.ts";

let store: FileStore;
let history: History;
let clock: { now: () => Instant };
beforeEach(() => {
  store = memoryStore();
  clock = { now: () => day(1) };
  history = historyIn(store, { now: () => clock.now() });
});

describe("rows of history", () => {
  it.each([
    ["until just before", -10, 0, 0],
    ["until just after", -10, 1, 2],
    ["from just that", 0, 10, 2],
    ["from just after", 1, 10, 0],
  ])("gives rows that were replaced to the millisecond: a window %s", async (_what, from, until, rows) => {
    await history.write([bill("a")]);
    const at = plusMs(day(2), 5000);
    clock = { now: () => at };
    await history.write([bill("a", { version: 2 })]);
    const replaced = await collect(history.superseded(plusMs(at, from), plusMs(at, until)));
    expect(replaced.flatMap(({ columns }) => Array.from(columns.x_SupersededAt))).toEqual(Array(rows).fill(at));
  });

  it("says of each row when it was written, and what a GB was then", async () => {
    await history.write([bill("a")]);
    clock = { now: () => day(2) };
    const decimal = parquetHistory(store, { prices, gb: "decimal" }, clock);
    await decimal.write([bill("a"), bill("b")]);
    const [table] = await collect(history.columns(day(0), day(1), ["ResourceId", "x_BytesPerGb", "x_WrittenAt"]));
    const rows = Array.from({ length: table?.rows ?? 0 }, (_, row) => [
      table?.columns.ResourceId[row],
      table?.columns.x_BytesPerGb[row],
      table?.columns.x_WrittenAt[row],
    ]);
    const ofA = ["a", 1_073_741_824, day(1)];
    const ofB = ["b", 1_000_000_000, day(2)];
    expect(rows).toEqual([ofA, ofA, ofB, ofB]);
  });

  it("reads files from before a column, and adds to them", async () => {
    const { x_BytesPerGb: _gb, x_WrittenAt: _at, ...older } = historySchema;
    const writer = tableWriter(older);
    writer.append(tableOfRows(rowsOfBill(bill("a"), { prices, gb: "binary", at: day(1), restored: false })));
    await store.put(partitionPath("history", day(0), "111122223333", "us-east-1"), writer.finish(), null);
    expect(await allBills(history)).toEqual([bill("a")]);
    await history.write([bill("b")]);
    expect(await allBills(history)).toEqual([bill("a"), bill("b")]);
    const [table] = await collect(history.columns(day(0), day(1), ["x_BytesPerGb"]));
    expect(Array.from(table?.columns.x_BytesPerGb ?? [])).toEqual([null, null, 1_073_741_824, 1_073_741_824]);
  });
});
