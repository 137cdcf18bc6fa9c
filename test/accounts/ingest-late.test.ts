import { describe, expect, it } from "vitest";
import { plusMs } from "../../core/kernel/instant.ts";
import { billOfAccount } from "../../core/ledger/bill-of-account.ts";
import { latenessOf, rereadReason } from "../../core/ledger/late-records.ts";
import { hasOutgrown } from "../../core/ledger/outgrown.ts";
import { foldRecords, priceLists, settings } from "../ledger/account-fixtures.ts";
import { fail, only } from "./ingest-checks.ts";
import {
  begin,
  bench,
  bucket,
  type Delivery,
  fakeUsage,
  found,
  hour,
  keyOf,
  later,
  logGroup,
  minute,
  seconds,
  target,
  tool,
} from "./ingest-fixture.ts";

const usualTerms = {
  prices: new Map([[target.region, priceLists.newRule]]),
  meter: settings,
  final: true,
  version: 1,
  approximate: null,
};

describe("records that come later than anything waits for", () => {
  const session = seconds(keyOf("A"), 0, 10 * minute);
  const late: Delivery = {
    key: keyOf("A"),
    figures: { at: later(4 * minute + 500), elapsedSeconds: 0.5, vcpuHours: 0.0002, gbHours: 0.0009 },
    deliveredAt: later(5 * hour),
  };
  const close = async (run: ReturnType<typeof bench>) => {
    const stored = await run.stored("A");
    if (stored === null) throw new Error("no session");
    await run.ports.ledger.put({ ...stored, state: "closed", bill: { ...stored.bill, final: true } });
  };

  it("are found by the count a day later, and reopen the session", async () => {
    const run = bench([...session, late]);
    await run.pass(later(4 * hour));
    await close(run);
    const bill = (await run.stored("A"))?.bill;
    await run.pass(later(25 * hour - 1));
    expect(await run.stored("A")).toMatchObject({ state: "closed" });
    expect(only(await run.pass(later(25 * hour)))).toMatchObject({ touched: 1, problems: [] });
    const reopened = await run.stored("A");
    expect(reopened).toMatchObject({ state: "reopened", bill });
    expect(rereadReason(reopened?.account ?? fail(), priceLists.newRule, settings)).toBe("late-records");
    const revision = reopened?.revision;
    await run.pass(later(60 * hour));
    expect((await run.stored("A"))?.revision).toBe(revision);
  });

  it("reopen a session once, however many of its hours have some", async () => {
    const long = seconds(keyOf("A"), 0, 2 * hour);
    const both = [5, 90].map((at) => ({ ...late, figures: { ...late.figures, at: later(at * minute + 500) } }));
    const run = bench([...long, ...both]);
    await run.pass(later(4.5 * hour));
    await close(run);
    const { revision } = (await run.stored("A")) ?? fail();
    await run.pass(later(28 * hour));
    expect(await run.stored("A")).toMatchObject({
      revision: revision + 1,
      account: { late: { unheld: 0, counted: 1 } },
    });
  });

  it("leave a session open that was never closed, to be rated from its source", async () => {
    const run = bench([...session, late]);
    await run.pass(later(4 * hour));
    await run.pass(later(26 * hour));
    const stored = await run.stored("A");
    expect(stored).toMatchObject({ state: "open", bill: { final: false } });
    expect(latenessOf(stored?.account ?? fail())).toEqual({ certain: 1, uncertain: 0 });
  });

  it("are not looked for in half an hour's records: the count waits for the next pass", async () => {
    const run = bench([...session, late]);
    await run.pass(later(4 * hour));
    await close(run);
    const before = await run.stored("A");
    run.usage.fault = ({ until }) =>
      until > begin ? { problem: { code: "Throttling", message: "slow down" }, rows: 300 } : null;
    const failed = only(await run.pass(later(26 * hour)));
    expect(failed.problems.map(({ code }) => code)).toEqual(["Throttling"]);
    expect(await run.stored("A")).toEqual(before);
    run.usage.fault = () => null;
    await run.pass(later(26 * hour));
    expect(await run.stored("A")).toMatchObject({ state: "reopened" });
  });

  it("bring a session into the ledger of which nothing else came", async () => {
    const run = bench(seconds(keyOf("B"), 0, 5 * minute, { delayMs: 10 * hour }));
    await run.pass(later(4 * hour));
    expect(await run.stored("B")).toBeNull();
    await run.pass(later(26 * hour));
    const found = await run.stored("B");
    expect(found).toMatchObject({ state: "open", bill: { final: false } });
    expect(rereadReason(found?.account ?? fail(), priceLists.newRule, settings)).toBe("late-records");
  });

  it("change nothing where the count finds what is known", async () => {
    const run = bench([...session, ...session.map((it) => ({ ...it, deliveredAt: later(6 * hour) }))]);
    await run.pass(later(4 * hour));
    await close(run);
    const before = await run.stored("A");
    expect(only(await run.pass(later(26 * hour)))).toMatchObject({ touched: 0, status: "ok" });
    expect(await run.stored("A")).toEqual(before);
    expect(run.usage.requests.some(({ from }) => from === later(0))).toBe(true);
  });

  it("do not reopen what has more records than its place, and it is told", async () => {
    const run = bench(session);
    await run.pass(later(4 * hour));
    await close(run);
    run.usage.places.set("log-group:/usage", [...session.slice(0, 590)]);
    expect(only(await run.pass(later(26 * hour)))).toMatchObject({
      status: "partial",
      touched: 0,
      problems: [{ code: "RecordsVanished", message: expect.stringContaining("10 usage records") }],
    });
    expect(await run.stored("A")).toMatchObject({ state: "closed" });
  });

  it.each([3000, -3000])("are told from records that a place stamps otherwise: by %d ms", async (shiftMs) => {
    // Some of the records of an hour come with those of the next, or of the one before.
    const shifted = seconds(keyOf("A"), -shiftMs, 2 * hour - shiftMs);
    const run = bench(shifted.map((it) => ({ ...it, placedAt: plusMs(it.figures.at, shiftMs) })));
    await run.pass(later(4.5 * hour));
    const stored = (await run.stored("A")) ?? fail();
    // As it is after it was rated from its source, and closed.
    const whole = foldRecords(
      null,
      keyOf("A"),
      shifted.map(({ figures }) => figures),
    );
    const bill = billOfAccount(whole, stored.bill, { ...usualTerms, asOf: later(5 * hour) }) ?? fail();
    await run.ports.ledger.put({ ...stored, state: "closed", account: whole, bill });
    const before = await run.stored("A");
    expect(only(await run.pass(later(28 * hour)))).toMatchObject({ status: "ok", touched: 0 });
    expect(await run.stored("A")).toEqual(before);
    expect(run.usage.requests.some(({ from }) => from === begin)).toBe(true);
  });

  it("may have expired unread, where a place was not read for longer than it keeps them", async () => {
    const retentionMs = 24 * hour;
    const place = logGroup("/usage", { retentionMs });
    const run = bench(session, { place, usage: fakeUsage({ [tool]: found(place) }) });
    expect(only(await run.pass(later(0)))).toMatchObject({ status: "ok" });
    const readAgo = 20 * minute;
    expect(only(await run.pass(later(retentionMs - readAgo)))).toMatchObject({ status: "ok" });
    await run.pass(later(2 * retentionMs - 2 * readAgo));
    expect(only(await run.pass(later(4 * retentionMs)))).toMatchObject({
      status: "partial",
      problems: [{ code: "RecordsExpired", message: expect.stringContaining("keeps records for 24 hours") }],
    });
  });

  it("reopen a closed session at once where files are delivered late", async () => {
    const place = bucket();
    const run = bench([...session, late], { place, usage: fakeUsage({ [tool]: found(place) }) });
    await run.pass(later(4 * hour));
    await close(run);
    const { bill, revision } = (await run.stored("A")) ?? fail();
    await run.pass(later(6 * hour));
    expect(await run.stored("A")).toMatchObject({ state: "reopened", bill, revision: revision + 1 });
  });

  it("wait in the account of a session that is closing", async () => {
    const place = bucket();
    const run = bench([...session, late], { place, usage: fakeUsage({ [tool]: found(place) }) });
    await run.pass(later(4 * hour));
    const stored = (await run.stored("A")) ?? fail();
    await run.ports.ledger.put({ ...stored, state: "closing", bill: { ...stored.bill, final: true } });
    await run.pass(later(6 * hour));
    const closing = await run.stored("A");
    expect(closing?.state).toBe("closing");
    expect(hasOutgrown(closing?.account ?? fail(), closing?.bill ?? fail())).toBe(true);
  });
});

