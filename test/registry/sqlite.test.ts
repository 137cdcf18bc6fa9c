import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { keptGoneMs } from "../../core/ports/registry.ts";
import { registryContract } from "./contract.ts";
import { change, event, here, minutes, sessionRecord, start } from "./records.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (): string => path.join(folder, "new", "state.sqlite");

registryContract("SQLite", async () => {
  const registry = sqliteRegistry(file());
  const second = sqliteRegistry(file());
  return {
    registry,
    second,
    close: () => {
      registry.close();
      second.close();
    },
  };
});

describe("the SQLite file", () => {
  it("is still there for the next process", async () => {
    const first = sqliteRegistry(file());
    await first.commit(here, 0, change({ sessions: [sessionRecord("a")], newEvents: [event("e1")] }));
    first.close();
    const next = sqliteRegistry(file());
    expect(await next.load(here)).toMatchObject({ revision: 1, openSessions: [sessionRecord("a")] });
    next.close();
  });

  it("forgets sessions that went longer ago than is promised", async () => {
    const registry = sqliteRegistry(file());
    await registry.commit(here, 0, change({ sessions: [sessionRecord("a", { goneAt: start })] }));
    await registry.commit(here, 1, change({ at: plusMs(start, keptGoneMs + 1) }));
    expect(await registry.goneSince(here, start)).toEqual([]);
    registry.close();
  });

  it.each([
    [
      "is no database",
      (at: string) => writeFileSync(at, "this is a text file, not a database, and long enough to show it".repeat(20)),
      "corrupt",
      /damaged.*move it away.*protections by hand.*switch.*disarmed.*plans.*400 days.*nothing in AWS/s,
    ],
    [
      "is another program's",
      (at: string) => {
        const other = new DatabaseSync(at);
        other.exec("CREATE TABLE bookmarks (url TEXT)");
        other.close();
      },
      "corrupt",
      /another program.*--state/,
    ],
    [
      "was written by a newer version",
      (at: string) => {
        sqliteRegistry(at).close();
        const newer = new DatabaseSync(at);
        newer.exec("PRAGMA user_version = 99");
        newer.close();
      },
      "newer-version",
      /newer Sandmeter.*99.*update/,
    ],
  ])("says what to do where it %s", (_what, spoil, code, message) => {
    const at = path.join(folder, "state.sqlite");
    spoil(at);
    expect(() => sqliteRegistry(at)).toThrow(
      expect.objectContaining({ name: "RegistryError", code, message: expect.stringMatching(message) }),
    );
  });

  it("says what to do where its folder cannot be made", () => {
    writeFileSync(path.join(folder, "file"), "");
    expect(() => sqliteRegistry(path.join(folder, "file", "state.sqlite"))).toThrow(
      expect.objectContaining({ name: "RegistryError", code: "denied" }),
    );
  });

  it.runIf(existsSync("/proc/self"))("says at once that its folder cannot be made in a place that takes none", () => {
    expect(() => sqliteRegistry("/proc/nowhere/state.sqlite")).toThrow(
      expect.objectContaining({ name: "RegistryError", code: "denied" }),
    );
  });

  it("says that a folder is no file, and names one in it", () => {
    expect(() => sqliteRegistry(folder)).toThrow(
      expect.objectContaining({
        code: "denied",
        message: `${folder} is a folder: name a file in it with --state, such as ${path.join(folder, "state.sqlite")}.`,
      }),
    );
  });

  it("says which state cannot be read where somebody edited it", async () => {
    const registry = sqliteRegistry(file());
    await registry.commit(here, 0, change());
    const editor = new DatabaseSync(file());
    editor.exec(`UPDATE targets SET state = '{"alerts":[{"quotaCode":7}]}'`);
    editor.close();
    await expect(registry.load(here)).rejects.toMatchObject({
      code: "corrupt",
      message: expect.stringContaining("alerts[0].quotaCode"),
    });
    registry.close();
  });

  it("waits for another process that is writing, without blocking this one", async () => {
    const registry = sqliteRegistry(file());
    const other = new DatabaseSync(file());
    other.exec("BEGIN IMMEDIATE");
    const committing = registry.commit(here, 0, change());
    let turns = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        turns += 1;
        if (turns < 3) return;
        clearInterval(timer);
        other.exec("COMMIT");
        resolve();
      }, 10);
    });
    expect(await committing).toBe("committed");
    other.close();
    registry.close();
  });

  it("keeps the whole of a change or none of it", async () => {
    const registry = sqliteRegistry(file());
    await registry.commit(here, 0, change({ sessions: [sessionRecord("a")] }));
    const before = await registry.load(here);
    // The last write of the change is one that STRICT tables refuse.
    const refused = { ...event("e1"), at: 0.5 as typeof start };
    await expect(
      registry.commit(here, 1, change({ at: minutes(1), sessions: [sessionRecord("b")], newEvents: [refused] })),
    ).rejects.toThrow();
    expect(await registry.load(here)).toEqual(before);
    registry.close();
  });
});
