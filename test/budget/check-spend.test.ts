import { describe, expect, it } from "vitest";
import { HistoryError } from "../../adapters/history/history-error.ts";
import { checkSpend } from "../../core/jobs/check-spend/check-spend.ts";
import type { SpendInput } from "../../core/jobs/check-spend/ports.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import { parseUsd } from "../../core/kernel/money.ts";
import type { SendEvents } from "../../core/ports/events.ts";
import { hours } from "../ledger-store/bills.ts";
import { budget } from "./budget-fixture.ts";
import { inputOf, lookAt, spent, target, type World, worldOf } from "./check-spend-fixture.ts";

const signal = new AbortController().signal;
const look = ({ ports }: World, now: Instant = lookAt, change: Partial<SpendInput> = {}) =>
  checkSpend(ports)(now, inputOf(change), signal);
const minutesLater = (minutes: number): Instant => plusMs(lookAt, minutes * 60_000);

const dollars = (amount: number) => ({ closed: [spent("a", { 0: amount })] });
const told = (world: World) => world.sent.map(({ detail }) => `${detail["from"]}-${detail["to"]} ${detail["reason"]}`);

describe("a change of level", () => {
  it("is sent once, however often it is looked at", async () => {
    const world = await worldOf(dollars(60));
    for (const minutes of [0, 0, 5, 10]) await look(world, minutesLater(minutes));
    expect(told(world)).toEqual(["0-50 spend"]);
  });

  it("is sent once by two runs at the same time", async () => {
    const world = await worldOf(dollars(60));
    await Promise.all([look(world), look(world, minutesLater(1)), look(world)]);
    expect(told(world)).toEqual(["0-50 spend"]);
  });

  it("opens once and is left once where spend swings over the threshold", async () => {
    const world = await worldOf();
    let amount = 0;
    const ledger = {
      open: async () => (await worldOf({ open: [spent("a", { 0: amount })] })).ports.ledger.open(target),
    };
    const swinging = { ...world, ports: { ...world.ports, ledger } };
    for (const [minutes, spend] of [49, 50, 46, 51, 45, 44, 52, 44, 43, 42].entries()) {
      amount = spend;
      await look(swinging, minutesLater(minutes));
    }
    expect(told(world)).toEqual(["0-50 spend", "50-0 spend"]);
  });

  it("is not taken back by a run that was due earlier and comes late", async () => {
    const world = await worldOf(dollars(60));
    await look(world, minutesLater(5));
    const late = await look({ ...world, ports: { ...world.ports, history: (await worldOf()).history } }, lookAt);
    expect(late).toMatchObject({ events: [], problems: [] });
    expect(late.budgets).toHaveLength(1);
    expect(told(world)).toEqual(["0-50 spend"]);
    expect((await world.ports.documents.read("budgets"))?.text).toContain(`"lookedAt":${minutesLater(5)}`);
  });

  it("ends with the window, and what was spent in it is not looked at again", async () => {
    const world = await worldOf({ closed: [spent("a", { 0: 90, 11: 9 })] });
    await look(world);
    await look(world, plusMs(hours(12), -1));
    await look(world, hours(12));
    expect(told(world)).toEqual(["0-80 spend", "80-0 window-ended"]);
  });

  it("waits for a pass that publishes, and of each budget only the last", async () => {
    const world = await worldOf({ closed: [spent("a", { 0: 90 })] });
    const quiet = await look(world, lookAt, { publish: false });
    expect(quiet.events.map(({ result }) => result)).toEqual(["withheld"]);
    await look(world, hours(12), { publish: false });
    expect(world.sent).toEqual([]);
    await look(world, hours(13));
    expect(told(world)).toEqual(["80-0 window-ended"]);
  });

  it("is sent the next time where it could not be sent", async () => {
    let fails = true;
    const sendEvents: SendEvents = async (events) => {
      world.sent.push(...(fails ? [] : events));
      return events.map(() => (fails ? { sent: false, reason: "throttled" } : { sent: true }));
    };
    const world = await worldOf({ ...dollars(60), sendEvents });
    const first = await look(world);
    expect(first.events).toMatchObject([{ result: "unsent", reason: "throttled" }]);
    fails = false;
    expect((await look(world, minutesLater(5))).events).toMatchObject([{ result: "sent", reason: null }]);
    await look(world, minutesLater(10));
    expect(told(world)).toEqual(["0-50 spend"]);
  });

  it("is free for the next pass where a run was stopped while it sent", async () => {
    const aborted = new AbortController();
    const sendEvents: SendEvents = async (_, given) => {
      aborted.abort(new Error("stopped"));
      given.throwIfAborted();
      return [];
    };
    const world = await worldOf(dollars(60));
    const stopped = { ...world.ports, sendEvents };
    await expect(checkSpend(stopped)(lookAt, inputOf(), aborted.signal)).rejects.toThrow("stopped");
    await look(world, minutesLater(1));
    expect(told(world)).toEqual(["0-50 spend"]);
  });
});