describe("a session whose beginning is older than what is read", () => {
  it.each([
    { fromMs: 59_999, isCut: true },
    { fromMs: 60_000, isCut: false },
    { fromMs: 60_001, isCut: false },
  ])("is rated from its source: first record $fromMs ms after the reading begins", async ({ fromMs, isCut }) => {
    const start = 30 * minute;
    const run = bench(seconds(keyOf("A"), start + fromMs, start + fromMs + 5 * minute), {
      input: { backfillMs: 2 * hour },
    });
    await run.pass(later(2 * hour + start));
    await run.pass(later(5 * hour));
    const { account } = (await run.stored("A")) ?? fail();
    expect(rereadReason(account, priceLists.newRule, settings)).toBe(isCut ? "late-records" : null);
  });
});

describe("a session that is cut by the beginning of the reading", () => {
  it("lacks one record at least, and no more is said of it where its first window is read again", async () => {
    const run = bench(seconds(keyOf("A"), 0, 40 * minute), { input: { backfillMs: 2 * hour } });
    run.usage.fault = () => ({ problem: { code: "Throttling", message: "slow down" }, rows: 10 });
    await run.pass(later(2 * hour));
    run.usage.fault = () => null;
    await run.pass(later(2 * hour));
    expect((await run.stored("A"))?.account.late.unheld).toBe(1);
  });
});
