import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { instant } from "../../core/kernel/instant.ts";
import { target } from "../aws/embedded.ts";
import { START } from "../local-services/local-aws.ts";
import { lineOf } from "../rate/run.ts";
import { bucketPlace, type DeliveryPlace, folderPlace } from "./delivery-places.ts";
import { lines, read } from "./read-place.ts";

const minuteMs = 60_000;
const signal = new AbortController().signal;

const places = [
  ["a folder", async () => folderPlace()],
  ["a bucket", () => bucketPlace()],
] as const satisfies readonly (readonly [string, () => Promise<DeliveryPlace>])[];

describe.each<readonly [string, () => Promise<DeliveryPlace>]>(places)("usage records in %s", (_name, make) => {
  it("are those of the files that were delivered in the window, which is half open", async () => {
    const place = await make();
    await place.deliver("a.ndjson", lines("A", 1), START);
    await place.deliver("deep/er/b.ndjson", lines("B", 2), START + minuteMs - 1000);
    await place.deliver("c.ndjson", lines("C", 3), START + minuteMs);
    expect((await read(place, 0, minuteMs)).stamps).toEqual(["A@1", "B@2"]);
    expect((await read(place, minuteMs, 2 * minuteMs)).stamps).toEqual(["C@3"]);
    expect(await read(place, -minuteMs, 0)).toMatchObject({ lines: 0, records: 0, complete: true, stamps: [] });
  });

  it("are read of plain, gzipped and joined gzip files, whatever their names", async () => {
    const place = await make();
    await place.deliver("plain", lines("A", 1, 2).trimEnd());
    await place.deliver("zipped.ndjson", gzipSync(lines("A", 3)));
    await place.deliver("joined.gz", Buffer.concat([gzipSync(lines("A", 4)), gzipSync(lines("A", 5))]));
    await place.deliver("empty.log", "");
    expect(await read(place)).toMatchObject({
      stamps: ["A@1", "A@2", "A@3", "A@4", "A@5"],
      lines: 5,
      records: 5,
      complete: true,
      approximate: null,
      problems: [],
    });
  });

  it("count the lines that are none, by reason", async () => {
    const place = await make();
    const text = `delivery permission validation\n\n${lines("A", 1)}[]\n${lineOf({ session: "" })}\n`;
    await place.deliver("a.gz", gzipSync(text));
    await place.deliver("b", text);
    const { skipped, ...reading } = await read(place);
    expect(reading).toMatchObject({ lines: 8, records: 2, complete: true });
    expect(Object.fromEntries(skipped)).toEqual({ "plain-text": 2, "not-an-object": 2, "missing-session": 2 });
  });

  it("come with a file's name, and as not complete, where it is cut short or damaged; the others are read", async () => {
    const place = await make();
    const zipped = gzipSync(lines("B", ...Array.from({ length: 200 }, (_, second) => second)));
    await place.deliver("a.ndjson", lines("A", 1));
    await place.deliver("cut.gz", zipped.subarray(0, zipped.length - 20));
    await place.deliver("damaged.gz", Buffer.concat([gzipSync("x").subarray(0, 10), Buffer.from("no deflate data")]));
    await place.deliver("damaged.parquet", "PAR1 is not enough");
    await place.deliver("z.ndjson", lines("Z", 9));
    const { stamps, complete, problems } = await read(place);
    expect(complete).toBe(false);
    expect(stamps).toEqual(expect.arrayContaining(["A@1", "Z@9"]));
    expect(problems.map(({ code }) => code)).toEqual(["BadFile", "BadFile", "BadFile"]);
    expect(problems[0]?.message).toContain(
      `cut.gz (${zipped.length - 20} bytes) could not be read: its gzip data ends too early; mend it or move it away`,
    );
    expect(problems[1]?.message).toMatch(/damaged\.gz .*its gzip data is damaged/);
    expect(problems[2]?.message).toMatch(/damaged\.parquet .*its Parquet data is damaged/);
  });

  it("tell of twenty unreadable files by name, and count the rest", async () => {
    const place = await make();
    for (let file = 0; file < 23; file += 1) await place.deliver(`${file}.gz`, gzipSync("x").subarray(0, 15));
    const { problems, complete } = await read(place);
    expect(complete).toBe(false);
    expect(problems).toHaveLength(21);
    expect(problems[20]?.message).toMatch(/^3 more files of /);
  });

  it("are those of one session where one is asked for", async () => {
    const place = await make();
    await place.deliver("a", lines("A", 1, 2) + lines("B", 3, 4));
    await place.deliver("b", lines("B", 5) + lines("A", 6));
    const { stamps, records, lines: seen } = await read(place, 0, minuteMs, "B");
    expect(stamps).toEqual(["B@3", "B@4", "B@5"]);
    expect([seen, records]).toEqual([6, 3]);
  });

  it("are not looked for in files that are hidden or not finished", async () => {
    const place = await make();
    for (const name of [".hidden", "_SUCCESS", "_spark/part-0", ".git/x", "a.tmp", "b.part", "c.crc"]) {
      await place.deliver(name, lines("A", 1));
    }
    await place.deliver("a_.b/c.ndjson", lines("B", 2));
    expect((await read(place)).stamps).toEqual(["B@2"]);
  });

  it("come once for each delivery, with all figures and keys of their lines", async () => {
    const place = await make();
    const figures = { session: "A", account: "222233334444", region: "eu-west-1", at: START + 1 };
    const text = lineOf({ ...figures, elapsed: 0.5, vcpuHours: 0.0001, gbHours: 0.0002 });
    await place.deliver("a", `${text}\n${text}\n`);
    const { batches } = await read(place);
    const [batch] = batches;
    expect(batches).toHaveLength(1);
    expect(batch?.key).toEqual({
      account: "222233334444",
      region: "eu-west-1",
      interpreter: "tool-VbMl9Hi8I4",
      session: "A",
    });
    const { at, elapsedSeconds, vcpuHours, gbHours, length = 0 } = batch?.usage ?? {};
    const columns = [at, elapsedSeconds, vcpuHours, gbHours].map((column) =>
      Array.from(column?.subarray(0, length) ?? []),
    );
    expect(columns).toEqual([
      [START + 1, START + 1],
      [0.5, 0.5],
      [0.0001, 0.0001],
      [0.0002, 0.0002],
    ]);
  });

  it("are handed on in batches while a large file is read, and whoever takes them is waited for", async () => {
    const place = await make();
    const second = (count: number) => Array.from({ length: count }, (_, at) => at);
    const text = gzipSync(lines("A", ...second(1000)).repeat(300));
    await place.deliver("a.gz", text);
    const sizes: number[] = [];
    let busy = 0;
    await place.source.read(
      {
        target: target("us-east-1"),
        location: place.location,
        from: instant(START),
        until: instant(START + 1000),
        how: "rows",
        session: null,
        latestAt: instant(START + 86_400_000),
      },
      async (batches) => {
        expect(busy++).toBe(0);
        await new Promise((resolve) => setImmediate(resolve));
        sizes.push(batches.reduce((sum, { usage }) => sum + usage.length, 0));
        busy--;
      },
      signal,
    );
    expect(sizes.length).toBe(2);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(300_000);
  });

  it.each([
    ["a file is", 270],
    ["all files were", 1],
  ])("throw what whoever takes them throws while %s read, which is no fault of a file", async (_name, times) => {
    const place = await make();
    await place.deliver("a", gzipSync(lines("A", ...Array.from({ length: 1000 }, (_, at) => at)).repeat(times)));
    const failed = Object.assign(new Error("the ledger is busy"), { code: "busy" });
    const reading = place.source.read(
      {
        target: target("us-east-1"),
        location: place.location,
        from: instant(START),
        until: instant(START + 1000),
        how: "rows",
        session: null,
        latestAt: instant(START + 86_400_000),
      },
      () => Promise.reject(failed),
      signal,
    );
    await expect(reading).rejects.toBe(failed);
  });

  it("are not read on once that is aborted", async () => {
    const place = await make();
    await place.deliver("a", lines("A", 1));
    const { location } = place;
    const request = { target: target("us-east-1"), location, from: instant(START), until: instant(START + 1000) };
    const all = { ...request, how: "rows" as const, session: null, latestAt: instant(START + 86_400_000) };
    await expect(place.source.read(all, () => undefined, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});
