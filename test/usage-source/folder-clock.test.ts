import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { folderUsageSource } from "../../adapters/files/usage-source.ts";
import { instant } from "../../core/kernel/instant.ts";
import { target } from "../aws/embedded.ts";
import { START } from "../local-services/local-aws.ts";
import { lines } from "./read-place.ts";

const minute = 60_000;
const hour = 60 * minute;
const signal = new AbortController().signal;

/** Passes of five minutes, over a folder of a machine whose clock is behind the service's; a file comes after each. */
async function readsOf(behindMs: number, underWayMs = 0): Promise<readonly number[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "folder-clock-"));
  let service = START;
  const files: { readonly name: string; readonly at: number }[] = [];
  const arrivals = new Map<number, number>();
  const source = folderUsageSource(
    folder,
    ({ ino }) => instant(arrivals.get(ino) ?? 0),
    () => service - behindMs + underWayMs,
  );
  const reads = new Map<string, number>();
  let readUntil = START - hour;
  for (let pass = 0; pass < 30; pass += 1) {
    const until = service - minute;
    await source.read(
      {
        target: target("us-east-1"),
        location: { kind: "folder", place: folder, foundBy: "setting", windows: "delivery", retentionMs: null },
        from: instant(readUntil),
        until: instant(until),
        how: "rows",
        session: null,
        latestAt: instant(service + 24 * hour),
      },
      (batches) => {
        for (const { key } of batches) reads.set(key.session, (reads.get(key.session) ?? 0) + 1);
      },
      signal,
    );
    readUntil = until;
    if (pass < 10) {
      const file = path.join(folder, `${pass}`);
      writeFileSync(file, lines(`S${pass}`, pass));
      files.push({ name: `S${pass}`, at: service });
      arrivals.set(statSync(file).ino, service + 1000 - behindMs);
    }
    service += 5 * minute;
  }
  return files.map(({ name }) => reads.get(name) ?? 0);
}

it.each([-hour, -minute, 0, 1000])(
  "reads each file of a folder once where the clock is %i ms behind",
  async (behindMs) => {
    expect(await readsOf(behindMs, 2000)).toEqual(new Array(10).fill(1));
  },
);

it.each([minute / 2, minute, 2 * minute, 10 * minute, hour - minute, hour, hour + 2 * minute, 30 * 24 * hour])(
  "reads every file of a folder where the machine's clock is %i ms behind",
  async (behindMs) => {
    for (const underWayMs of [0, 50_000]) {
      const reads = await readsOf(behindMs, underWayMs);
      expect(Math.min(...reads)).toBeGreaterThan(0);
    }
  },
);
