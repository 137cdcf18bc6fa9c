import { describe, expect, it } from "vitest";
import { latenessOf } from "../../core/ledger/late-records.ts";
import { fail, only, textOf } from "./ingest-checks.ts";
import {
  begin,
  bench,
  fakeUsage,
  found,
  hour,
  keyOf,
  later,
  logGroup,
  minute,
  seconds,
  tool,
} from "./ingest-fixture.ts";

describe("a window that cannot be read completely", () => {
  const deliveries = ["A", "B"].flatMap((id, i) => seconds(keyOf(id), i * 20 * minute, i * 20 * minute + 5 * minute));
  const broken = { code: "ThrottlingException", message: "slow down" };

  it("stops its own look, is not marked as read, and is read again", async () => {
    const run = bench(deliveries);
    await run.pass(later(-hour));
    run.usage.fault = ({ from }) => (from < later(15 * minute) ? { problem: broken, rows: 100 } : null);
    const failed = only(await run.pass(later(60 * minute)));
    expect(failed).toMatchObject({ status: "partial", problems: [broken] });
    const source = only(failed.sources);
    expect(source.complete).toBe(false);
    expect(source.readUntil).toBeLessThan(later(15 * minute));
    expect(await run.stored("B")).toBeNull();
    run.usage.fault = () => null;
    expect(only(await run.pass(later(60 * minute)))).toMatchObject({ status: "ok" });
    expect(await run.text("B")).toBe(textOf(deliveries, "B"));
  });

  it("shows what it gave, and seals nothing of it", async () => {
    const run = bench(deliveries);
    await run.pass(later(-hour));
    run.usage.fault = ({ until }) => (until > begin ? { problem: broken, rows: 100 } : null);
    await run.pass(later(5 * hour));
    const part = await run.stored("A");
    expect(part?.bill.charges.reduce((sum, { records }) => sum + records, 0)).toBe(100);
    expect(part?.account.sealed).toBeNull();
    run.usage.fault = () => null;
    await run.pass(later(5 * hour));
    expect(await run.text("A")).toBe(textOf(deliveries, "A"));
    expect(latenessOf((await run.stored("A"))?.account ?? fail())).toEqual({ certain: 0, uncertain: 0 });
  });

  it("stops no other place", async () => {
    const usage = fakeUsage({ [tool]: found(logGroup()), "other-0123456789": found(logGroup("/other")) });
    const run = bench(deliveries, { usage });
    usage.places.set("log-group:/other", [
      ...seconds(keyOf("C", { interpreter: "other-0123456789" as typeof tool }), 0, minute),
    ]);
    usage.fault = ({ location }) => (location.place === "/usage" ? { problem: broken, rows: 0 } : null);
    const result = only(await run.pass(later(30 * minute)));
    expect(result.touched).toBe(1);
    expect(result.sources.map(({ place, complete }) => [place, complete])).toEqual([
      ["/usage", false],
      ["/other", true],
    ]);
  });
});

