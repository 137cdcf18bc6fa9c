import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { ingest } from "../../core/jobs/ingest.ts";
import type { IngestedTarget } from "../../core/jobs/ingest-outcome.ts";
import { interpreterId, region } from "../../core/kernel/ids.ts";
import { type Located, locationKey } from "../../core/ports/usage-source.ts";
import { priceLists } from "../ledger/account-fixtures.ts";
import { anInterpreter, aProblem, broken, complete } from "../scan/fake-sandboxes.ts";
import {
  begin,
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
  none,
  seconds,
  target,
  tool,
  usualInput,
} from "./ingest-fixture.ts";

const only = <T>(items: readonly T[]): T => {
  const [first] = items;
  if (first === undefined || items.length !== 1) throw new Error(`${items.length} items`);
  return first;
};
const placesOf = (result: IngestedTarget) => result.sources.map(({ place }) => place);
const locationOf = (located: Located | undefined) =>
  located?.kind === "found" ? located.location.place : located?.reason;

describe("the place of an interpreter's records", () => {
  it.each([
    { afterMs: hour - 1, looks: 1 },
    { afterMs: hour, looks: 2 },
    { afterMs: hour + 1, looks: 2 },
  ])("is looked up once an hour: $afterMs ms later", async ({ afterMs, looks }) => {
    const run = bench([]);
    await run.pass(later(0));
    await run.pass(later(afterMs));
    expect(run.usage.looked).toHaveLength(looks);
  });

  it("is remembered with all that was found out, and why nothing was", async () => {
    const id = interpreterId("other-0123456789");
    const refusal = none("unreadable", `allow logs:FilterLogEvents on the group of ${id}`);
    const usage = fakeUsage({ [tool]: found(logGroup("/usage", { retentionMs: 7 * 24 * hour })), [id]: refusal });
    const run = bench([], { usage });
    const first = only(await run.pass(later(0)));
    const second = only(await run.pass(later(minute)));
    expect(second.located).toEqual(first.located);
    expect(second.located.get(id)).toEqual(refusal);
    expect(second).toMatchObject({ status: "partial", problems: [refusal.kind === "none" && refusal.problem] });
  });

  it("is no failure where nobody turned usage logs on", async () => {
    const run = bench([], { usage: fakeUsage({ [tool]: none("not-enabled") }) });
    const result = only(await run.pass(later(0)));
    expect(result).toMatchObject({ status: "ok", sources: [], problems: [] });
    expect(result.finalUntil.size).toBe(0);
    expect(locationOf(result.located.get(tool))).toBe("not-enabled");
  });

  it("is read on while a look-up fails, which is told and tried again ten minutes later", async () => {
    const run = bench([]);
    await run.pass(later(0));
    run.usage.located.set(tool, none("unknown"));
    const failed = only(await run.pass(later(hour)));
    expect(failed).toMatchObject({ status: "partial", problems: [{ code: "NoUsageLogs" }] });
    expect(placesOf(failed)).toEqual(["/usage"]);
    expect(failed.located.get(tool)).toEqual(found(logGroup()));
    run.usage.looked.length = 0;
    await run.pass(later(hour + 10 * minute - 1));
    expect(run.usage.looked).toHaveLength(0);
    run.usage.located.set(tool, found(logGroup()));
    expect(only(await run.pass(later(hour + 10 * minute)))).toMatchObject({ status: "ok" });
  });

  it("is read on however long look-ups fail", async () => {
    const run = bench([]);
    await run.pass(later(0));
    run.usage.located.set(tool, none("unknown"));
    await run.pass(later(hour));
    expect(placesOf(only(await run.pass(later(48 * hour))))).toEqual(["/usage"]);
  });

  it("is read on for five hours after the records go elsewhere, and both have to be read for good", async () => {
    const session = seconds(keyOf("A"), 0, 5 * minute);
    const run = bench(session);
    await run.pass(later(0));
    run.usage.located.set(tool, found(logGroup("/new")));
    const moved = only(await run.pass(later(hour)));
    expect(placesOf(moved).toSorted()).toEqual(["/new", "/usage"]);
    expect(moved.touched).toBe(1);
    expect(moved.finalUntil.get(tool)).toBe(later(-hour));
    expect(placesOf(only(await run.pass(later(6 * hour - 1)))).toSorted()).toEqual(["/new", "/usage"]);
    expect(placesOf(only(await run.pass(later(6 * hour))))).toEqual(["/new"]);
  });

  it("is still the old one for as long, where usage logs were turned off", async () => {
    const run = bench(seconds(keyOf("A"), 0, 5 * minute));
    await run.pass(later(0));
    run.usage.located.set(tool, none("not-enabled"));
    const off = only(await run.pass(later(hour)));
    expect(locationOf(off.located.get(tool))).toBe("/usage");
    expect(off.touched).toBe(1);
    const over = only(await run.pass(later(6 * hour)));
    expect(locationOf(over.located.get(tool))).toBe("not-enabled");
    expect(over.sources).toEqual([]);
  });

  it("is one place again where the records come back to it", async () => {
    const run = bench([]);
    await run.pass(later(0));
    run.usage.located.set(tool, none("missing"));
    await run.pass(later(hour));
    run.usage.located.set(tool, found(logGroup()));
    const back = only(await run.pass(later(2 * hour)));
    expect(back.sources.map(({ interpreters }) => interpreters)).toEqual([[tool]]);
  });

  it("is read for five hours after its interpreter vanished, and known for thirty days", async () => {
    const run = bench(seconds(keyOf("A"), 0, 5 * minute));
    await run.pass(later(0));
    run.usage.located.delete(tool);
    const gone = only(await run.pass(later(30 * minute)));
    expect(gone).toMatchObject({ touched: 1, listed: [] });
    const last = only(await run.pass(later(5.5 * hour - 1)));
    expect(placesOf(last)).toEqual(["/usage"]);
    const unread = only(await run.pass(later(5.5 * hour)));
    expect(unread.sources).toEqual([]);
    expect(locationOf(unread.located.get(tool))).toBe("/usage");
    expect(unread.finalUntil.get(tool)).toBe(last.finalUntil.get(tool));
    const month = 30 * 24 * hour + 30 * minute;
    expect(only(await run.pass(later(month))).located.has(tool)).toBe(true);
    expect(only(await run.pass(later(month + 1))).located.has(tool)).toBe(false);
  });

  it("is not forgotten because a listing broke off", async () => {
    const run = bench(seconds(keyOf("A"), 0, 5 * minute), {
      ports: {
        sandboxes: {
          listInterpreters: async () =>
            run.usage.now === begin ? complete([anInterpreter(tool)]) : broken(aProblem("Throttling")),
          getSession: async () => ({ kind: "gone" }),
        },
      },
    });
    await run.pass(later(0));
    await run.pass(later(minute));
    const half = only(await run.pass(later(24 * hour)));
    expect(half).toMatchObject({ status: "partial", touched: 1, problems: [{ code: "Throttling" }] });
  });

  it("is looked up anew where what is remembered is damaged", async () => {
    const documents = memoryDocuments();
    await documents.write("locations/111122223333/us-east-1", { revision: 0, text: '{"texts":[],"entries":[{}]}' });
    const run = bench([], { ports: { documents } });
    expect(only(await run.pass(later(0)))).toMatchObject({ status: "ok", sources: [{ place: "/usage" }] });
  });

  it("keeps one text for all interpreters without usage logs", async () => {
    const documents = memoryDocuments();
    const usage = fakeUsage(
      Object.fromEntries(
        Array.from({ length: 1000 }, (_, i) => {
          const id = `tool${i}-0123456789`;
          return [id, none("not-enabled", `turn usage logs on for ${id}: ${"how to do so ".repeat(40)}`)];
        }),
      ),
    );
    await bench([], { usage, ports: { documents } }).pass(later(0));
    const document = await documents.read("locations/111122223333/us-east-1");
    expect(document?.text.length).toBeLessThan(200_000);
  });
});

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
