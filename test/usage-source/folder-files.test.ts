import { symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { folderUsageSource } from "../../adapters/files/usage-source.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { SessionBatch } from "../../core/ports/usage-source.ts";
import { target } from "../aws/embedded.ts";
import { START } from "../local-services/local-aws.ts";
import { folderPlace } from "./delivery-places.ts";
import { lines, read } from "./read-place.ts";

const minuteMs = 60_000;
const signal = new AbortController().signal;

describe("a folder of usage records", () => {
  it("is found, or missing", async () => {
    const { source, folder } = folderPlace();
    const tool = interpreterId("tool-VbMl9Hi8I4");
    expect(await source.locate(target("us-east-1"), tool, signal)).toMatchObject({
      kind: "found",
      location: { kind: "folder", place: folder, windows: "delivery", foundBy: "setting", retentionMs: null },
    });
    const gone = path.join(folder, "gone");
    expect(await folderUsageSource(gone).locate(target("us-east-1"), tool, signal)).toMatchObject({
      kind: "none",
      reason: "missing",
      problem: { code: "ENOENT", message: expect.stringContaining(gone) },
    });
  });

  it("is not where no folder is named", async () => {
    const tool = interpreterId("tool-VbMl9Hi8I4");
    expect(await folderUsageSource(null).locate(target("us-east-1"), tool, signal)).toMatchObject({
      kind: "none",
      reason: "not-enabled",
    });
  });

  it("that is gone while it is read is no empty one", async () => {
    const place = folderPlace();
    const gone = path.join(place.folder, "gone");
    const reading = await read({ ...place, location: { ...place.location, place: gone } });
    expect(reading).toMatchObject({ complete: false, problems: [{ code: "ENOENT" }] });
  });

  it("follows links to files, and no links to folders", async () => {
    const place = folderPlace();
    await place.deliver("inside/a", lines("A", 1));
    symlinkSync(place.folder, path.join(place.folder, "inside", "loop"));
    symlinkSync(path.join(place.folder, "nowhere"), path.join(place.folder, "dangling"));
    const elsewhere = folderPlace();
    await elsewhere.deliver("b", lines("B", 2));
    symlinkSync(path.join(elsewhere.folder, "b"), path.join(place.folder, "b"));
    expect(await read(place)).toMatchObject({ stamps: ["A@1", "B@2"], complete: true });
  });

  it("takes a file that was copied with its times as delivered when it came", async () => {
    const { folder, location } = folderPlace();
    const file = path.join(folder, "synced.ndjson");
    const before = Date.now() - 1000;
    writeFileSync(file, lines("A", 1));
    utimesSync(file, new Date("2026-01-01"), new Date("2026-01-01"));
    const batches: SessionBatch[] = [];
    await folderUsageSource(folder).read(
      {
        target: target("us-east-1"),
        location,
        from: instant(before),
        until: instant(before + minuteMs),
        how: "rows",
        session: null,
        latestAt: instant(START + 86_400_000),
      },
      (more) => void batches.push(...more),
      signal,
    );
    expect(batches).toHaveLength(1);
  });
});
