// biome-ignore-all lint/suspicious/noTemplateCurlyInString: groups of a pattern are written so in rules.
import { describe, expect, it } from "vitest";
import { attributionOf } from "../../adapters/config/attribution-of.ts";
import { writeInterpreterTags } from "../../core/attribution/interpreter-tags.ts";
import { checkSpend } from "../../core/jobs/check-spend/check-spend.ts";
import type { SpendInput } from "../../core/jobs/check-spend/ports.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { hours } from "../ledger-store/bills.ts";
import { budget } from "./budget-fixture.ts";
import { inputOf, lookAt, seen, spent, target, type World, worldOf } from "./check-spend-fixture.ts";

const signal = new AbortController().signal;
const look = ({ ports }: World, now: Instant = lookAt, change: Partial<SpendInput> = {}) =>
  checkSpend(ports)(now, inputOf(change), signal);

/** Known, low and high dollars, sessions, and those of them without a figure, of each budget and value. */
async function figures(world: World, change: Partial<SpendInput> = {}, now: Instant = lookAt) {
  const { budgets, problems } = await look(world, now, change);
  expect(problems).toEqual([]);
  return budgets.map(({ value, spend }) => {
    const [known, low, high] = [spend.known, spend.low, spend.high].map((it) =>
      it === null ? null : formatUsd(it, 4),
    );
    return [value, known, low, high, spend.sessions, spend.unknownSessions];
  });
}

