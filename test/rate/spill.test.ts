import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { ownHand } from "../../adapters/files/hand.ts";
import { SpillError } from "../../adapters/files/spill-error.ts";
import { loadPartition } from "../../adapters/files/spilled-rows.ts";
import { usageStore } from "../../adapters/files/usage-store.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { fileOf, lineOf, runRate, startAt } from "./run.ts";

const keyOf = (session: string): SessionKey => ({
  account: accountId("111122223333"),
  region: region("us-east-1"),
  interpreter: interpreterId("tool"),
  session: sessionId(session),
});

/** Rows enough for several blocks of each of three sessions. */
function fill(store: ReturnType<typeof usageStore>): void {
  const references = ["a", "b", "c"].map((session) => store.reference(keyOf(session)));
  for (let i = 0; i < 6000; i += 1) store.append(references[i % 3] ?? 0, i, 1, 0.5, 0.25);
}

function rowsOf(limitBytes: number, file: string): readonly (readonly [string, readonly number[]])[] {
  const store = usageStore(limitBytes, file);
  fill(store);
  const { partitions, spillFile } = store.finish();
  return partitions
    .flatMap((stored) => {
      const { keys, blocks } = loadPartition(stored, spillFile);
      const stamps = new Map(keys.map((key): [string, number[]] => [key.session, []]));
      for (const block of blocks) {
        for (let row = 0; row < block.length; row += 5) {
          stamps.get(keys[block[row] ?? 0]?.session ?? "")?.push(block[row + 1] ?? -1);
          expect([...block.subarray(row + 2, row + 5)]).toEqual([1, 0.5, 0.25]);
        }
      }
      return [...stamps].map(([session, list]): [string, number[]] => [session, list.toSorted((a, b) => a - b)]);
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

describe("spilling", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "rate-spill-"));

  it.each([
    [1, true],
    [50_000, true],
    [1_000_000_000, false],
  ])("with room for %i bytes keeps every row (on disk: %s)", (limitBytes, onDisk) => {
    const file = path.join(folder, `spill-${limitBytes}`);
    const rows = rowsOf(limitBytes, file);
    expect(existsSync(file)).toBe(onDisk);
    expect(rows.map(([session]) => session)).toEqual(["a", "b", "c"]);
    for (const [first, [, stamps]] of rows.entries()) {
      expect(stamps).toEqual(Array.from({ length: 2000 }, (_, i) => first + 3 * i));
    }
  });

  it("fails with the system's code where the disk takes nothing", () => {
    expect(() => rowsOf(1, "/nowhere/spill")).toThrow(SpillError);
    expect(() => rowsOf(1, "/nowhere/spill")).toThrow(/ENOENT/);
  });

  it("is no fault of the input that was being read", async () => {
    const input = fileOf(Array.from({ length: 1000 }, (_, i) => lineOf({ at: startAt + i })).join("\n"));
    const hand = ownHand(
      {
        latestAt: instant(startAt + 86_400_000),
        prices: new Map(),
        meter: { gb: "binary", idleVcpu: 0.02, unpricedRule: "2026-09" },
        problemLimit: 1,
        limitBytes: 1,
        spillFolder: "/nowhere",
        number: 0,
        fastPath: true,
      },
      { standardInput: Readable.from([]), signal: new AbortController().signal, onBytes: () => undefined },
    );
    const stretch = { input: { name: "usage", path: input }, kind: "ranges", from: 0, to: 1e9 } as const;
    await expect(hand.read(stretch)).rejects.toBeInstanceOf(SpillError);
  });

  it("leaves nothing behind, also when it is stopped", async () => {
    const own = mkdtempSync(path.join(folder, "own-"));
    const lines = Array.from({ length: 40_000 }, (_, i) => lineOf({ at: startAt + i })).join("\n");
    const file = fileOf(lines);
    expect((await runRate([file, "--temp", own, "--memory-limit", "1"])).exit).toBe(0);
    const stop = new AbortController();
    const stopped = runRate([file, "--temp", own, "--memory-limit", "1", "--threads", "2"], stop.signal);
    setImmediate(() => stop.abort());
    await expect(stopped).rejects.toThrow("stopped before the end");
    expect(readdirSync(own)).toEqual([]);
  });
});
