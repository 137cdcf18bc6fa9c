import { describe, expect, it } from "vitest";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { billOfAccount } from "../../core/ledger/bill-of-account.ts";
import { latenessOf, rereadReason } from "../../core/ledger/late-records.ts";
import { hasOutgrown } from "../../core/ledger/outgrown.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { foldRecords, priceLists, settings, wholeText } from "../ledger/account-fixtures.ts";
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

const only = <T>(items: readonly T[]): T => {
  const [first] = items;
  if (first === undefined || items.length !== 1) throw new Error(`${items.length} items`);
  return first;
};
const textOf = (deliveries: readonly Delivery[], session: string): string =>
  wholeText(
    deliveries.filter(({ key }) => key.session === session).map(({ figures }) => figures),
    priceLists.newRule,
    settings,
  );

const fail = (): never => {
  throw new Error("missing");
};

describe("a pass of the ingest", () => {
  const session = seconds(keyOf("A"), 0, 10 * minute);

  it("shows a session soon, and seals it when nothing can come late any more", async () => {
    const run = bench(session);
    const soon = only(await run.pass(later(30 * minute)));
    expect(soon).toMatchObject({ status: "ok", touched: 1, problems: [] });
    expect(soon.finalUntil.get(tool)).toBe(later(-90 * minute));
    expect(only(soon.sources)).toMatchObject({ place: "/usage", interpreters: [tool], records: 600, lines: 600 });
    const provisional = await run.stored("A");
    expect(provisional).toMatchObject({ state: "open", bill: { final: false, version: 1, basis: "rated" } });
    expect(provisional?.account.sealed).toBeNull();
    expect(await run.text("A")).toBe(textOf(session, "A"));

    const done = only(await run.pass(later(130 * minute)));
    expect(done.finalUntil.get(tool)).toBe(later(10 * minute));
    expect(done.touched).toBe(0);
    const sealed = await run.stored("A");
    expect(sealed?.account.sealed?.until).toBe(later(10 * minute));
    expect(sealed?.account.open.length).toBe(0);
    expect(await run.text("A")).toBe(textOf(session, "A"));
  });

  it("bills a session with what the scan saw of it", async () => {
    const run = bench(session);
    run.open.push({
      interpreter: tool,
      session: keyOf("A").session,
      name: "agent-7",
      createdAt: later(1000),
      timeoutSeconds: 900,
      firstSeenAt: begin,
      lastSeenAt: begin,
      goneAt: null,
      lowUsd: null,
      highUsd: null,
      costAsOf: begin,
    });
    await run.pass(later(30 * minute));
    expect(await run.stored("A")).toMatchObject({
      timeoutAt: later(901_000),
      bill: { name: "agent-7", createdAt: later(1000), endedAt: null, endSource: null, asOf: later(30 * minute) },
    });
    run.open.length = 0;
    await run.pass(later(140 * minute));
    expect(await run.stored("A")).toMatchObject({ timeoutAt: later(901_000), bill: { name: "agent-7" } });
  });

  it("keeps what settlement found out of a session's end", async () => {
    const run = bench(session);
    await run.pass(later(25 * minute));
    const stored = (await run.stored("A")) ?? fail();
    const ended = { endedAt: later(9 * minute), endSource: "get" as const };
    await run.ports.ledger.put({ ...stored, bill: { ...stored.bill, ...ended } });
    await run.pass(later(3 * hour));
    expect(await run.stored("A")).toMatchObject({ bill: { ...ended, final: false } });
  });

  it("writes once for each session and window, however many records they have", async () => {
    const writesOf = async (everyMs: number) => {
      let puts = 0;
      let advances = 0;
      const ledger = memoryLedger();
      const deliveries = ["A", "B", "C"].flatMap((id) => seconds(keyOf(id), 0, 5 * minute, { everyMs }));
      const run = bench(deliveries, {
        ports: {
          ledger: {
            ...ledger,
            put: (it) => {
              puts += 1;
              return ledger.put(it);
            },
            advance: (of, mark) => {
              advances += 1;
              return ledger.advance(of, mark);
            },
          },
        },
      });
      await run.pass(later(-hour));
      [puts, advances] = [0, 0];
      await run.pass(later(25 * minute));
      const soon = puts;
      await run.pass(later(145 * minute));
      return { soon, all: puts, advances };
    };
    const few = await writesOf(60_000);
    expect(few).toMatchObject({ soon: 3, all: 6 });
    expect(await writesOf(100)).toEqual(few);
  });

  it("counts what the service delivered twice, and never its own second reading", async () => {
    const twice = session.flatMap((it) => [it, { ...it, deliveredAt: plusMs(it.deliveredAt, 50 * minute) }]);
    const run = bench(twice);
    await run.pass(later(30 * minute));
    expect((await run.stored("A"))?.bill.duplicates).toBe(0);
    await run.pass(later(85 * minute));
    await run.pass(later(135 * minute));
    expect((await run.stored("A"))?.bill.duplicates).toBe(600);
    await run.pass(later(48 * hour));
    expect((await run.stored("A"))?.bill.duplicates).toBe(600);
  });

  it("writes nothing for a session of which it has all", async () => {
    const run = bench(session);
    await run.pass(later(30 * minute));
    const before = await run.stored("A");
    const again = bench(session, { ports: { ledger: { ...run.ports.ledger, marks: async () => [] } } });
    expect(only(await again.pass(later(30 * minute))).touched).toBe(0);
    expect(await run.stored("A")).toEqual(before);
  });

  it("reads and changes again what another run wrote meanwhile", async () => {
    const ledger = memoryLedger();
    let others = 2;
    const run = bench(session, {
      ports: {
        ledger: {
          ...ledger,
          put: async (it) => {
            if (others > 0 && (await ledger.sessions([it.bill]))[0] !== null) {
              others -= 1;
              const [stored] = await ledger.sessions([it.bill]);
              if (stored) await ledger.put(stored);
            }
            return ledger.put(it);
          },
        },
      },
    });
    await run.pass(later(25 * minute));
    expect(only(await run.pass(later(30 * minute))).status).toBe("ok");
    expect(others).toBe(0);
    expect((await run.stored("A"))?.revision).toBe(4);
    expect(await run.text("A")).toBe(textOf(session, "A"));
  });

  it("says where others write without end, and tries again at the next pass", async () => {
    const ledger = memoryLedger();
    let stale = true;
    const run = bench(session, {
      ports: { ledger: { ...ledger, put: async (it) => (stale ? "stale" : ledger.put(it)) } },
    });
    const result = only(await run.pass(later(30 * minute)));
    expect(result).toMatchObject({ status: "partial", problems: [{ code: "LedgerBusy" }] });
    expect(only(result.sources)).toMatchObject({ complete: false, readUntil: later(0) });
    stale = false;
    expect(only(await run.pass(later(30 * minute))).status).toBe("ok");
    expect(await run.text("A")).toBe(textOf(session, "A"));
  });

  it("goes on after a store failed, and keeps the failure to the target", async () => {
    const other = { ...target, region: "eu-west-1" as typeof target.region };
    const ledger = memoryLedger();
    const run = bench(session, {
      input: { targets: [other, target] },
      ports: {
        ledger: {
          ...ledger,
          marks: async (of) => {
            if (of.region === other.region) throw new RegistryError("unreachable", "no answer from the table");
            return ledger.marks(of);
          },
        },
      },
    });
    const [failed, well] = await run.pass(later(30 * minute));
    expect(failed).toMatchObject({ status: "failed", problems: [{ code: "StateUnavailable" }], sources: [] });
    expect(well).toMatchObject({ status: "ok", touched: 1 });
  });

  it("stops at what a store refuses, and throws what is no refusal", async () => {
    const ledger = memoryLedger();
    const throwing = (error: Error) =>
      bench(session, {
        ports: {
          ledger: {
            ...ledger,
            put: async () => {
              throw error;
            },
          },
        },
      }).pass(later(30 * minute));
    expect(only(await throwing(new RegistryError("busy", "the file is locked")))).toMatchObject({
      status: "partial",
      problems: [{ code: "StateUnavailable", message: "the file is locked" }],
      sources: [{ complete: false }],
    });
    await expect(throwing(new TypeError("a fault"))).rejects.toThrow("a fault");
  });

  it("tells how far it has come", async () => {
    const told: string[] = [];
    const run = bench(session, { ports: { onProgress: ({ stage, lines }) => told.push(`${stage} ${lines}`) } });
    await run.pass(later(30 * minute));
    expect(told[0]).toBe("listing 0");
    expect(told.at(-1)).toBe("reading 600");
  });
});

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
    expect(await run.stored("A")).toMatchObject({ revision: revision + 1, account: { late: { unheld: 1 } } });
  });

  it("leave a session open that was never closed, to be rated from its source", async () => {
    const run = bench([...session, late]);
    await run.pass(later(4 * hour));
    await run.pass(later(26 * hour));
    const stored = await run.stored("A");
    expect(stored).toMatchObject({ state: "open", bill: { final: false } });
    expect(latenessOf(stored?.account ?? fail())).toEqual({ certain: 0, uncertain: 1 });
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
