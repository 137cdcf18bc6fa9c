import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sessionId } from "../../core/kernel/ids.ts";
import type { Outbox } from "../../core/ports/outbox.ts";
import { keptGoneMs, type Registry } from "../../core/ports/registry.ts";
import type { QuotaAlert } from "../../core/quota/alert.ts";
import { change, event, here, minutes, sessionRecord, start, there } from "./records.ts";

export interface Opened {
  readonly registry: Registry & Outbox;
  /** A second process that shares the state; null where there is none. */
  readonly second: (Registry & Outbox) | null;
  readonly close: () => Promise<void> | void;
}

const alert: QuotaAlert = {
  quotaCode: "L-CAF6F552",
  level: "warning",
  since: minutes(3),
  recent: [{ at: minutes(3), opens: "warning", holds: "critical" }],
};

/** What holds for every registry. */
export function registryContract(name: string, open: () => Promise<Opened>): void {
  describe(`the registry in ${name}`, () => {
    let opened: Opened;
    let registry: Registry & Outbox;
    beforeEach(async () => {
      opened = await open();
      registry = opened.registry;
    });
    afterEach(async () => await opened.close());

    it("knows nothing of a target that no pass has seen", async () => {
      expect(await registry.load(here)).toEqual({
        revision: 0,
        openSessions: [],
        alerts: [],
        health: null,
        unsentEvents: [],
      });
      expect(await registry.goneSince(here, start)).toEqual([]);
      expect(await registry.take(here, start, minutes(1))).toEqual([]);
    });

    it("gives back what was committed, and nothing of it to another target", async () => {
      const named = sessionRecord("b", {
        name: "= 1\u001b[31m\n<b>",
        timeoutSeconds: null,
        lowUsd: null,
        highUsd: null,
      });
      const health = { level: "partial", since: minutes(2), recovering: "ok" } as const;
      const all = change({ sessions: [named, sessionRecord("a")], alerts: [alert], health, newEvents: [event("e1")] });
      expect(await registry.commit(here, 0, all)).toBe("committed");
      expect(await registry.load(here)).toEqual({
        revision: 1,
        openSessions: [sessionRecord("a"), named],
        alerts: [alert],
        health,
        unsentEvents: [event("e1")],
      });
      expect(await registry.load(there)).toMatchObject({ revision: 0, openSessions: [], unsentEvents: [] });
    });

    it("refuses a commit onto a revision that is no longer there, and changes nothing", async () => {
      await registry.commit(here, 0, change({ sessions: [sessionRecord("a")], newEvents: [event("e1")] }));
      const before = await registry.load(here);
      const late = change({
        at: minutes(1),
        sessions: [sessionRecord("b"), sessionRecord("a", { goneAt: minutes(1) })],
        alerts: [alert],
        newEvents: [event("e2")],
      });
      expect(await registry.commit(here, 0, late)).toBe("stale");
      expect(await registry.load(here)).toEqual(before);
      expect(await registry.commit(here, 7, late)).toBe("stale");
      expect(await registry.load(here)).toEqual(before);
      expect(await registry.goneSince(here, start)).toEqual([]);
    });

    it("leaves alone the sessions that a change does not name", async () => {
      await registry.commit(here, 0, change({ sessions: [sessionRecord("a"), sessionRecord("b")] }));
      const later = sessionRecord("a", { lastSeenAt: minutes(1) });
      await registry.commit(here, 1, change({ at: minutes(1), sessions: [later] }));
      expect((await registry.load(here)).openSessions).toEqual([later, sessionRecord("b")]);
    });

    it("keeps a session that is gone apart from the open ones, with its end", async () => {
      await registry.commit(here, 0, change({ sessions: ["a", "b", "c"].map((id) => sessionRecord(id)) }));
      const gone = [1, 2].map((at) => sessionRecord(at === 1 ? "a" : "b", { goneAt: minutes(at) }));
      await registry.commit(here, 1, change({ at: minutes(1), sessions: gone.slice(0, 1) }));
      await registry.commit(here, 2, change({ at: minutes(2), sessions: gone.slice(1) }));
      expect((await registry.load(here)).openSessions).toEqual([sessionRecord("c")]);
      expect(await registry.goneSince(here, minutes(1))).toEqual([gone[1], gone[0]]);
      expect(await registry.goneSince(here, minutes(2))).toEqual([gone[1]]);
      expect(await registry.goneSince(here, minutes(3))).toEqual([]);
    });

    it("opens a session again that is listed after all", async () => {
      await registry.commit(here, 0, change({ sessions: [sessionRecord("a")] }));
      await registry.commit(
        here,
        1,
        change({ at: minutes(1), sessions: [sessionRecord("a", { goneAt: minutes(1) })] }),
      );
      const again = sessionRecord("a", { lastSeenAt: minutes(2) });
      await registry.commit(here, 2, change({ at: minutes(2), sessions: [again] }));
      expect((await registry.load(here)).openSessions).toEqual([again]);
      expect(await registry.goneSince(here, start)).toEqual([]);
    });

    it("adds a session that was born and gone between two passes, whatever pass is under way", async () => {
      const { revision } = await registry.load(here);
      const between = { ...sessionRecord("between", { lowUsd: null, name: null }), goneAt: minutes(3) };
      await registry.addGone(here, [between]);
      await registry.addGone(here, [{ ...between, name: "told twice", goneAt: minutes(4) }]);
      expect(await registry.commit(here, revision, change({ sessions: [sessionRecord("a")] }))).toBe("committed");
      expect(await registry.load(here)).toMatchObject({ revision: 1, openSessions: [sessionRecord("a")] });
      expect(await registry.goneSince(here, start)).toEqual([between]);
      expect(await registry.goneSince(there, start)).toEqual([]);
    });

    it("leaves alone what is known of a session that is added, whether it lives or is gone", async () => {
      const gone = { ...sessionRecord("b"), goneAt: minutes(2) };
      await registry.commit(here, 0, change({ sessions: [sessionRecord("a"), gone] }));
      const told = ["a", "b"].map((id) => ({ ...sessionRecord(id, { name: "from elsewhere" }), goneAt: minutes(1) }));
      await registry.addGone(here, told);
      expect((await registry.load(here)).openSessions).toEqual([sessionRecord("a")]);
      expect(await registry.goneSince(here, start)).toEqual([gone]);
      const last = sessionRecord("a", { lastSeenAt: minutes(4), goneAt: minutes(5) });
      await registry.commit(here, 1, change({ at: minutes(5), sessions: [last] }));
      expect(await registry.goneSince(here, start)).toEqual([last, gone]);
    });

    it("replaces alerts and health with each commit", async () => {
      await registry.commit(here, 0, change({ alerts: [alert] }));
      const health = { level: "failed", since: minutes(1), recovering: null } as const;
      await registry.commit(here, 1, change({ at: minutes(1), health }));
      expect(await registry.load(here)).toMatchObject({ revision: 2, alerts: [], health });
    });

    it("gives an event to one taker only, until it is settled or its claim ends", async () => {
      await registry.commit(here, 0, change({ newEvents: [event("e1"), event("e2")] }));
      await registry.commit(here, 1, change({ at: minutes(1), newEvents: [event("e3", minutes(1))] }));
      const ids = async (at: number): Promise<readonly string[]> =>
        (await registry.take(here, minutes(at), minutes(at + 1))).map((taken) => taken.id);
      expect(await ids(1)).toEqual(["e1", "e2", "e3"]);
      expect(await ids(1.99)).toEqual([]);
      await registry.settle(here, ["e1"], ["e2"]);
      expect(await ids(1.99)).toEqual(["e2"]);
      expect(await ids(2)).toEqual(["e3"]);
      await registry.settle(here, ["e3"], []);
      await registry.settle(here, ["e3", "unheard of"], ["e3"]);
      expect((await registry.load(here)).unsentEvents).toEqual([event("e2")]);
    });

    it("adds an event once, however often it is committed", async () => {
      await registry.commit(here, 0, change({ newEvents: [event("e1")] }));
      expect(await registry.take(here, start, minutes(1))).toHaveLength(1);
      await registry.commit(here, 1, change({ newEvents: [event("e1"), event("e2")] }));
      expect((await registry.load(here)).unsentEvents.map((it) => it.id)).toEqual(["e1", "e2"]);
      expect((await registry.take(here, start, minutes(1))).map((it) => it.id)).toEqual(["e2"]);
    });

    it("lets one of many runs at once commit, and hands each event to one of them", async () => {
      const other = opened.second ?? registry;
      const runs = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? registry : other));
      const outcomes = await Promise.all(runs.map((run) => run.commit(here, 0, change({ newEvents: [event("e1")] }))));
      expect(outcomes.filter((outcome) => outcome === "committed")).toHaveLength(1);
      const taken = await Promise.all(runs.map((run) => run.take(here, start, minutes(1))));
      expect(taken.flat().map((it) => it.id)).toEqual(["e1"]);
      expect((await registry.load(here)).revision).toBe(1);
    });

    it("holds a thousand sessions", async () => {
      const many = Array.from({ length: 1000 }, (_, index) => sessionRecord(`s${String(index).padStart(4, "0")}`));
      await registry.commit(here, 0, change({ sessions: many }));
      expect((await registry.load(here)).openSessions).toEqual(many);
      const ids = (await registry.load(here)).openSessions.map((record) => record.session);
      expect(ids[999]).toBe(sessionId("s0999"));
    });

    it("still knows a session that went as long ago as it promises", async () => {
      const goneAt = minutes(1);
      await registry.commit(here, 0, change({ sessions: [sessionRecord("a", { goneAt })] }));
      await registry.commit(here, 1, change({ at: (goneAt + keptGoneMs) as typeof goneAt }));
      expect(await registry.goneSince(here, start)).toHaveLength(1);
    });
  });
}
