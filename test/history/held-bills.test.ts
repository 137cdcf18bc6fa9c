import { describe, expect, it } from "vitest";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { bill, charge, hours } from "../ledger-store/bills.ts";
import { allBills, dyingAt, historyIn } from "./fixture.ts";

const overMidnight = (version: number, ...hourNumbers: readonly number[]) =>
  bill("m", { version, charges: hourNumbers.map((hour) => charge({ hourAt: hours(hour) })) });

describe("a bill that history has otherwise", () => {
  it.each([
    ["with the same version", 1],
    ["with a higher version", 3],
  ])("is answered where it was written before %s, and stays", async (_, version) => {
    const history = historyIn(memoryStore());
    const closed = bill("a", { version, charges: [charge({ vcpuNs: 7n })] });
    await history.write([closed]);
    expect(await history.write([bill("a"), bill("b")])).toEqual([closed]);
    expect(await allBills(history)).toEqual([closed, bill("b")]);
  });

  it.each([
    ["is new", bill("b")],
    ["is the very same", bill("a")],
    ["differs in what is no figure", bill("a", { name: "other", asOf: hours(9), createdAt: null, duplicates: 3 })],
    ["is of a higher version", bill("a", { version: 2, charges: [charge({ vcpuNs: 7n })] })],
  ])("is none where the one that is written %s", async (_, written) => {
    const history = historyIn(memoryStore());
    await history.write([bill("a")]);
    expect(await history.write([written])).toEqual([]);
  });

  it.each([
    ["usage", { charges: [charge({ byteMs: 1n })] }],
    ["records", { charges: [charge({ records: 1 })] }],
    ["prices", { charges: [charge({ priceStartsAt: null })] }],
    ["basis", { basis: "allocated" as const }],
    ["bounds", { basis: "bounded" as const, charges: [], lowUsd: "0.000000000001", highUsd: null }],
  ])("differs in %s", async (_, change) => {
    const history = historyIn(memoryStore());
    await history.write([bill("a")]);
    expect(await history.write([bill("a", change)])).toEqual([bill("a")]);
  });

  it("is put together from both days that it lies in", async () => {
    const history = historyIn(memoryStore());
    const closed = overMidnight(2, 10, 11, 12, 13);
    await history.write([closed]);
    expect(await history.write([overMidnight(1, 11, 12)])).toEqual([closed]);
  });

  it("is none while its writer has written one of its days only", async () => {
    const store = memoryStore();
    await expect(historyIn(dyingAt(store, 1, "before")).write([overMidnight(2, 11, 12)])).rejects.toThrow();
    const history = historyIn(store);
    expect(await history.write([overMidnight(1, 10)])).toEqual([]);
    expect(await history.write([overMidnight(2, 11, 12)])).toEqual([]);
    expect(await allBills(history)).toEqual([overMidnight(2, 11, 12)]);
  });
});
