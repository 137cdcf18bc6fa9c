import { describe, expect, it } from "vitest";
import { attributionOf } from "../../adapters/config/attribution-of.ts";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { readHour, rememberHour } from "../../core/attribution/principal-pages.ts";
import { principalKey } from "../../core/attribution/principal-text.ts";
import { checkSpend } from "../../core/jobs/check-spend/check-spend.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import type { Documents } from "../../core/ports/documents.ts";
import type { FollowTrail, StartedSession } from "../../core/ports/principals.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { hours } from "../ledger-store/bills.ts";
import { budget } from "./budget-fixture.ts";
import { inputOf, lookAt, seen, spent, target, type World, worldOf } from "./check-spend-fixture.ts";

const signal = new AbortController().signal;
const hourMs = 3_600_000;
const ci = "arn:aws:sts::111122223333:assumed-role/ci/build";
const attribution = attributionOf([
  { match: { principal: "arn:aws:sts::111122223333:assumed-role/ci/*" }, set: { team: "platform" } },
]);
const byTeam = { attribution, budgets: [budget({ by: "team" })] };

const started = (session: string, startedAt: Instant, change: Partial<StartedSession> = {}): StartedSession => ({
  ...target,
  interpreter: interpreterId("tool-VbMl9Hi8I4"),
  session: sessionId(session),
  principal: ci,
  startedAt,
  ...change,
});

/** A trail that delivers each start five minutes after it, and counts how often each was handed out. */
function trailWith(starts: readonly StartedSession[]) {
  const handed = new Map<string, number>();
  const asked: (readonly [number, number])[] = [];
  const follow: FollowTrail = async (_target, from, until) => {
    asked.push([from, until]);
    const found = starts.filter(({ startedAt }) => startedAt + 300_000 >= from && startedAt + 300_000 < until);
    for (const { session } of found) handed.set(session, (handed.get(session) ?? 0) + 1);
    return { starts: found, readUntil: until, problems: [] };
  };
  return { follow, handed, asked };
}

const look = ({ ports }: World, now: Instant = lookAt, change: Parameters<typeof inputOf>[0] = {}) =>
  checkSpend(ports)(now, inputOf({ ...byTeam, ...change }), signal);

async function spendOf(world: World, now: Instant = lookAt) {
  const { budgets, problems } = await look(world, now);
  expect(problems).toEqual([]);
  return Object.fromEntries(budgets.map(({ value, spend }) => [value, formatUsd(spend.low, 2)]));
}

