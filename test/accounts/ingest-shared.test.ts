import { describe, expect, it } from "vitest";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { ingest } from "../../core/jobs/ingest/ingest.ts";
import { interpreterId, region } from "../../core/kernel/ids.ts";
import { locationKey } from "../../core/ports/usage-source.ts";
import { priceLists } from "../ledger/account-fixtures.ts";
import { only } from "./ingest-checks.ts";
import {
  bench,
  bucket,
  type FakeUsage,
  fakeUsage,
  found,
  hour,
  keyOf,
  later,
  logGroup,
  minute,
  never,
  seconds,
  target,
  tool,
  usualInput,
} from "./ingest-fixture.ts";

describe("a place that is shared", () => {
  const other = { ...target, region: region("eu-west-1") };
  const place = bucket("s3://central/");
  const both = [target, other];
  const prices = new Map(both.map((it) => [it.region, priceLists.newRule]));
  const shared = (): FakeUsage => fakeUsage({ [tool]: found(place) });
  const records = both.flatMap((it, i) => seconds(keyOf("A", it), i * minute, (i + 1) * minute));

  it("is read once for all interpreters and targets that send their records there", async () => {
    const usage = shared();
    usage.located.set(interpreterId("other-0123456789"), found(place));
    const run = bench(records, { place, usage, input: { targets: both, prices } });
    const [one, two] = await run.pass(later(hour));
    expect(new Set(usage.reads.values())).toEqual(new Set([1]));
    expect(usage.reads.size).toBe(120);
    expect(one).toMatchObject({ status: "ok", touched: 1, sources: [{ records: 60, lines: 120 }] });
    expect(two).toMatchObject({ status: "ok", touched: 1, sources: [{ records: 60, lines: 0 }] });
    expect(one?.sources[0]?.interpreters).toHaveLength(2);
    expect(two?.finalUntil.get(tool)).toBe(one?.finalUntil.get(tool));
  });

  it("is read from its beginning for a target that is new, and nothing is added twice for the others", async () => {
    const usage = shared();
    const ledger = memoryLedger();
    const run = bench(records, { place, usage, ports: { ledger }, input: { prices } });
    const first = only(await run.pass(later(hour)));
    expect(first).toMatchObject({ status: "ok", problems: [{ code: "ForeignRecords" }] });
    // Long after: its digests are forgotten, so that what came again would be taken for late.
    await run.pass(later(9 * hour));
    const news = seconds(keyOf("B"), 9 * hour, 9 * hour + minute);
    usage.places.get(locationKey(place))?.push(...news);
    const [mine] = await ledger.sessions([keyOf("A")]);
    const [one, two] = await run.pass(later(10 * hour), { targets: both, backfillMs: 24 * hour });
    expect(one).toMatchObject({ status: "ok", touched: 1 });
    expect(two).toMatchObject({ status: "ok", touched: 1 });
    expect((await ledger.sessions([keyOf("A")]))[0]).toEqual(mine);
    expect(new Set(news.map((it) => usage.reads.get(it)))).toEqual(new Set([1]));
    expect((await ledger.sessions([keyOf("A", other)]))[0]?.bill.charges[0]?.records).toBe(60);
    const marks = await Promise.all(both.map((it) => ledger.marks(it)));
    expect(marks[0]).toEqual(marks[1]);
  });

  it("has the same name in each account and Region and is another one, where it is a log group", async () => {
    const run = bench(records, { input: { targets: both, prices } });
    await run.pass(later(hour));
    const readers = run.usage.requests.map(({ target: it }) => it.region);
    expect(new Set(readers)).toEqual(new Set(both.map((it) => it.region)));
  });

  it("tells of records of targets that nobody watches, and of what to do", async () => {
    const run = bench(records, { place, usage: shared(), input: { prices } });
    const { problems } = only(await run.pass(later(hour)));
    expect(only(problems)).toMatchObject({
      code: "ForeignRecords",
      message: expect.stringContaining("60 usage records"),
    });
    expect(only(problems).message).toContain(place.place);
    expect(await run.ports.ledger.sessions([keyOf("A", other)])).toEqual([null]);
  });
});

describe("places that were read least", () => {
  it("come first, so that none waits for ever", async () => {
    const usage = fakeUsage({ [tool]: found(logGroup()), "other-0123456789": found(logGroup("/other")) });
    const ledger = memoryLedger();
    const read = { readUntil: later(0), finalUntil: later(-hour), checkedUntil: later(-hour) };
    await ledger.advance(target, { source: locationKey(logGroup()), ...read });
    const run = bench([], { usage, ports: { ledger } });
    await run.pass(later(hour));
    expect(usage.requests[0]?.location.place).toBe("/other");
  });

  it("are given up where the pass is stopped", async () => {
    const run = bench(seconds(keyOf("A"), 0, minute));
    const stop = new AbortController();
    stop.abort(new Error("stopped"));
    await expect(ingest(run.ports)(later(hour), usualInput, stop.signal)).rejects.toThrow("stopped");
    await expect(ingest(run.ports)(later(hour), usualInput, never)).resolves.toHaveLength(1);
  });
});
