import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Target } from "../../core/inventory/target.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { writeAccount } from "../../core/ledger/account-text.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { Documents } from "../../core/ports/documents.ts";
import type { Ledger, LedgerState, ReadMark } from "../../core/ports/ledger.ts";
import { foldRecords } from "../ledger/account-fixtures.ts";
import { bill, entry, hostileTexts, hours, listed, open } from "./bills.ts";

export interface Opened {
  readonly ledger: Ledger;
  readonly documents: Documents;
  /** The same ledger with the text that accounts really have. */
  readonly folded: Ledger;
  /** A second process that shares the state; the same one where there is none. */
  readonly second: Ledger;
  readonly close: () => unknown;
}

const here: Target = { account: accountId("111122223333"), region: region("us-east-1") };
const there: Target = { account: accountId("111122223333"), region: region("eu-west-1") };
const mark = (source: string, readUntil: number, finalUntil: number, checkedUntil = 0): ReadMark => ({
  source,
  readUntil: hours(readUntil),
  finalUntil: hours(finalUntil),
  checkedUntil: hours(checkedUntil),
});

/** What holds for every ledger. */
export function ledgerContract(name: string, make: () => Promise<Opened>): void {
  describe(`the ledger in ${name}`, () => {
    let opened: Opened;
    let ledger: Ledger;
    beforeEach(async () => {
      opened = await make();
      ledger = opened.ledger;
    });
    afterEach(() => opened.close());

    it("knows nothing of a target that no pass has seen", async () => {
      expect(await ledger.marks(here)).toEqual([]);
      expect(await ledger.open(here)).toEqual([]);
      expect(await ledger.sessions([bill("a")])).toEqual([null]);
    });

    it("gives back what was put, and nothing of it to another target", async () => {
      expect(await ledger.put(entry(0, open("b"), 7))).toBe("written");
      expect(await ledger.put(entry(0, open("a")))).toBe("written");
      expect(await ledger.open(here)).toEqual([entry(1, open("a")), entry(1, open("b"), 7)].map(listed));
      expect(await ledger.open(there)).toEqual([]);
      expect(await ledger.sessions([open("b"), bill("c"), bill("b", there)])).toEqual([
        entry(1, open("b"), 7),
        null,
        null,
      ]);
    });

    it("refuses a put onto a revision that is no longer there, and changes nothing", async () => {
      await ledger.put(entry(0, open("a")));
      for (const revision of [0, 2]) expect(await ledger.put(entry(revision, bill("a"), 9))).toBe("stale");
      expect(await ledger.put(entry(1, bill("b")))).toBe("stale");
      expect(await ledger.sessions([bill("a"), bill("b")])).toEqual([entry(1, open("a")), null]);
      expect(await ledger.put(entry(1, open("a"), 9))).toBe("written");
      expect(await ledger.sessions([bill("a")])).toEqual([entry(2, open("a"), 9)]);
    });

    it("lets one of many writers at once win", async () => {
      await ledger.put(entry(0, open("a")));
      const writers = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? ledger : opened.second));
      const put = (it: Ledger, index: number) => it.put(entry(1, index < 4 ? open("a") : bill("a"), index));
      const outcomes = await Promise.all(writers.map(put));
      expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
      const winner = outcomes.indexOf("written");
      expect(await ledger.sessions([bill("a")])).toEqual([entry(2, winner < 4 ? open("a") : bill("a"), winner)]);
      expect(await ledger.open(here)).toHaveLength(winner < 4 ? 1 : 0);
    });

    it("keeps a closed session apart from the open ones, and opens it again", async () => {
      await ledger.put(entry(0, open("a")));
      await ledger.put(entry(1, bill("a")));
      expect(await ledger.open(here)).toEqual([]);
      expect(await ledger.sessions([bill("a")])).toEqual([entry(2, bill("a"))]);
      await ledger.put(entry(2, open("a", { version: 1 })));
      expect(await ledger.open(here)).toEqual([listed(entry(3, open("a", { version: 1 })))]);
      await ledger.put(entry(3, bill("a", { version: 2 })));
      expect(await ledger.open(here)).toEqual([]);
    });

    it.each<[LedgerState, boolean, boolean]>([
      ["open", false, true],
      ["closing", true, true],
      ["closed", true, false],
      ["reopened", true, true],
    ])("a session that is %s (final: %s) is among those to look at: %s", async (state, final, isListed) => {
      const it = final ? bill("a") : open("a");
      for (const revision of [0, 1]) await ledger.put(entry(revision, it, 0, { state }));
      const stored = entry(2, it, 0, { state });
      expect(await ledger.sessions([it])).toEqual([stored]);
      expect(await ledger.open(here)).toEqual(isListed ? [listed(stored)] : []);
    });

    it("keeps what history has still to be told of a session, and when its time limit ends it", async () => {
      const { account, region, interpreter, session } = bill("a");
      const key = { account, region, interpreter, session };
      const amounts = { beforeUsd: "0.000000000001", afterUsd: null, lateRecords: 3 };
      const restatement = { ...key, at: hours(5), version: 2, reason: "late-records" as const, ...amounts };
      const kept = { state: "closing" as const, restatement, timeoutAt: null };
      await ledger.put(entry(0, bill("a"), 0, kept));
      expect(await ledger.open(here)).toEqual([listed(entry(1, bill("a"), 0, kept))]);
      await ledger.put(entry(1, bill("a")));
      expect(await ledger.sessions([bill("a")])).toEqual([entry(2, bill("a"))]);
    });

    it("lists a session with the stamp of its last record, and without its records", async () => {
      const { account, region, interpreter, session } = bill("a");
      const key = { account, region, interpreter, session };
      const records = [2, 3, 1].map((at) => ({ at: hours(at), elapsedSeconds: 1, vcpuHours: 0, gbHours: 0 }));
      const stored = entry(0, open("a"), 0, { account: foldRecords(null, key, records) });
      await opened.folded.put(stored);
      const [found] = await opened.folded.open(here);
      expect(found).toEqual({ ...listed(stored), revision: 1, lastRecordAt: hours(3) });
    });

    it("never moves a mark back", async () => {
      await ledger.advance(here, mark("b", 2, 1));
      await ledger.advance(here, mark("a", 5, 0));
      await ledger.advance(here, mark("b", 1, 0));
      expect(await ledger.marks(here)).toEqual([mark("a", 5, 0), mark("b", 2, 1)]);
      await ledger.advance(here, mark("b", 3, 0));
      await ledger.advance(here, mark("b", 0, 2, 1));
      await ledger.advance(here, mark("b", 3, 0));
      expect(await ledger.marks(here)).toEqual([mark("a", 5, 0), mark("b", 3, 2, 1)]);
      expect(await ledger.marks(there)).toEqual([]);
    });

    it("ends with the furthest mark, whoever of many writes last", async () => {
      const writers = Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? ledger : opened.second));
      await Promise.all(writers.map((it, index) => it.advance(here, mark("a", index, 5 - index))));
      expect(await ledger.marks(here)).toEqual([mark("a", 5, 5)]);
    });

    it("keeps other people's text as it is, and no two of them in one place", async () => {
      const bills = hostileTexts.flatMap((text) => [
        open(text, { name: text }),
        open("s", { interpreter: interpreterId(text) }),
      ]);
      for (const it of bills) expect(await ledger.put(entry(0, it))).toBe("written");
      for (const text of hostileTexts) await ledger.advance(here, mark(text, 1, 1));
      expect(await ledger.sessions(bills)).toEqual(bills.map((it) => entry(1, it)));
      expect(await ledger.open(here)).toHaveLength(bills.length);
      const marked = (await ledger.marks(here)).map((it) => it.source);
      expect(new Set(marked)).toEqual(new Set(hostileTexts));
      expect(marked).toHaveLength(hostileTexts.length);
    });

    it("tells keys apart whose parts join to the same text", async () => {
      const one = open("b/c", { interpreter: interpreterId("a") });
      const other = open("c", { interpreter: interpreterId("a/b") });
      await ledger.put(entry(0, one));
      expect(await ledger.put(entry(0, other))).toBe("written");
      expect(await ledger.sessions([other, one])).toEqual([entry(1, other), entry(1, one)]);
    });

    it("keeps an account of many records to the last digit", async () => {
      const session = open("a");
      const records = Array.from({ length: 5000 }, (_, index) => ({
        at: instant(hours(0) + index * 997),
        elapsedSeconds: 0.99,
        vcpuHours: index / 3e7,
        gbHours: 0.000196962254825 + index / 7e12,
      }));
      const account = foldRecords(null, session, records);
      expect(await opened.folded.put(entry(0, session, 0, { account }))).toBe("written");
      const [stored] = await opened.folded.sessions([session]);
      expect(stored === null || stored === undefined ? null : writeAccount(stored.account)).toBe(writeAccount(account));
    });

    it("holds a thousand open sessions", async () => {
      const names = Array.from({ length: 1000 }, (_, index) => `s${String(index).padStart(4, "0")}`);
      await Promise.all(names.map((it) => ledger.put(entry(0, open(it)))));
      expect((await ledger.open(here)).map((it) => it.bill.session)).toEqual(names.map(sessionId));
    });

    it("gives the bills of all that is closed, and of nothing else", async () => {
      const names = Array.from({ length: 1003 }, (_, index) => `s${String(index).padStart(4, "0")}`);
      await Promise.all(names.map((it) => ledger.put(entry(0, bill(it)))));
      await ledger.put(entry(0, open("open")));
      await ledger.put(entry(0, bill("closing"), 0, { state: "closing" }));
      await ledger.put(entry(0, bill("other", there)));
      const found: SessionBill[] = [];
      for await (const it of ledger.closed(here)) found.push(it);
      expect(found.sort((a, b) => (a.session < b.session ? -1 : 1))).toEqual(names.map((it) => bill(it)));
    });

    it("keeps a text by name, and refuses one that was written onto an old revision", async () => {
      const { documents } = opened;
      expect(await documents.read("budget/a")).toBeNull();
      expect(await documents.write("budget/a", { revision: 1, text: "early" })).toBe("stale");
      expect(await documents.write("budget/a", { revision: 0, text: "one" })).toBe("written");
      expect(await documents.write("budget/a", { revision: 0, text: "two" })).toBe("stale");
      expect(await documents.write("budget/a", { revision: 1, text: "three" })).toBe("written");
      expect(await documents.read("budget/a")).toEqual({ revision: 2, text: "three" });
      expect(await documents.read("budget/b")).toBeNull();
    });
  });
}
