import { describe, expect, it } from "vitest";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { memoryStopRecords } from "../../adapters/memory/stop-records.ts";
import { missingSessions } from "../../cli/cleanup/missing-sessions.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import type { SessionRecord } from "../../core/ports/registry.ts";
import { done, here, intended, minutes, there } from "../stop-records/records.ts";

const tool = interpreterId("tool-VbMl9Hi8I4");
const publishing = { publish: false, publishRegion: null };
const flags = { interpreter: null, reason: "x", yes: true, publishing, overrideProtection: false, policyUnread: null };
const denied = { code: "AccessDenied", message: "denied", region: "eu-west-1" };

const watched = (session: string, goneAt: SessionRecord["goneAt"]): SessionRecord => ({
  interpreter: tool,
  session: sessionId(session),
  name: null,
  createdAt: minutes(-60),
  timeoutSeconds: null,
  firstSeenAt: minutes(-50),
  lastSeenAt: minutes(5),
  goneAt,
  lowUsd: null,
  highUsd: null,
  costAsOf: minutes(5),
});

async function missing(sessions: readonly string[], change: { unread?: boolean; interpreter?: string } = {}) {
  const stores = { registry: memoryRegistry(), stopRecords: memoryStopRecords() };
  const health = { state: "ok", failures: 0 } as never;
  const kept = [watched("left", null), watched("gone", minutes(9))];
  await stores.registry.commit(there, 0, { at: minutes(9), sessions: kept, alerts: [], health, newEvents: [] });
  for (const [name, state] of [
    ["stopped", "stopped"],
    ["failed", "failed"],
  ] as const) {
    const record = intended(name, 0);
    await stores.stopRecords.put(record);
    await stores.stopRecords.put(done(record, state));
  }
  const { unread = false, interpreter = null } = change;
  const looked = { targets: [here, there], live: new Set(["lives"]), unread: unread ? [denied] : [] };
  return missingSessions(stores, { ...flags, sessions, interpreter }, looked);
}

describe("a session that was named and is not live", () => {
  it("is as good as stopped where the state knows that it has ended, and it is said how", async () => {
    const { ended, problems } = await missing(["lives", "stopped", "gone", "left"]);
    expect(problems).toEqual([]);
    expect(ended).toMatchObject([
      { session: "stopped", region: "us-east-1", message: "it was stopped by policy usual (plan p1)" },
      {
        session: "gone",
        region: "eu-west-1",
        at: "2026-11-20T12:09:00.000Z",
        message: expect.stringContaining("watch"),
      },
      { session: "left", at: "2026-11-20T12:05:00.000Z", message: expect.stringContaining("has ended since") },
    ]);
  });

  it.each([
    ["failed", {}, "typed wrong"],
    ["nobody", {}, "typed wrong"],
    ["stopped", { interpreter: "other-VbMl9Hi8I4" }, "typed wrong"],
    ["gone", { interpreter: "other-VbMl9Hi8I4" }, "typed wrong"],
    ["left", { unread: true }, "may live all the same"],
  ])("is told as not found where nothing is known of its end (%s %j)", async (session, change, text) => {
    const { ended, problems } = await missing([session], change);
    expect(ended).toEqual([]);
    expect(problems).toMatchObject([{ code: "SessionNotFound", message: expect.stringContaining(text) }]);
  });
});
