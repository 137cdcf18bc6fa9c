import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqliteDocuments } from "../../adapters/sqlite/documents.ts";
import { sqliteLedger } from "../../adapters/sqlite/ledger.ts";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { keptClosedMs } from "../../core/ports/ledger.ts";
import { accountText, bill, entry, foldedText, hours, open } from "./bills.ts";
import { ledgerContract } from "./contract.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (): string => path.join(folder, "state.sqlite");
const opened = () => sqliteLedger(file(), accountText());

ledgerContract("SQLite", async () => {
  const all = [opened(), opened(), sqliteLedger(file(), foldedText), sqliteDocuments(file())] as const;
  const [ledger, second, folded, documents] = all;
  return { ledger, second, folded, documents, close: () => all.map((it) => it.close()) };
});

describe("the ledger's tables", () => {
  it("come to a state file of an earlier version, whose registry stays", async () => {
    const registry = sqliteRegistry(file());
    registry.close();
    const before = new DatabaseSync(file());
    before.exec(
      "DROP TABLE ledger_marks; DROP TABLE ledger_sessions; DROP TABLE documents; DROP TABLE stops; PRAGMA user_version = 1",
    );
    before.exec("INSERT INTO targets VALUES ('111122223333', 'us-east-1', 4, '{}')");
    before.close();
    const ledger = opened();
    expect(await ledger.put(entry(0, open("a")))).toBe("written");
    ledger.close();
    const after = new DatabaseSync(file());
    expect(after.prepare("SELECT revision FROM targets").all()).toEqual([{ revision: 4 }]);
    after.close();
  });

  it("are still there for the next process", async () => {
    const first = opened();
    await first.put(entry(0, open("a")));
    first.close();
    const next = opened();
    expect(await next.sessions([open("a")])).toEqual([entry(1, open("a"))]);
    next.close();
  });

  it("forget what was closed longer ago than is promised, and nothing that is open", async () => {
    const ledger = opened();
    await ledger.put(entry(0, bill("old", { asOf: hours(0) })));
    await ledger.put(entry(0, bill("kept", { asOf: hours(1) })));
    await ledger.put(entry(0, open("open", { asOf: hours(0) })));
    await ledger.put(entry(0, bill("new", { asOf: plusMs(hours(1), keptClosedMs) })));
    const found = await ledger.sessions([bill("old"), bill("kept"), bill("open")]);
    expect(found.map((it) => it?.bill.session ?? null)).toEqual([null, "kept", "open"]);
    ledger.close();
  });

  it("say what cannot be read where somebody edited them", async () => {
    const ledger = opened();
    await ledger.put(entry(0, open("a")));
    const editor = new DatabaseSync(file());
    editor.exec(`UPDATE ledger_sessions SET bill = json_set(bill, '$.charges[0].vcpuNs', 1.5)`);
    editor.close();
    await expect(ledger.open({ account: bill("a").account, region: bill("a").region })).rejects.toMatchObject({
      code: "corrupt",
      message: expect.stringContaining("charges[0].vcpuNs"),
    });
    ledger.close();
  });
});