describe("a run that is killed", () => {
  it.each([0, 1, 2])(
    "at write %i, or just after it, tells each change all the same, and never under two ids",
    async (at) => {
      for (const when of ["before", "after"] as const) {
        const world = await worldOf(dollars(60));
        let writes = 0;
        let isDead = false;
        const step = async <T>(act: () => Promise<T>): Promise<T> => {
          const dies = writes++ === at;
          isDead ||= dies && when === "before";
          if (isDead) throw new Error("killed");
          const result = await act();
          isDead = dies;
          if (isDead) throw new Error("killed");
          return result;
        };
        const { documents, sendEvents } = world.ports;
        const dying = {
          ...world.ports,
          documents: {
            ...documents,
            write: (...args: Parameters<typeof documents.write>) => step(() => documents.write(...args)),
          },
          sendEvents: (...args: Parameters<SendEvents>) => step(() => sendEvents(...args)),
        };
        await checkSpend(dying)(lookAt, inputOf(), signal).catch(() => null);
        for (const minutes of [5, 10, 15]) await look(world, minutesLater(minutes));
        expect(new Set(world.sent.map(({ id }) => id)).size).toBe(1);
        // Only a run that was killed after it had sent, and before it could note that, has it sent again.
        expect(world.sent.length).toBe(["1 after", "2 before"].includes(`${at} ${when}`) ? 2 : 1);
        expect((await documents.read("budgets"))?.text).toContain('"unsent":[]');
      }
    },
  );
});

describe("what is remembered of budgets", () => {
  it("stays as it was where history cannot be read", async () => {
    const world = await worldOf(dollars(60));
    await look(world);
    const columns = async function* () {
      yield* [];
      throw new HistoryError("unreachable", "S3 does not answer");
    };
    const blind = await look({ ...world, ports: { ...world.ports, history: { columns } } }, hours(13));
    expect(blind.budgets).toEqual([]);
    expect(blind.problems.map(({ message }) => message)).toEqual([
      "Budgets are checked without what was spent, which cannot be read: S3 does not answer",
    ]);
    await look(world, plusMs(lookAt, 600_000));
    expect(told(world)).toEqual(["0-50 spend"]);
  });

  it("is nothing, and is not written, where there are no budgets", async () => {
    const world = await worldOf(dollars(60));
    expect(await look(world, lookAt, { budgets: [] })).toEqual({ budgets: [], events: [], problems: [] });
    expect(await world.ports.documents.read("budgets")).toBeNull();
    await look(world);
    await look(world, minutesLater(5), { budgets: [] });
    expect((await world.ports.documents.read("budgets"))?.text).toContain('"states":[]');
  });

  it.each(["", "{}", '{"lookedAt":null,"states":[{}],"unsent":[]}', "[]"])(
    "begins anew, and says so, where it is damaged: %s",
    async (text) => {
      const world = await worldOf(dollars(60));
      await world.ports.documents.write("budgets", { revision: 0, text });
      const { problems } = await look(world);
      expect(problems.map(({ code }) => code)).toEqual(["StateDamaged"]);
      await look(world, minutesLater(5));
      expect(told(world)).toEqual(["0-50 spend"]);
    },
  );

  describe("with more changes than can wait to be sent", () => {
    const many = 2100;
    const closed = Array.from({ length: many }, (_, index) =>
      spent(`s${index}`, { 0: 60 }, { interpreter: interpreterId(`tool${index}-AAAAAAAAAA`) }),
    );
    const each = { budgets: [budget({ by: "interpreter", limit: parseUsd("100") })] };

    it("is sent all of them in one pass, and none twice", async () => {
      const world = await worldOf({ closed });
      const { events, problems } = await look(world, lookAt, each);
      expect([events.length, new Set(events.map(({ result }) => result)), problems]).toEqual([
        many,
        new Set(["sent"]),
        [],
      ]);
      await look(world, minutesLater(5), each);
      expect(new Set(world.sent.map(({ detail }) => detail["value"])).size).toBe(many);
      expect(world.sent).toHaveLength(many);
    });

    it("holds none as told that could not be sent, and sends the rest as soon as it can", async () => {
      let fails = true;
      const sendEvents: SendEvents = async (events) => {
        if (!fails) world.sent.push(...events);
        return events.map(() => (fails ? { sent: false, reason: "denied" } : { sent: true }));
      };
      const world = await worldOf({ closed, sendEvents });
      for (const minutes of [0, 5]) {
        const { events, problems } = await look(world, minutesLater(minutes), each);
        expect([events.length, problems.map(({ message }) => message.slice(0, 4))]).toEqual([1000, ["1100"]]);
      }
      fails = false;
      expect((await look(world, minutesLater(10), each)).problems).toEqual([]);
      expect(new Set(world.sent.map(({ detail }) => detail["value"])).size).toBe(many);
      expect(world.sent).toHaveLength(many);
    });

    it("keeps as many as have room where it tells nobody, and tells of all once it does", async () => {
      const world = await worldOf({ closed });
      for (const minutes of [0, 5]) {
        const { problems } = await look(world, minutesLater(minutes), { ...each, publish: false });
        expect(problems).toEqual([]);
      }
      await look(world, minutesLater(10), each);
      expect(new Set(world.sent.map(({ detail }) => detail["value"])).size).toBe(many);
    });
  });
});
