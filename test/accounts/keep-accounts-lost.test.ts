import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import type { AccountsPorts } from "../../core/jobs/accounts/ports.ts";
import { collect } from "../history/collect.ts";
import { always } from "../history/fixture.ts";
import { openIn, type Story, sessionsOf, type World, worldOf } from "./keep-fixture.ts";
import { minutes, none, seconds, seen } from "./settle-fixture.ts";

const hourMinutes = 60;
const early = { session: "s", at: minutes(20), records: seconds(minutes(3), minutes(4)) };
const late = { session: "s", at: minutes(300), records: seconds(minutes(2), minutes(3), 0.0006) };
const story = (...deliveries: Story["deliveries"]): Story => ({
  deliveries,
  sessions: [seen("s", { goneAt: minutes(10) })],
  hours: new Map(),
});
const world = (given: Story): World => worldOf(given, { backfillMs: 48 * 3_600_000 });
const recordsOf = async (of: World): Promise<number | undefined> =>
  (await sessionsOf(of)).get("s")?.charges.reduce((sum, { records }) => sum + records, 0);
const restatementsOf = ({ ports }: World) => collect(ports.history.restatements(...always));

/** The state file is gone, and history is still there. */
const withoutMemory = ({ ports }: World): AccountsPorts => ({
  ...ports,
  ledger: memoryLedger(),
  documents: memoryDocuments(),
});

describe("sessions that are rated anew because their memory was lost", () => {
  it("are restated where their source says more than when they were closed", async () => {
    const it = world(story(early, late));
    for (const at of [40, 100, 140, 200, 260]) await it.passAt(minutes(at));
    expect(await recordsOf(it)).toBe(60);
    const lost = withoutMemory(it);
    for (const at of [310, 400, 600, 27 * hourMinutes]) {
      expect((await it.passAt(minutes(at), lost)).targets[0]?.problems).toEqual([]);
    }
    expect(await recordsOf(it)).toBe(120);
    expect(await restatementsOf(it)).toMatchObject([
      { session: "s", version: 2, reason: "source-reread", lateRecords: 60 },
    ]);
    expect(await openIn({ ...it, ports: lost })).toEqual([]);
  });

  it("leave history as it is where their source says the same", async () => {
    const it = world(story(early));
    for (const at of [40, 100, 140, 200, 260]) await it.passAt(minutes(at));
    const before = await sessionsOf(it);
    const lost = withoutMemory(it);
    for (const at of [310, 400, 600]) await it.passAt(minutes(at), lost);
    expect(await sessionsOf(it)).toEqual(before);
    expect(await restatementsOf(it)).toEqual([]);
    expect(await openIn({ ...it, ports: lost })).toEqual([]);
  });

  it("leave history as it is where their source says less", async () => {
    const it = world(story(early));
    for (const at of [40, 100, 140, 200, 260]) await it.passAt(minutes(at));
    const before = await sessionsOf(it);
    const lost = withoutMemory(it);
    const usage = { ...lost.usage, locate: async () => none("missing") };
    for (const at of [310, 400, 600, 27 * hourMinutes]) await it.passAt(minutes(at), { ...lost, usage });
    expect(await sessionsOf(it)).toEqual(before);
    expect(await restatementsOf(it)).toEqual([]);
  });

  it("come after all versions that history has, however often their memory is lost", async () => {
    const last = { session: "s", at: minutes(700), records: seconds(minutes(1), minutes(2)) };
    const it = world(story(early, late, last));
    for (const at of [40, 100, 140, 200, 260]) await it.passAt(minutes(at));
    const once = withoutMemory(it);
    for (const at of [310, 400, 600]) await it.passAt(minutes(at), once);
    const twice = withoutMemory(it);
    for (const at of [710, 800, 900]) await it.passAt(minutes(at), twice);
    expect([await recordsOf(it), (await sessionsOf(it)).get("s")?.version]).toEqual([180, 3]);
    expect((await restatementsOf(it)).map(({ version }) => version)).toEqual([2, 3]);
  });
});
