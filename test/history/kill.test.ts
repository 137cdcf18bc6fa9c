import { describe, expect, it } from "vitest";
import type { FileStore } from "../../adapters/history/file-store.ts";
import { historyColumnNames, supersededColumnNames } from "../../adapters/history/history-schema.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { bill, charge, hours } from "../ledger-store/bills.ts";
import { collect } from "./collect.ts";
import { allBills, always, day, dyingAt, historyIn, restatement } from "./fixture.ts";

const crossing = (session: string, change: Partial<SessionBill> = {}): SessionBill =>
  bill(session, { charges: [10, 11, 12, 13].map((hour) => charge({ hourAt: hours(hour) })), ...change });

const first = [bill("a"), crossing("b"), crossing("c")];
const second = [
  crossing("b", { version: 2, asOf: day(3), charges: [charge({ hourAt: hours(10), vcpuNs: 7n })] }),
  crossing("c", { version: 2, asOf: day(3), charges: [11, 12].map((hour) => charge({ hourAt: hours(hour) })) }),
  bill("d"),
];
const restatements = [restatement("b", { at: day(3) }), restatement("c", { at: day(3) })];
const now: readonly SessionBill[] = [bill("a"), ...second];

async function firstPass(store: FileStore): Promise<void> {
  await historyIn(store, { now: () => day(1) }).write(first);
}
async function secondPass(store: FileStore): Promise<void> {
  const history = historyIn(store, { now: () => day(3) });
  await history.restated(restatements);
  await history.write(second);
}

/** All that is in the files, by table, in no order. */
async function contentOf(store: FileStore) {
  const history = historyIn(store);
  const text = (value: unknown): string =>
    JSON.stringify(value, (_name, it) => (typeof it === "bigint" ? `${it}n` : it));
  const rowsOf = async <C extends string>(
    tables: AsyncIterable<{ readonly rows: number; readonly columns: Readonly<Record<C, ArrayLike<unknown>>> }>,
    names: readonly C[],
  ): Promise<readonly string[]> =>
    (await collect(tables)).flatMap((table) =>
      Array.from({ length: table.rows }, (_, row) => text(names.map((name) => table.columns[name][row]))),
    );
  return {
    rows: (await rowsOf(history.columns(...always, historyColumnNames), historyColumnNames)).toSorted(),
    superseded: (await rowsOf(history.superseded(...always), supersededColumnNames)).toSorted(),
    restatements: (await collect(history.restatements(...always))).map(text).toSorted(),
  };
}

async function whole(): Promise<FileStore> {
  const store = memoryStore();
  await firstPass(store);
  await secondPass(store);
  return store;
}

describe("a writer of history that is killed", () => {
  it.each(["before", "after"] as const)(
    "%s any of its writes leaves what the next run makes the same of",
    async (when) => {
      const wanted = await contentOf(await whole());
      expect(wanted.superseded).toHaveLength(16);
      let kills = 0;
      for (let writes = 0; ; writes += 1) {
        const store = memoryStore();
        await firstPass(store);
        const died = await secondPass(dyingAt(store, writes, when)).then(
          () => false,
          () => true,
        );
        if (!died) break;
        kills += 1;
        await secondPass(store);
        expect(await contentOf(store)).toEqual(wanted);
        expect(await allBills(historyIn(store))).toEqual(now);
      }
      // One restatement file, two files of history, and the audit of the rows that each of the two lost.
      expect(kills).toBe(5);
    },
  );

  it.each(["before", "after"] as const)(
    "%s any of its writes leaves no row twice and none of another bill missing",
    async (when) => {
      for (let writes = 0; writes < 5; writes += 1) {
        const store = memoryStore();
        await firstPass(store);
        await expect(secondPass(dyingAt(store, writes, when))).rejects.toThrow("killed");
        const { rows } = await contentOf(store);
        expect(new Set(rows).size).toBe(rows.length);
        const found = await allBills(historyIn(store));
        expect(found).toContainEqual(bill("a"));
        // A bill that crosses midnight is the old one, the new one, or left out until the rerun: never a mixture.
        for (const it of found) expect([...first, ...second]).toContainEqual(it);
      }
    },
  );

  it("in a first pass leaves whole bills only", async () => {
    for (let writes = 0; writes < 2; writes += 1) {
      const store = memoryStore();
      await expect(firstPass(dyingAt(store, writes, "before"))).rejects.toThrow("killed");
      expect(await allBills(historyIn(store))).toEqual(writes === 0 ? [] : [bill("a")]);
      await firstPass(store);
      expect(await allBills(historyIn(store))).toEqual(first);
    }
  });
});
