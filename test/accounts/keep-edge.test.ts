import { expect, it } from "vitest";
import type { SessionDetail } from "../../core/inventory/session.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { Lookup } from "../../core/ports/sandboxes.ts";
import { worldOf } from "./keep-fixture.ts";
import { bucketPlace, placeWorld } from "./place-world.ts";
import { minutes, seconds, seen } from "./settle-fixture.ts";

const hour = 60;
const hourMs = 3_600_000;

it("reads a session of a bucket from its start that began before the backfill", async () => {
  const run = placeWorld({
    placed: [
      { session: "s", at: minutes(-125), records: seconds(minutes(-200), minutes(-195)) },
      { session: "s", at: minutes(-50), records: seconds(minutes(-60), minutes(-58)) },
    ],
    sessions: [
      seen("s", {
        createdAt: minutes(-200),
        timeoutSeconds: 28_800,
        firstSeenAt: minutes(-190),
        lastSeenAt: minutes(-60),
        goneAt: minutes(-55),
      }),
    ],
    location: bucketPlace,
    input: { backfillMs: 2 * hourMs },
  });
  for (const at of [0, 60, 120, 200]) await run.passAt(minutes(at));
  expect(await run.bill()).toMatchObject({ lateUnverifiable: 0, approximate: null, final: true });
  expect(await run.records()).toBe(420);
});

it("reads a session of a bucket from its start although nobody knows when it began", async () => {
  const placed = Array.from({ length: 12 }, (_, i) => ({
    session: "s",
    at: minutes(-470 + i * 30 + 31),
    records: seconds(minutes(-470 + i * 30), minutes(-470 + i * 30 + 1)),
  }));
  const { ports } = worldOf({ deliveries: [], sessions: [], hours: new Map() });
  const run = placeWorld({
    placed,
    location: bucketPlace,
    input: { backfillMs: 4 * hourMs },
    ports: { sandboxes: { ...ports.sandboxes, getSession: async () => ({ kind: "gone" }) } },
  });
  for (const at of [0, 60, 120, 200]) await run.passAt(minutes(at));
  expect(await run.records()).toBe(12 * 60);
});

/** One record a minute for four hours, of which the place keeps a day. */
const expiring = (createdAt: Instant | null) => {
  const { ports } = worldOf({ deliveries: [], sessions: [], hours: new Map() });
  const detail = { status: "TERMINATED", name: null, createdAt, timeoutSeconds: 28_800 };
  const answer = (createdAt === null ? { kind: "gone" } : { kind: "found", value: detail }) as Lookup<SessionDetail>;
  return placeWorld({
    placed: Array.from({ length: 240 }, (_, i) => ({
      session: "s",
      at: minutes(-26 * hour + i + 10),
      records: [{ at: minutes(-26 * hour + i), elapsedSeconds: 60, vcpuHours: 0.006, gbHours: 0.018 }],
    })),
    location: { retentionMs: 24 * hourMs },
    input: { backfillMs: 48 * hourMs },
    ports: { sandboxes: { ...ports.sandboxes, getSession: async () => answer } },
  });
};

it.each([
  ["its start is known", minutes(-26 * hour)],
  ["nobody knows its start", null],
])("says that the beginning of a session has expired, where %s", async (_what, createdAt) => {
  const run = expiring(createdAt);
  for (let at = 0; at < 120; at += 10) await run.passAt(minutes(at));
  expect(await run.bill()).toMatchObject({
    basis: "rated",
    final: true,
    approximate: "records are missing: those before 2026-11-19T12:05:00.000Z had expired where they were",
  });
  expect(await run.records()).toBe(120);
});

it("says so of a session that expired while its place could not be read", async () => {
  const records = seconds(minutes(30), minutes(30 + hour));
  const run = placeWorld({
    placed: [{ session: "s", at: minutes(95), records }],
    sessions: [seen("s", { createdAt: minutes(30), timeoutSeconds: 7200, goneAt: minutes(91) })],
    location: { retentionMs: 24 * hourMs },
    input: { backfillMs: hourMs },
  });
  run.isBroken = () => true;
  await run.passAt(minutes(0));
  run.isBroken = () => false;
  const told = run.codes(await run.passAt(minutes(25 * hour)));
  expect(told).toContain("RecordsExpired");
  const bill = await run.bill();
  expect(bill?.approximate).toMatch(/^records are missing: those before .* had expired/);
  expect(await run.records()).toBe(30 * 60);
});

it.each([bucketPlace, {}])(
  "reads a place from where it would have begun, however long that cannot be read: %j",
  async (location) => {
    const run = placeWorld({
      placed: [{ session: "s", at: minutes(-100), records: seconds(minutes(-115), minutes(-114)) }],
      sessions: [],
      location,
      input: { backfillMs: 2 * hourMs },
    });
    run.isBroken = () => true;
    for (const at of [0, 60, 120]) await run.passAt(minutes(at));
    run.isBroken = () => false;
    await run.passAt(plusMs(minutes(180), 1));
    await run.passAt(plusMs(minutes(190), 1));
    expect(await run.records()).toBe(60);
  },
);