describe("spend is read", () => {
  it("from history, from the ledger and from the scan, and nothing twice", async () => {
    const world = await worldOf({
      closed: [spent("closed", { 0: 1 }), spent("reopened", { 0: 2 }), spent("closing", { 0: 4 })],
      open: [
        spent("reopened", { 0: 2 }),
        spent("closing", { 0: 8 }, { version: 2 }),
        spent("open", { 0: 16 }, { final: false }),
      ],
      seen: [seen("closed"), seen("open"), seen("reopened", { goneAt: hours(1) })],
    });
    expect(await figures(world)).toEqual([[null, "27.0000", "27.0000", "27.0000", 4, 0]]);
  });

  it("bounded, where only the scan knows a session", async () => {
    const world = await worldOf({
      seen: [seen("live", { createdAt: hours(0.5), lastSeenAt: hours(1) }), seen("gone", { goneAt: hours(1) })],
    });
    // Half an hour and an hour of the floor for certain; an hour each of 2 vCPU and 8 GB at most.
    expect(await figures(world)).toEqual([[null, "0.0000", "1.8750", "164.0000", 2, 2]]);
  });

  it.each<[string, Parameters<typeof worldOf>[0], readonly unknown[]]>([
    [
      "hours of a session on both sides of midnight",
      { closed: [spent("a", { "-13": 1, "-12": 2, 0: 4 })] },
      [null, "6.0000", "6.0000", "6.0000", 1, 0],
    ],
    [
      "the hour before its end and not the one after",
      { closed: [spent("a", { 11: 1, 12: 2 })], open: [spent("b", { 11: 4, 12: 8 })] },
      [null, "5.0000", "5.0000", "5.0000", 2, 0],
    ],
    ["only hours before", { closed: [spent("a", { "-13": 1 })] }, [null, "0.0000", "0.0000", "0.0000", 0, 0]],
    [
      "an open bill over midnight",
      { open: [spent("a", { "-13": 1, "-12": 2 })] },
      [null, "2.0000", "2.0000", "2.0000", 1, 0],
    ],
    [
      "a closed session without a figure, over midnight",
      {
        closed: [
          spent(
            "a",
            { "-13": 0 },
            { charges: [], createdAt: hours(-13), endedAt: hours(-11), lowUsd: "2.5", highUsd: "150" },
          ),
        ],
      },
      [null, "0.0000", "1.2500", "82.0000", 1, 1],
    ],
    [
      "one of which only that it has ended is known",
      {
        closed: [
          spent("a", { "-13": 0 }, { charges: [], createdAt: hours(-13), endedAt: null, lowUsd: "1", highUsd: "164" }),
        ],
      },
      [null, "0.0000", "0.0000", "164.0000", 1, 1],
    ],
    [
      "one that was seen on both sides of midnight, on this side not for certain",
      { seen: [seen("a", { createdAt: hours(-13), lastSeenAt: hours(-12.5), goneAt: hours(-11) })] },
      [null, "0.0000", "0.0000", "82.0000", 1, 1],
    ],
  ])("in the window of a day: %s", async (_, given, expected) =>
    expect(await figures(await worldOf(given))).toEqual([expected]),
  );

  it("without an upper bound where a price is unknown", async () => {
    const unpriced = spent("a", { 0: 3, 1: 1 });
    const charges = unpriced.charges.map((it, index) => (index === 0 ? it : { ...it, priceStartsAt: null }));
    const bill = { ...unpriced, charges };
    const expected = [[null, "0.0000", "3.0000", null, 1, 1]];
    expect(await figures(await worldOf({ open: [bill] }))).toEqual(expected);
    expect(await figures(await worldOf({ closed: [bill] }))).toEqual(expected);
  });

  it("without an upper bound where a price begins within the hour", async () => {
    const [first, second] = [spent("a", { 0: 3 }), spent("a", { 0: 1 })];
    const charges = [...first.charges.map((it) => ({ ...it, priceStartsAt: null })), ...second.charges];
    const expected = [[null, "0.0000", "0.0000", null, 1, 1]];
    expect(await figures(await worldOf({ open: [{ ...first, charges }] }))).toEqual(expected);
    expect(await figures(await worldOf({ closed: [{ ...first, charges }] }))).toEqual(expected);
  });

  it("by labels, from names and from the tags of interpreters", async () => {
    const other = interpreterId("etl-AAAAAAAAAA");
    const world = await worldOf({
      closed: [spent("a", { 0: 1 }, { name: "ml-1" }), spent("b", { 0: 2 }, { name: null, interpreter: other })],
      open: [spent("c", { 1: 4 }, { name: "ml-2" })],
      seen: [seen("d", { name: "web-1" })],
    });
    const tags = new Map([[other, { tags: { team: "data" }, dueAt: hours(100) }]]);
    await writeInterpreterTags(world.ports.documents, target, { revision: 0, byInterpreter: tags });
    const attribution = attributionOf([
      { match: { name: "^(?P<team>[a-z]+)-" }, set: { team: "${team}" } },
      { match: { tag: { team: "data" } }, set: { team: "data" } },
    ]);
    const known = (await figures(world, { attribution, budgets: [budget({ by: "team" })] })).map(([value, usd]) => [
      value,
      usd,
    ]);
    expect(known.sort()).toEqual([
      ["data", "2.0000"],
      ["ml", "5.0000"],
      ["web", "0.0000"],
    ]);
  });

  it("once for budgets of all windows", async () => {
    const world = await worldOf({ closed: [spent("a", { "-120": 1, "-24": 2, "-11": 4, 0: 8, 1: 16 })] });
    const budgets = (["month", "week", "day", { hours: 1 }, { hours: 2 }] as const).map((window, index) =>
      budget({ id: `b${index}`, window }),
    );
    let reads = 0;
    const columns: typeof world.history.columns = (...args) => {
      reads += 1;
      return world.history.columns(...args);
    };
    const counted = { ...world, ports: { ...world.ports, history: { columns } } };
    expect((await figures(counted, { budgets })).map(([, known]) => known)).toEqual([
      "31.0000",
      "30.0000",
      "28.0000",
      "16.0000",
      "24.0000",
    ]);
    expect(reads).toBe(1);
  });

  it.each<[string, Parameters<typeof worldOf>[0], Partial<SpendInput>]>([
    ["was scanned in part", { health: "partial" }, {}],
    ["could not be scanned", { health: "failed" }, {}],
    ["has usage records that were not read in full", {}, { unread: [target] }],
    ["was never scanned", {}, { targets: [target, { ...target, region: "eu-west-1" as typeof target.region }] }],
  ])("without an upper bound where a target %s", async (_, given, change) =>
    expect(await figures(await worldOf({ closed: [spent("a", { 0: 1 })], ...given }), change)).toEqual([
      [null, "1.0000", "1.0000", null, 1, 0],
    ]),
  );

  it("of the targets that can be read, where the state of one cannot", async () => {
    const world = await worldOf({ closed: [spent("a", { 0: 60 })] });
    const ledger = { open: () => Promise.reject(new RegistryError("busy", "the state file is locked")) };
    const { budgets, problems, events } = await look({ ...world, ports: { ...world.ports, ledger } });
    expect(budgets.map(({ spend }) => spend.high)).toEqual([null]);
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "StateUnavailable: Budgets are checked without the sessions of 111122223333/us-east-1, which cannot be read: the state file is locked",
    ]);
    expect(events).toHaveLength(1);
  });
});
