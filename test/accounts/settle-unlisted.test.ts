import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { GoneRecord } from "../../core/ports/registry.ts";
import { change } from "../registry/records.ts";
import { passes, story, worldOf } from "./keep-fixture.ts";
import { bench, minutes, seconds, seen, target, tool, usdOf } from "./settle-fixture.ts";

const records = seconds(minutes(1), minutes(3));
const goneIn = ({ ports }: Pick<ReturnType<typeof bench>, "ports">) => ports.registry.goneSince(target, instant(0));

/** A session that was closed on its records alone, and what the inventory says of it then. */
async function closedUnlisted(told: "gone" | "found" = "gone") {
  const it = bench();
  if (told === "found") {
    const value = { status: "TERMINATED", name: "short", createdAt: minutes(2), timeoutSeconds: 900 };
    it.outside.details.set("s", { kind: "found", value });
  }
  it.outside.usage.set("s", records);
  await it.enter("s", records, { sealedUntil: minutes(30) });
  await it.settleAt(minutes(120));
  return it;
}

describe("the inventory", () => {
  it("a session born and gone between scans is found, by its usage records, and no scan under way is stale for it", async () => {
    const registry = memoryRegistry();
    const world = worldOf(story);
    const { addGone, goneSince } = registry;
    await registry.commit(target, 0, change());
    const scan = await registry.load(target);
    for (const now of passes) {
      await world.passAt(now, { ...world.ports, registry: { ...world.ports.registry, addGone } });
    }
    expect(await goneSince(target, instant(0))).toMatchObject([
      {
        interpreter: tool,
        session: "unseen",
        name: "name of unseen",
        createdAt: minutes(20),
        timeoutSeconds: 900,
        firstSeenAt: minutes(20),
        lastSeenAt: minutes(20, 4000),
        goneAt: minutes(20, 4000),
      },
    ]);
    expect(await registry.commit(target, scan.revision, change())).toBe("committed");
  });

  it("has what such a session cost, and begins it with its first record where nobody knows when it began", async () => {
    const it = await closedUnlisted();
    const [bill] = await it.bills();
    const usd = bill === undefined ? null : usdOf(bill);
    expect(usd).not.toBeNull();
    expect(await goneIn(it)).toEqual([
      {
        interpreter: tool,
        session: "s",
        name: null,
        createdAt: minutes(1),
        timeoutSeconds: null,
        firstSeenAt: minutes(1),
        lastSeenAt: minutes(3, -1000),
        goneAt: minutes(3, -1000),
        lowUsd: usd,
        highUsd: usd,
        costAsOf: minutes(120),
      } satisfies Omit<GoneRecord, "interpreter" | "session"> & { interpreter: string; session: string },
    ]);
  });

  it("has it once, however many passes follow", async () => {
    const it = await closedUnlisted();
    const before = await goneIn(it);
    for (const at of [125, 180, 240, 1500]) await it.settleAt(minutes(at));
    expect(await goneIn(it)).toEqual(before);
    expect(await it.bills()).toHaveLength(1);
  });

  it("is not told again of sessions that a scan saw, nor of those without records", async () => {
    const it = bench();
    it.outside.records = [seen("seen", { goneAt: minutes(10) }), seen("silent", { goneAt: minutes(10) })];
    await it.enter("seen", records);
    const added: GoneRecord[] = [];
    const registry = {
      ...it.ports.registry,
      addGone: async (_target: unknown, sessions: readonly GoneRecord[]) => void added.push(...sessions),
    };
    expect(await it.settleAt(minutes(200), { ...it.ports, registry })).toMatchObject({ closed: 2 });
    expect(added).toEqual([]);
  });
});

describe("what the inventory has of a session from its records", () => {
  /** A pass that has forgotten from when on it looks for sessions that went: it finds those that went long ago, too. */
  const settleAnew = ({ settleAt, ports }: ReturnType<typeof bench>) =>
    settleAt(minutes(200), { ...ports, documents: memoryDocuments() });

  it.each(["gone", "found"] as const)("is no news to its bill (%s at the look-up)", async (told) => {
    const it = await closedUnlisted(told);
    const [before] = await it.bills();
    await it.enter("s", records.slice(0, 5));
    expect(await it.stored("s")).toMatchObject({ state: "reopened" });
    expect(await settleAnew(it)).toMatchObject({ restated: 0, closed: 0, open: 0, problems: [] });
    expect(await it.bills()).toEqual([before]);
    expect(await it.restatements()).toEqual([]);
  });

  it("does not change how its end is known when late records restate it", async () => {
    const it = await closedUnlisted();
    const late = seconds(minutes(0), minutes(1));
    it.outside.usage.set("s", [...late, ...records]);
    await it.enter("s", late);
    expect(await settleAnew(it)).toMatchObject({ restated: 1 });
    const restated = { version: 2, createdAt: null, endSource: "get", endedAt: minutes(3, -1000) };
    expect(await it.bills()).toMatchObject([restated]);
  });
});
