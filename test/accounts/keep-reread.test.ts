import { expect, it } from "vitest";
import type { Target } from "../../core/inventory/target.ts";
import { bucketPlace, placeWorld } from "./place-world.ts";
import { minutes, seconds, seen } from "./settle-fixture.ts";

const hour = 60;
const sessions = [seen("s", { goneAt: minutes(10) })];
const placed = [
  { session: "s", at: minutes(10), records: seconds(minutes(0), minutes(1)) },
  { session: "s", at: minutes(303), records: seconds(minutes(1), minutes(2)) },
];

it("adds a late file although the pass that reads the session anew is due before the one that found the file", async () => {
  const run = placeWorld({ placed, sessions, location: bucketPlace });
  for (const at of [20, 150, 200, 260]) await run.passAt(minutes(at));
  // The pass of 305 finds the file, and what the session has in all cannot be read; that of 300 is tried again after it.
  run.isBroken = ({ from }) => from < minutes(100);
  await run.passAt(minutes(305));
  run.isBroken = () => false;
  expect(await run.open()).toEqual(["s reopened"]);
  await run.passAt(minutes(300), minutes(305));
  expect(await run.records()).toBe(120);
  expect(await run.open()).toEqual([]);
});

it("adds a late file although an older pass settles while a younger one has just found it", async () => {
  const run = placeWorld({ placed, sessions, location: bucketPlace });
  for (const at of [20, 150, 200, 260]) await run.passAt(minutes(at));
  let go = (): void => undefined;
  const found = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { ledger, usage } = run.ports;
  const slow = { ...run.ports, ledger: { ...ledger, open: (target: Target) => found.then(() => ledger.open(target)) } };
  const old = run.world.passAt(minutes(300), slow);
  const young = {
    ...run.ports,
    usage: {
      ...usage,
      read: async (...[request, onUsage, signal]: Parameters<typeof usage.read>) => {
        if (request.from < minutes(100)) {
          go();
          await old;
        }
        return usage.read(request, onUsage, signal);
      },
    },
  };
  await run.passAt(minutes(299), minutes(305));
  await Promise.all([old, run.world.passAt(minutes(305), young)]);
  expect(await run.records()).toBe(120);
  expect(await run.open()).toEqual([]);
});

it.each([5, hour, 3 * hour, 4 * hour, 8 * hour])(
  "has all records of a session whose delivery moved to another place, with passes every %i minutes",
  async (every) => {
    const run = placeWorld({
      placed: Array.from({ length: 60 }, (_, i) => ({
        session: "s",
        place: i < 10 ? "/old" : "/new",
        at: minutes(i + 16),
        records: seconds(minutes(i), minutes(i + 1)),
      })),
      sessions: [seen("s", { timeoutSeconds: 28_800, lastSeenAt: minutes(60), goneAt: minutes(61) })],
      location: (at) => ({ place: at < minutes(10) ? "/old" : "/new" }),
    });
    const told = new Set<string>();
    for (let at = 5; at < 40 * hour; at += every) {
      for (const code of run.codes(await run.passAt(minutes(at)))) told.add(code);
    }
    expect(await run.records()).toBe(3600);
    expect(await run.bill()).toMatchObject({ lateUnverifiable: 0, approximate: null });
    expect([...told]).toEqual([]);
  },
);

it.each([
  { sessions: 100, readings: 1 },
  { sessions: 400, readings: 1 },
  { sessions: 401, readings: 2 },
])("reads files once for $sessions sessions that come again a day later: $readings times", async (one) => {
  const names = Array.from({ length: one.sessions }, (_, i) => `s${i}`);
  const files = (at: number) =>
    names.map((session) => ({ session, at: minutes(at), records: seconds(minutes(0), minutes(0, 3000)) }));
  const run = placeWorld({
    placed: [...files(10), ...files(25 * hour)],
    sessions: names.map((name) => seen(name, { goneAt: minutes(10) })),
    location: bucketPlace,
  });
  for (const at of [20, 150, 200, 260]) await run.passAt(minutes(at));
  run.requests.length = 0;
  for (let at = 25 * hour + 5; at < 26 * hour; at += 5) await run.passAt(minutes(at));
  expect(run.requests.filter(({ from }) => from <= minutes(0))).toHaveLength(one.readings);
  expect(await run.open()).toEqual([]);
  expect(await run.bill("s0")).toMatchObject({ version: 1, charges: [{ records: 3 }] });
});
