import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import type { AccountsPorts } from "../../core/jobs/accounts/ports.ts";
import { believedMarks } from "../../core/jobs/ingest/clock.ts";
import type { SessionRecord } from "../../core/ports/registry.ts";
import { worldOf } from "./keep-fixture.ts";
import { bucketPlace, placeWorld } from "./place-world.ts";
import { minutes, seconds, seen, target } from "./settle-fixture.ts";

const hour = 60;
const registryOf = (openSessions: readonly SessionRecord[]): AccountsPorts["registry"] => ({
  ...worldOf({ deliveries: [], sessions: [], hours: new Map() }).ports.registry,
  load: async () => ({ revision: 1, openSessions, alerts: [], health: null, unsentEvents: [] }),
});
const places = { "a bucket": bucketPlace, "a log group": {} };
const worldAt = (location: object) =>
  placeWorld({
    placed: [
      { session: "s", at: minutes(-10), records: seconds(minutes(-25), minutes(-24)) },
      { session: "s", at: minutes(15), records: seconds(minutes(-1), minutes(4)) },
      { session: "s", at: minutes(100), records: seconds(minutes(88), minutes(93)) },
    ],
    sessions: [seen("s", { createdAt: minutes(-25), timeoutSeconds: 28_800, goneAt: minutes(95) })],
    location,
  });
/** Passes that are right, and what is told of them. */
async function rightOnes(run: ReturnType<typeof worldAt>, ats: readonly number[]): Promise<readonly string[]> {
  const told: string[] = [];
  for (const at of ats) told.push(...run.codes(await run.passAt(minutes(at))));
  return told;
}

describe.each(Object.entries(places))("a pass over %s whose clock is ahead", (_kind, location) => {
  it.each([1, 10, 72])("by %i hours loses nothing", async (ahead) => {
    const run = worldAt(location);
    await rightOnes(run, [-40, -30, -20, -10, 0]);
    await run.passAt(minutes(ahead * hour + 5), minutes(5));
    const told = await rightOnes(run, [10, 20, 40, 110, 150, 200, 260, 300]);
    expect(told).toEqual(["ClockAhead"]);
    for (const at of [ahead, ahead + 5, ahead + 30]) expect(await rightOnes(run, [300 + at * hour])).toEqual([]);
    expect(await run.records()).toBe(60 + 300 + 300);
    expect(await run.bill()).toMatchObject({ approximate: null, lateUnverifiable: 0 });
    expect(await run.open()).toEqual([]);
  });

  it("is told by its problem, and the next is complete again", async () => {
    const run = worldAt(location);
    await rightOnes(run, [0]);
    await run.passAt(minutes(10 * hour), minutes(5));
    expect(await run.passAt(minutes(10))).toMatchObject({ complete: false });
    expect(await run.passAt(minutes(15))).toMatchObject({ complete: true });
  });

  it("and others after it, further ahead each time, lose nothing", async () => {
    const run = worldAt(location);
    await rightOnes(run, [-40, -30, 0]);
    for (const ahead of [2, 2.1, 10, 80]) await run.passAt(minutes(ahead * hour), minutes(5));
    await rightOnes(run, [10, 20, 110, 150, 200, 300, 100 * hour]);
    expect(await run.records()).toBe(660);
  });

  it("and an hour of others after it, as far apart as usual, lose nothing", async () => {
    const run = worldAt(location);
    await rightOnes(run, [-50, -35, -20, -5]);
    for (let at = 10; at < 130; at += 15) await run.passAt(minutes(10 * hour + at), minutes(at));
    await rightOnes(run, [135, 150, 200, 300, 30 * hour]);
    expect(await run.records()).toBe(660);
  });

  it("is seen although what passes remember is lost", async () => {
    const run = worldAt(location);
    await rightOnes(run, [-40, -30, 0]);
    await run.passAt(minutes(72 * hour), minutes(5));
    const { documents } = run.ports;
    const name = `clock/${target.account}/${target.region}`;
    const revision = (await documents.read(name))?.revision ?? 0;
    await documents.write(name, { revision, text: "{" });
    expect(await rightOnes(run, [10])).toEqual(["ClockAhead"]);
    await rightOnes(run, [20, 110, 150, 200, 300, 100 * hour]);
    expect(await run.records()).toBe(660);
  });

  it("goes on from the same where what is read again is cut off", async () => {
    const run = worldAt(location);
    await rightOnes(run, [-40, -30, 0]);
    await run.passAt(minutes(10 * hour), minutes(5));
    run.isBroken = () => true;
    await rightOnes(run, [110]);
    run.isBroken = () => false;
    await rightOnes(run, [150, 200, 300, 30 * hour]);
    expect(await run.records()).toBe(660);
  });
});

it("bounds a session without records that lived after a pass whose clock was days ahead", async () => {
  const run = placeWorld({
    placed: [],
    sessions: [
      seen("s", { createdAt: minutes(60), firstSeenAt: minutes(61), lastSeenAt: minutes(69), goneAt: minutes(70) }),
    ],
    location: {},
  });
  for (const at of [-40, -30, 0]) await run.passAt(minutes(at));
  await run.world.passAt(minutes(72 * hour), { ...run.ports, registry: registryOf([]) });
  for (const at of [20, 80, 200, 300]) await run.passAt(minutes(at));
  expect(await run.bill()).toMatchObject({ basis: "bounded", final: true });
});

it("remembers a thousand places in far less than a store takes", async () => {
  const documents = memoryDocuments();
  const marks = new Map(
    Array.from({ length: 1000 }, (_, i) => {
      const source = `log-group:/aws/vendedlogs/bedrock-agentcore/code-interpreter/USAGE_LOGS/tool-${i}-VbMl9Hi8I4`;
      const mark = { source, readUntil: minutes(i), finalUntil: minutes(-i), checkedUntil: minutes(-1440) };
      return [source, mark] as const;
    }),
  );
  for (let pass = 0; pass < 12; pass += 1) await believedMarks(documents, minutes(2000 + 15 * pass), target, marks);
  const document = await documents.read(`clock/${target.account}/${target.region}`);
  expect(document?.text.length).toBeLessThan(300_000);
});

it.each([
  { afterMs: 15 * 60_000, told: [] },
  { afterMs: 15 * 60_000 - 1, told: [] },
  { afterMs: 15 * 60_000 + 1, told: ["ClockAhead"] },
])("a pass that was due $afterMs ms before the last one", async ({ afterMs, told }) => {
  const run = worldAt(bucketPlace);
  await rightOnes(run, [0, 10, 20]);
  const late = minutes(20, -afterMs);
  expect(run.codes(await run.passAt(late, minutes(20)))).toEqual(told);
});
