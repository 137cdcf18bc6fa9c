import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sqliteStopRecords } from "../../adapters/sqlite/stop-records.ts";
import { instant } from "../../core/kernel/instant.ts";
import { keptStopMs } from "../../core/ports/stops.ts";
import { stopRecordsContract } from "./contract.ts";
import { done, here, intended, noon } from "./records.ts";

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
  expect(await sessions()).toEqual(["kept", "later"]);
  records.close();
});

it("is still there for the next process, and says what cannot be read where somebody edited it", async () => {
  const first = sqliteStopRecords(file());
  await first.put(done(intended("a", 0), "stopped", 0));
  first.close();
  const editor = new DatabaseSync(file());
  editor.exec("UPDATE stops SET record = json_set(record, '$.entry.evidence.cpu.covered.until', 'noon')");
  editor.close();
  const next = sqliteStopRecords(file());
  await expect(next.ofSession(intended("a", 0).key)).rejects.toMatchObject({
    code: "corrupt",
    message: expect.stringContaining("entry.evidence.cpu.covered.until"),
  });
  next.close();
});
