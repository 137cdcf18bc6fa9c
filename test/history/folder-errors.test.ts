import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { bill } from "../ledger-store/bills.ts";
import { collect } from "./collect.ts";
import { always, prices } from "./fixture.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-errors-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = new TextEncoder().encode("text");
const denied = (what: RegExp) => ({
  name: "HistoryError",
  code: "denied",
  message: expect.stringMatching(what),
});

describe("a history folder", () => {
  it("says what is wrong where a folder stands in the place of a file", async () => {
    const rows = "history/day=2026-11-20/account=111122223333/region=us-east-1/rows.parquet";
    mkdirSync(path.join(folder, rows), { recursive: true });
    const file = await folderStore(folder).open(rows);
    await expect(file?.slice(0)).rejects.toMatchObject(denied(/history folder .* cannot be used \(EISDIR/));
    await file?.close();
    const history = parquetHistory(folderStore(folder), { prices, gb: "binary" });
    await expect(history.write([bill("a")])).rejects.toMatchObject(denied(/EISDIR/));
  });

  it.each(["open", "list", "put"] as const)("says what is wrong where %s meets a link to itself", async (name) => {
    symlinkSync("loop", path.join(folder, "loop"));
    const store = folderStore(path.join(folder, "loop"));
    const done = {
      open: () => store.open("a"),
      list: () => collect(store.list("a", "z")),
      put: () => store.put("a", text, null),
    };
    await expect(done[name]()).rejects.toMatchObject(denied(/history folder .*loop cannot be used/));
  });

  it("says that its lock is damaged, and that nothing is lost with it", async () => {
    writeFileSync(path.join(folder, ".lock.sqlite"), "no database, and long enough to be looked at as one ".repeat(20));
    await expect(folderStore(folder).put("a", text, null)).rejects.toMatchObject({
      name: "HistoryError",
      code: "corrupt",
      message: expect.stringMatching(/\.lock\.sqlite is damaged: end all runs .* delete the file/),
    });
    rmSync(path.join(folder, ".lock.sqlite"));
    const history = parquetHistory(folderStore(folder), { prices, gb: "binary" });
    await history.write([bill("a")]);
    expect(await collect(history.bills(...always))).toEqual([bill("a")]);
  });
});
