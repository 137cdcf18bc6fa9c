import { describe, expect, it } from "vitest";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { fail, only, textOf } from "./ingest-checks.ts";
import { begin, bench, hour, keyOf, later, minute, seconds, target, tool } from "./ingest-fixture.ts";

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
