import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { evidenceOfCalls } from "../../core/cleanup/evidence/call-evidence.ts";
import { region } from "../../core/kernel/ids.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import type { StopRecords } from "../../core/ports/stops.ts";
import { done, here, intended, minutes, stored, there } from "./records.ts";

export interface Opened {
  readonly records: StopRecords;
  /** A second process that shares the state; the same one where there is none. */
  readonly second: StopRecords;
  readonly close: () => unknown;
}

/** What holds for all records of stops, wherever they are kept. */
export function stopRecordsContract(name: string, make: () => Promise<Opened>): void {
  describe(`records of stops in ${name}`, () => {
    let opened: Opened;
    let records: StopRecords;
    beforeEach(async () => {
      opened = await make();
      records = opened.records;
    });
    afterEach(() => opened.close());

    it("knows of none before the first", async () => {
      expect(await records.intended(here)).toEqual([]);
      expect(await records.between(here, minutes(-1000), minutes(1000))).toEqual([]);
      expect(await records.ofSession(intended("a", 0).key)).toEqual([]);
      expect(await records.targets()).toEqual([]);
    });

    it("names each target that it has a record of, whatever became of that, once", async () => {
      await records.put(intended("a", 0, {}, there));
      expect(await opened.second.targets()).toEqual([there]);
      for (const session of ["b", "c"]) {
        await records.put(intended(session, 1));
        await records.put(done(intended(session, 1), "abandoned"));
      }
      const odd = { ...there, region: region("a/b#%\ud83d") };
      await records.put(intended("d", 2, {}, odd));
      const found = (await opened.second.targets()).toSorted((a, b) => (a.region < b.region ? -1 : 1));
      expect(found).toEqual([odd, there, here]);
    });

    it("gives back what was put, to the last member, and nothing of it to another target or session", async () => {
      const one = intended("a", 0);
      const unknown = { kind: "unknown", code: "never-called", message: "nobody called it" } as const;
      const other = intended(
        "b",
        1,
        {
          entry: {
            ...one.entry,
            name: null,
            timeoutSeconds: null,
            evidence: { ...one.entry.evidence, calls: unknown },
          },
          override: {
            by: "on call",
            reason: "it burns",
            protection: {
              source: "hand",
              match: { account: null, region: null, interpreter: null, session: null, name: "^etl-" },
              until: minutes(90),
              why: "a demo",
            },
          },
          problem: { code: "ThrottlingException", message: "slow down", operation: "StopCodeInterpreterSession" },
          aftermath: { verdict: "race", judgedAt: minutes(80), workedAt: minutes(-2), message: "It began to work." },
        },
        there,
      );
      expect(await records.put(one)).toBe("written");
      expect(await records.put(other)).toBe("written");
      expect(await records.intended(here)).toEqual([stored(one, 1)]);
      expect(await records.intended(there)).toEqual([stored(other, 1)]);
      expect(await opened.second.ofSession(other.key)).toEqual([stored(other, 1)]);
      expect(await records.ofSession({ ...one.key, ...there })).toEqual([]);
      expect(
        await records.ofSession({ ...one.key, interpreter: one.key.interpreter, session: other.key.session }),
      ).toEqual([]);
    });

    it.each(["stopped", "already-gone", "failed", "abandoned"] as const)(
      "keeps a record that is %s, and no longer as one that is only intended",
      async (state) => {
        const record = intended("a", 0);
        await records.put(record);
        expect(await records.put(done(record, state))).toBe("written");
        expect(await records.intended(here)).toEqual([]);
        expect(await records.ofSession(record.key)).toEqual([done(record, state, 2)]);
      },
    );

    it("refuses a put onto a revision that is no longer there, and changes nothing", async () => {
      const record = intended("a", 0);
      expect(await records.put(stored(record, 1))).toBe("stale");
      expect(await records.put(record)).toBe("written");
      expect(await opened.second.put({ ...record, clientToken: "other" })).toBe("stale");
      expect(await opened.second.put(done(record, "stopped"))).toBe("written");
      expect(await records.put(done(record, "failed"))).toBe("stale");
      expect(await records.between(here, minutes(0), minutes(1))).toEqual([done(record, "stopped", 2)]);
      // A claim that came too late leaves no intent behind.
      expect(await records.intended(here)).toEqual([]);
    });

    it("gives the stops of a half-open window, oldest first", async () => {
      const all = [5, 0, 10, 4, 9].map((at) => intended(`s${at}`, at));
      for (const record of all) await records.put(record);
      const names = async (from: number, until: number): Promise<readonly string[]> =>
        (await records.between(here, minutes(from), minutes(until))).map(({ key }) => key.session);
      expect(await names(0, 10)).toEqual(["s0", "s4", "s5", "s9"]);
      expect(await names(4, 5)).toEqual(["s4"]);
      expect(await names(5, 5)).toEqual([]);
      expect(await names(-60 * 24 * 300, 60 * 24 * 300)).toEqual(["s0", "s4", "s5", "s9", "s10"]);
    });

    it("refuses a record that nobody could read back, with the place, and keeps all others", async () => {
      const record = intended("a", 0);
      const { calls } = record.entry.evidence;
      if (calls.kind !== "known") throw new Error("its calls are known");
      const maybeInFlight = [{ from: minutes(-100), until: instant(1e294) }];
      const evidence = { ...record.entry.evidence, calls: { ...calls, maybeInFlight } };
      await expect(records.put({ ...record, entry: { ...record.entry, evidence } })).rejects.toMatchObject({
        code: "corrupt",
        message: expect.stringMatching(/session a of tool-.* was not written.*maybeInFlight\[0\]\.until/),
      });
      expect(await records.ofSession(record.key)).toEqual([]);
      expect(await records.intended(here)).toEqual([]);
      expect(await records.put(intended("b", 1))).toBe("written");
      expect(await records.between(here, minutes(-10), minutes(10))).toHaveLength(1);
    });

    it("keeps what a session of very many calls was stopped by", async () => {
      const many = Array.from({ length: 12_000 }, (_, n) => ({
        startAt: plusMs(minutes(-90), n * 400),
        endAt: plusMs(minutes(-90), n * 400 + 200),
      }));
      const window = { from: minutes(-100), until: minutes(0) };
      const reading = {
        asOf: minutes(0),
        of: "session",
        window,
        completeUntil: minutes(-5),
        stamp: "unknown",
      } as const;
      const record = intended("a", 0);
      const evidence = { ...record.entry.evidence, calls: evidenceOfCalls(many, reading) };
      const called = { ...record, entry: { ...record.entry, evidence } };
      expect(await records.put(called)).toBe("written");
      expect(await records.ofSession(record.key)).toEqual([stored(called, 1)]);
    });

    it("lets one of two attempts at the same record through", async () => {
      const record = intended("a", 0);
      const answers = await Promise.all([records.put(record), opened.second.put(record)]);
      expect(answers.toSorted()).toEqual(["stale", "written"]);
    });

    it("lets one of two attempts at the same record through, also where they mean to at different moments", async () => {
      const record = intended("a", 0);
      const later = { ...record, intendedAt: minutes(3) };
      const answers = await Promise.all([records.put(record), opened.second.put(later)]);
      expect(answers.toSorted()).toEqual(["stale", "written"]);
      const won = stored(answers[0] === "written" ? record : later, 1);
      expect(await records.between(here, minutes(-1), minutes(10))).toEqual([won]);
      expect(await records.intended(here)).toEqual([won]);
      expect(await records.ofSession(record.key)).toEqual([won]);
    });

    it("tells sessions apart whose names begin alike", async () => {
      const all = ["a", "aa", "a/b"].map((name, at) => intended(name, at));
      for (const record of all) await records.put(record);
      for (const record of all) expect(await records.ofSession(record.key)).toEqual([stored(record, 1)]);
    });

    it("keeps names that are other people's text", async () => {
      const hostile = ["", "\ud83d", "a\u0000b", "=1+1", "x".repeat(1500), "#%/", "ø\n\u001b[31m"];
      for (const [index, name] of hostile.entries()) {
        const record = intended(`s${index}`, index);
        const named = { ...record, id: `${record.id}/${name}`, entry: { ...record.entry, name } };
        expect(await records.put(named)).toBe("written");
        expect(await records.ofSession(named.key)).toEqual([stored(named, 1)]);
        expect(await records.put(named)).toBe("stale");
      }
    });
  });
}