describe("budgets of labels that principals set", () => {
  it("count closed sessions, those of the ledger, and those that only a scan has seen", async () => {
    const trail = trailWith([started("closed", hours(0)), started("open", hours(0)), started("seen", hours(0))]);
    const world = await worldOf({
      closed: [spent("closed", { 0: 1 }), spent("other", { 0: 2 })],
      open: [spent("open", { 0: 4 }, { final: false })],
      seen: [seen("seen", { goneAt: hours(1) })],
      trail: trail.follow,
    });
    expect(await spendOf(world)).toEqual({ platform: "6.25", unattributed: "2.00" });
  });

  it("read each file of the trail once, and remember what it said", async () => {
    const trail = trailWith([started("a", hours(0)), started("b", hours(1))]);
    const world = await worldOf({ closed: [spent("a", { 0: 1 }), spent("b", { 1: 2 })], trail: trail.follow });
    const looks = [lookAt, plusMs(lookAt, 900_000), plusMs(lookAt, 1_800_000)];
    for (const now of looks) expect(await spendOf(world, now)).toEqual({ platform: "3.00" });
    expect([...trail.handed.values()]).toEqual([1, 1]);
    expect(trail.asked).toEqual([
      [lookAt - 32 * hourMs, lookAt - 60_000],
      [lookAt - 60_000, lookAt + 840_000],
      [lookAt + 840_000, lookAt + 1_740_000],
    ]);
  });

  it.each<[string, number, Instant | null, string]>([
    ["a second before the hour that it says it was created in", -1000, hours(0), "platform"],
    ["an hour and a half before", -1.5 * hourMs, hours(0), "unattributed"],
    ["most of an hour after its first usage, where nobody knows when it was created", 40 * 60_000, null, "platform"],
    ["eight hours before the first usage that is known", -8 * hourMs, null, "platform"],
    ["nine hours before", -9 * hourMs, null, "unattributed"],
  ])("find a session whose start was called %s", async (_what, callMs, createdAt, team) => {
    const trail = trailWith([started("a", plusMs(hours(0), callMs))]);
    const world = await worldOf({ closed: [spent("a", { 0: 1 }, { createdAt })], trail: trail.follow });
    expect(await spendOf(world)).toEqual({ [team]: "1.00" });
  });

  it("tell a session from one of the same id in another interpreter", async () => {
    const trail = trailWith([started("a", hours(0), { interpreter: interpreterId("other-VbMl9Hi8I4") })]);
    const world = await worldOf({ closed: [spent("a", { 0: 1 })], trail: trail.follow });
    expect(await spendOf(world)).toEqual({ unattributed: "1.00" });
  });

  it("do not read the trail where no rule asks for a principal, or there is no budget", async () => {
    const trail = trailWith([]);
    const world = await worldOf({ trail: trail.follow });
    await look(world, lookAt, { attribution: inputOf().attribution });
    await look(world, lookAt, { budgets: [] });
    expect(trail.asked).toEqual([]);
  });

  it("say so where a rule asks for a principal and there is no trail", async () => {
    const { problems, budgets } = await look(await worldOf({ closed: [spent("a", { 0: 1 })] }));
    expect(problems).toMatchObject([{ code: "NoTrail" }]);
    expect(budgets[0]?.spend.high).toBeNull();
  });

  it("have no upper bound where the trail cannot be read, and go on from there once it can", async () => {
    const trail = trailWith([started("a", hours(0))]);
    let isBroken = true;
    const follow: FollowTrail = async (...args) =>
      isBroken
        ? { starts: [], readUntil: args[1], problems: [{ code: "AccessDenied", message: "no" }] }
        : trail.follow(...args);
    const world = await worldOf({ closed: [spent("a", { 0: 1 })], trail: follow });
    const broken = await look(world);
    expect(broken.problems).toEqual([{ code: "AccessDenied", message: "no" }]);
    expect(broken.budgets.map(({ value, spend }) => [value, spend.high])).toEqual([["unattributed", null]]);
    isBroken = false;
    expect(await spendOf(world)).toEqual({ platform: "1.00" });
  });

  it("are right after a run that was killed at any write", async () => {
    const starts = Array.from({ length: 4 }, (_, index) => started(`s${index}`, hours(index - 2)));
    for (let killAt = 0; killAt < 7; killAt += 1) {
      const trail = trailWith(starts);
      const closed = starts.map(({ session, startedAt }, index) =>
        spent(session, { [index - 2]: 2 ** index }, { createdAt: startedAt }),
      );
      const world = await worldOf({ closed, trail: trail.follow });
      let writes = 0;
      const documents: Documents = {
        read: world.ports.documents.read,
        write: async (name, document) => {
          if (writes === killAt) throw new Error("killed");
          writes += 1;
          return world.ports.documents.write(name, document);
        },
      };
      const dying = { ...world, ports: { ...world.ports, documents } };
      await look(dying).catch((error: Error) => expect(error.message).toBe("killed"));
      expect(await spendOf(world)).toEqual({ platform: "15.00" });
    }
  });

  it("are looked at without what cannot be read of it, and the store's failure is told", async () => {
    const trail = trailWith([]);
    const world = await worldOf({ closed: [spent("a", { 0: 1 })], trail: trail.follow });
    const refused = (name: string) => name.startsWith("trail/");
    const documents: Documents = {
      ...world.ports.documents,
      read: async (name) => {
        if (refused(name)) throw new RegistryError("unreachable", "the table is gone");
        return world.ports.documents.read(name);
      },
    };
    const { problems, budgets } = await look({ ...world, ports: { ...world.ports, documents } });
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining("the table is gone")]);
    expect(budgets[0]?.spend.high).toBeNull();
  });

  it("tell of a page that is damaged", async () => {
    const trail = trailWith([started("a", hours(0))]);
    const world = await worldOf({ closed: [spent("a", { 0: 1 })], trail: trail.follow });
    await spendOf(world);
    const pages: string[] = [];
    const documents: Documents = {
      ...world.ports.documents,
      read: async (name) => {
        const document = await world.ports.documents.read(name);
        if (!name.startsWith("principals/") || document === null) return document;
        pages.push(name);
        return { ...document, text: document.text.slice(1) };
      },
    };
    const { problems, budgets } = await look({ ...world, ports: { ...world.ports, documents } });
    expect(pages).toHaveLength(1);
    expect(problems).toMatchObject([{ code: "StateDamaged" }]);
    expect(budgets.map(({ value, spend }) => [value, spend.high])).toEqual([["unattributed", null]]);
  });
});

describe("the remembered principals of an hour", () => {
  const hour = Math.floor(hours(0) / hourMs);
  const many = (count: number, principalOf: (index: number) => string): readonly StartedSession[] =>
    Array.from({ length: count }, (_, index) =>
      started(`01K${String(index).padStart(23, "0")}`, hours(0), { principal: principalOf(index) }),
    );
  const pairs = (starts: readonly StartedSession[]) => new Map(starts.map((it) => [principalKey(it), it.principal]));

  it("are all there, however many, in texts that fit into an item of the table", async () => {
    const kept = memoryDocuments();
    const longest = { text: 0 };
    const documents: Documents = {
      read: kept.read,
      write: async (name, document) => {
        longest.text = Math.max(longest.text, Buffer.byteLength(document.text));
        return kept.write(name, document);
      },
    };
    const starts = many(9000, (index) => `${ci}-é-${index % 3 === 0 ? index : 0}`);
    for (let from = 0; from < starts.length; from += 700) {
      await rememberHour(documents, target, hour, starts.slice(from, from + 900));
    }
    expect(await readHour(documents, target, hour)).toEqual(pairs(starts));
    expect(longest.text).toBeLessThan(400_000);
  });

  it("are those of two runs that write at once", async () => {
    const documents = memoryDocuments();
    const starts = many(200, (index) => `${ci}${index % 7}`);
    await Promise.all([
      rememberHour(documents, target, hour, starts.slice(0, 150)),
      rememberHour(documents, target, hour, starts.slice(50)),
      rememberHour(documents, target, hour, starts),
    ]);
    expect(await readHour(documents, target, hour)).toEqual(pairs(starts));
  });

  it("are forgotten when the place of the hour is needed again, a month later", async () => {
    const documents = memoryDocuments();
    const old = many(5000, (index) => `${ci}${index}`);
    const later = [started("new", instant(hours(0) + 33 * 24 * hourMs))];
    await rememberHour(documents, target, hour, old);
    await rememberHour(documents, target, hour + 33 * 24, later);
    expect(await readHour(documents, target, hour + 33 * 24)).toEqual(pairs(later));
    expect((await readHour(documents, target, hour))?.size).toBe(0);
  });
});
