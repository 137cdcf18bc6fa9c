import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sqliteStopRecords } from "../../adapters/sqlite/stop-records.ts";
import { instant } from "../../core/kernel/instant.ts";
import { keptStopMs } from "../../core/ports/stops.ts";
import { stopRecordsContract } from "./contract.ts";
import { done, here, intended, minutes, noon } from "./records.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (): string => path.join(folder, "state.sqlite");

stopRecordsContract("SQLite", async () => {
  const all = [sqliteStopRecords(file()), sqliteStopRecords(file())] as const;
  return { records: all[0], second: all[1], close: () => all.map((it) => it.close()) };
});

it("forgets stops after the time that is promised, and not before", async () => {
  const records = sqliteStopRecords(file());
  await records.put(intended("old", 0));
  const sessions = async () =>
    (await records.between(here, instant(0), instant(noon + 2 * keptStopMs))).map(({ key }) => key.session);
  await records.put(intended("kept", 0, { id: "kept", intendedAt: instant(noon + keptStopMs) }));
  expect(await sessions()).toEqual(["old", "kept"]);
  await records.put(intended("later", 0, { id: "later", intendedAt: instant(noon + keptStopMs + 1) }));
  expect(await sessions()).toEqual(["old", "kept", "later"]);
  await records.put(intended("last", 0, { id: "last", intendedAt: instant(noon + keptStopMs + 1) }));
  expect(await sessions()).toEqual(["kept", "last", "later"]);
  records.close();
});

it("forgets nothing by a single stop of a clock that is far ahead, nor by what becomes of it", async () => {
  const records = sqliteStopRecords(file());
  const odd = intended("odd", 0, { intendedAt: instant(Date.UTC(2099, 0, 1)) });
  for (const record of [intended("a", 0), intended("b", 1), odd, done(odd, "abandoned"), intended("c", 2)]) {
    expect(await records.put(record)).toBe("written");
  }
  const found = await records.between(here, instant(0), instant(8.64e15));
  expect(found.map(({ key }) => key.session)).toEqual(["a", "b", "c", "odd"]);
  records.close();
});

const edited = (change: string): void => {
  const editor = new DatabaseSync(file());
  editor.exec(`UPDATE stops SET record = ${change} WHERE id LIKE '%/a/1"'`);
  editor.close();
};

it("is still there for the next process, with all that can be read where somebody edited it", async () => {
  const first = sqliteStopRecords(file());
  const [a, b] = [done(intended("a", 0), "stopped", 0), done(intended("b", 1), "stopped", 0)];
  for (const record of [a, b]) await first.put(record);
  first.close();
  edited("json_set(record, '$.entry.evidence.cpu.covered.until', 'noon')");
  const next = sqliteStopRecords(file());
  const message = expect.stringContaining("entry.evidence.cpu.covered.until");
  const unknown = { kind: "unknown", code: "failed", message };
  const evidence = { cpu: unknown, calls: unknown, status: null, lastUpdatedAt: null };
  expect(await next.between(here, minutes(-1), minutes(10))).toEqual([
    { ...a, revision: 1, entry: { ...a.entry, evidence }, problem: { code: "RecordUnreadable", message } },
    { ...b, revision: 1 },
  ]);
  next.close();
});

it.each(["''", "'[]'", "'{'", "'{}'"])(
  "counts a stop whose record is %s as one of its id and its time",
  async (text) => {
    const records = sqliteStopRecords(file());
    const a = intended("a", 0);
    await records.put(a);
    edited(text);
    const counted = { id: a.id, state: "intended", intendedAt: a.intendedAt, revision: 1, problem: null };
    expect(await records.intended(here)).toMatchObject([{ ...counted, override: { by: "unknown" } }]);
    expect(await records.ofSession(a.key)).toMatchObject([counted]);
    // What became of it can be written down, and read again.
    const [found] = await records.ofSession(a.key);
    expect(found === undefined ? null : await records.put({ ...found, state: "abandoned" })).toBe("written");
    expect(await records.intended(here)).toEqual([]);
    records.close();
  },
);