describe("a target with very many sessions", () => {
  const session = seconds(keyOf("A"), 0, 10 * minute);
  const many = { aggregateAbove: -1 };

  it("is summed up where its records are, once, for good, and said to be approximate", async () => {
    const run = bench(session);
    await run.pass(later(100 * minute), many);
    expect(await run.stored("A")).toBeNull();
    const result = only(await run.pass(later(140 * minute), many));
    expect(only(result.sources).approximate).toBe("summed up");
    expect(await run.stored("A")).toMatchObject({ bill: { approximate: "summed up" } });
    await run.pass(later(60 * hour), many);
    expect(new Set(run.usage.reads.values())).toEqual(new Set([1]));
    expect(new Set(run.usage.requests.map(({ how }) => how))).toEqual(new Set(["aggregated"]));
  });

  it("finishes row by row what was begun so, and goes on so when they are fewer", async () => {
    const run = bench(session);
    await run.pass(later(28 * minute));
    run.usage.requests.length = 0;
    await run.pass(later(160 * minute), many);
    const seen = run.usage.requests.map(
      ({ how, from, until }) => `${how} ${(from - begin) / minute}..${(until - begin) / minute}`,
    );
    expect(seen.findLast((it) => it.startsWith("rows"))).toMatch(/\.\.5$/);
    expect(seen.find((it) => it.startsWith("aggregated"))).toMatch(/^aggregated 5\.\./);
    expect(await run.stored("A")).toMatchObject({ bill: { approximate: "summed up" } });
    await run.pass(later(165 * minute));
    expect(run.usage.requests.at(-1)?.how).toBe("rows");
  });

  it("keeps nothing of a summing up that is not complete", async () => {
    const run = bench(session);
    run.usage.fault = ({ until }) =>
      until > begin ? { problem: { code: "Timeout", message: "too slow" }, rows: 300 } : null;
    await run.pass(later(140 * minute), many);
    expect(run.usage.reads.size).toBe(300);
    expect(await run.stored("A")).toBeNull();
  });

  it("is not counted, for what is summed up cannot be compared", async () => {
    const run = bench(seconds(keyOf("A"), 0, 40 * minute));
    await run.pass(later(140 * minute), many);
    await run.pass(later(4 * hour));
    const before = (await run.stored("A")) ?? fail();
    expect(before.bill.approximate).toBe("summed up");
    run.usage.places.get("log-group:/usage")?.push(...seconds(keyOf("A"), 500, minute));
    run.usage.requests.length = 0;
    await run.pass(later(40 * hour));
    expect(run.usage.requests.some(({ from }) => from === begin)).toBe(true);
    expect(await run.stored("A")).toEqual(before);
  });
});

describe("a backlog", () => {
  const session = seconds(keyOf("A"), 0, 3 * hour, { everyMs: 1000 });
  const limits = { windowsPerTarget: 3000, linesPerTarget: 4_000_000, windowsPerTurn: 24, rowsHeld: 2_000_000 };

  it("is read as far as one pass goes, and the next one goes on", async () => {
    const run = bench(session, { limits: { ...limits, linesPerTarget: 2000 } });
    const first = only(await run.pass(later(5 * hour)));
    expect(first).toMatchObject({ status: "partial", problems: [{ code: "UsageBacklog" }] });
    expect(only(first.sources)).toMatchObject({ complete: false });
    for (let pass = 0; pass < 20; pass += 1) await run.pass(later(5 * hour));
    expect(only(await run.pass(later(5 * hour)))).toMatchObject({ status: "ok" });
    expect(await run.text("A")).toBe(textOf(session, "A"));
  });

  it("is read by turns with other places", async () => {
    const names = ["/a", "/b", "/c", "/d", "/e"];
    const usage = fakeUsage(Object.fromEntries(names.map((it) => [`tool${it.slice(1)}-0`, found(logGroup(it))])));
    const run = bench([], { usage, limits: { ...limits, windowsPerTurn: 1, windowsPerTarget: 10 } });
    const result = only(await run.pass(later(5 * hour)));
    const places = usage.requests.map(({ location }) => location.place);
    expect(places.slice(0, 5).toSorted()).toEqual(names);
    expect(places.slice(5, 10).toSorted()).toEqual(names);
    expect(result.sources.map(({ complete }) => complete)).toEqual(names.map(() => false));
  });

  it("of very many records is folded in parts, and sealed as one", async () => {
    const dense = ["A", "B"].flatMap((id, i) => seconds(keyOf(id), i * minute, (i + 1) * minute));
    const run = bench(dense, { limits: { ...limits, rowsHeld: 40 } });
    await run.pass(later(5 * hour));
    for (const id of ["A", "B"]) {
      expect(await run.text(id)).toBe(textOf(dense, id));
      expect((await run.stored(id))?.account.sealed?.until).toBeGreaterThan(begin);
      expect((await run.stored(id))?.account.open.length).toBe(0);
    }
  });

  it("that is empty is crossed in few steps", async () => {
    const run = bench([], { input: { backfillMs: 30 * 24 * hour } });
    await run.pass(later(5 * hour));
    expect(run.usage.requests.length).toBeLessThan(160);
  });
});
