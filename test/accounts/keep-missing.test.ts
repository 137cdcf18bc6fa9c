import { expect, it } from "vitest";
import { worldOf } from "./keep-fixture.ts";
import { placeWorld } from "./place-world.ts";
import { keyOf, minutes, seconds, seen } from "./settle-fixture.ts";

const hour = 60;

it("finds a record that came hours late although the target was busy for a while since", async () => {
  const world = worldOf({
    deliveries: [
      { session: "s", at: minutes(20), records: seconds(minutes(3), minutes(4)) },
      { session: "s", at: minutes(300), records: seconds(minutes(2), minutes(3), 0.0006) },
    ],
    sessions: [seen("s", { goneAt: minutes(10) })],
    hours: new Map(),
  });
  const many = Array.from({ length: 1001 }, (_, i) =>
    seen(`busy${i}`, { createdAt: minutes(400), firstSeenAt: minutes(400), lastSeenAt: minutes(400) }),
  );
  const { registry } = world.ports;
  const busy = {
    ...world.ports,
    registry: {
      ...registry,
      load: async (...args: Parameters<typeof registry.load>) => {
        const loaded = await registry.load(...args);
        return { ...loaded, openSessions: [...loaded.openSessions, ...many] };
      },
    },
  };
  for (const at of [40, 100, 140, 200, 260, 380]) await world.passAt(minutes(at));
  for (let at = 410; at < 590; at += 30) await world.passAt(minutes(at), busy);
  for (const at of [600, 29 * hour]) await world.passAt(minutes(at));
  const [stored] = await world.ports.ledger.sessions([keyOf("s")]);
  expect(stored?.bill.charges.map(({ records }) => records)).toEqual([120]);
});

it("says of a bill why records are missing where a place could not be read to its end for a day", async () => {
  const run = placeWorld({
    placed: Array.from({ length: 120 }, (_, i) => ({
      session: "s",
      at: minutes(70 + i + 10),
      records: seconds(minutes(70 + i), minutes(71 + i)),
    })),
    sessions: [seen("s", { createdAt: minutes(70), timeoutSeconds: 28_800, goneAt: minutes(191) })],
    location: {},
  });
  run.isBroken = ({ from, until }) => from < minutes(115) && until > minutes(110);
  for (let at = 0; at <= 28 * hour; at += 30) await run.passAt(minutes(at));
  expect(await run.bill()).toMatchObject({
    basis: "rated",
    final: true,
    approximate: "records are missing: those from 2026-11-20T13:45:00.000Z on could not be read for a day",
  });
  run.isBroken = () => false;
  for (const at of [29, 30]) await run.passAt(minutes(at * hour));
  expect(await run.bill()).toMatchObject({ approximate: null, version: 2 });
  expect(await run.records()).toBe(120 * 60);
});

it.each([
  ["the end is known", minutes(72)],
  ["its silence was read too", null],
])("says nothing of the kind of a session that was read to its end before, where %s", async (_what, goneAt) => {
  const sessions = goneAt === null ? [] : [seen("s", { createdAt: minutes(60), goneAt })];
  const run = placeWorld({
    placed: [{ session: "s", at: minutes(80), records: seconds(minutes(60), minutes(71)) }],
    sessions,
    location: {},
  });
  run.isBroken = ({ until }) => until > minutes(goneAt === null ? 200 : 90);
  for (let at = 0; at <= 28 * hour; at += 30) await run.passAt(minutes(at));
  expect(await run.bill()).toMatchObject({ basis: "rated", approximate: null, final: true });
});
