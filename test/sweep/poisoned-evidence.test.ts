import { afterEach, beforeEach, expect, it } from "vitest";
import { type SqliteStopRecords, sqliteStopRecords } from "../../adapters/sqlite/stop-records.ts";
import { evidenceOfCalls } from "../../core/cleanup/evidence/call-evidence.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import { leak, minute } from "./lives.ts";
import { outcomesOf } from "./outcomes.ts";
import { inputOf, policy, sweepWorld } from "./sweep-world.ts";

let records: SqliteStopRecords;
beforeEach(() => {
  records = sqliteStopRecords(":memory:");
});
afterEach(() => records.close());

it("evidence that nobody could read back keeps its own session, and bars no other, in this pass nor in the next", async () => {
  const called = { calls: [{ from: minute(250), until: minute(251) }] };
  const world = await sweepWorld(minute(300), [leak("a", called), leak("b", { calls: [] })]);
  const future = { startAt: instant(1e294), endAt: instant(1e294) };
  const ports: typeof world.ports = {
    ...world.ports,
    records,
    readSessionCalls: async (_target, _interpreter, sessions, _window, _stamp, now) => {
      const window = { from: minute(0), until: now };
      const reading = {
        asOf: now,
        of: "session",
        window,
        completeUntil: plusMs(now, -300_000),
        stamp: "unknown",
      } as const;
      return new Map(sessions.map((id) => [id, evidenceOfCalls(id === "a" ? [future] : [], reading)]));
    },
  };
  const input = inputOf({}, { policies: [policy({ maxAgeMs: 240 * 60_000, maxAgeStopsBusy: true })] });
  const first = await world.pass(input, ports);
  expect(outcomesOf(first)).toEqual(["b stopped", "a refused state-unavailable"]);
  expect(first.outcomes.at(-1)).toMatchObject({
    message: expect.stringMatching(/session a of .* was not written.*could not be read back/),
  });
  expect(first.problems).toEqual([]);
  world.lives.set("c", leak("c", { calls: [] }));
  world.at = minute(311);
  const next = await world.pass(input, ports);
  expect(outcomesOf(next)).toEqual(["c stopped", "a refused state-unavailable"]);
  expect(next.problems).toEqual([]);
  expect([...world.stopped.keys()]).toEqual(["b", "c"]);
});
