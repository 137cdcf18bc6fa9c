import { describe, expect, it } from "vitest";
import type { AccountsOutcome } from "../../core/jobs/accounts/outcome.ts";
import type { AccountsPorts } from "../../core/jobs/accounts/ports.ts";
import { startOfDay } from "../../core/kernel/calendar.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { RegistryError, type RegistryErrorCode } from "../../core/ports/registry-error.ts";
import { openIn, sessionsOf, worldOf } from "./keep-fixture.ts";
import { minutes, seconds, seen } from "./settle-fixture.ts";

const hour = 60;
const codesOf = ({ targets }: AccountsOutcome) => targets.flatMap(({ problems }) => problems.map(({ code }) => code));

/** A hundred sessions of a day, and one of the day after. */
const names = Array.from({ length: 100 }, (_, i) => `s${i}`);
const world = () =>
  worldOf({
    deliveries: [
      ...names.map((session) => ({ session, at: minutes(20), records: seconds(minutes(0), minutes(0, 2000)) })),
      { session: "other", at: minutes(13 * hour + 20), records: seconds(minutes(13 * hour), minutes(13 * hour, 2000)) },
    ],
    sessions: [
      ...names.map((name) => seen(name, { goneAt: minutes(10) })),
      seen("other", {
        createdAt: minutes(13 * hour),
        firstSeenAt: minutes(13 * hour),
        lastSeenAt: minutes(13 * hour + 1),
        goneAt: minutes(13 * hour + 2),
      }),
    ],
    hours: new Map(),
  });

/** Bills that history refuses all at once, for those that are `bad`. */
function refusing(ports: AccountsPorts, code: RegistryErrorCode, isBad: (bill: SessionBill) => boolean) {
  let writes = 0;
  const write: AccountsPorts["history"]["write"] = async (bills) => {
    writes += 1;
    if (bills.some(isBad)) throw new RegistryError(code, "no room");
    return ports.history.write(bills);
  };
  return { ports: { ...ports, history: { ...ports.history, write } }, writes: () => writes };
}

describe("a session whose bill history refuses", () => {
  it.each([0, 57, 99])(
    "keeps no other from being closed, is told by each pass, and closed in the end (the %i-th)",
    async (bad) => {
      const run = world();
      const refused = refusing(run.ports, "too-large", ({ session }) => session === names[bad]);
      await run.passAt(minutes(40), refused.ports);
      const first = await run.passAt(minutes(200), refused.ports);
      expect(codesOf(first)).toEqual(["NotClosed"]);
      expect(first.targets).toMatchObject([{ status: "partial", closed: 99 }]);
      expect(first.targets[0]?.problems[0]?.message).toContain(`of ${names[bad]} could not be kept`);
      expect(refused.writes()).toBeLessThan(20);
      const later = await run.passAt(minutes(17 * hour), refused.ports);
      expect(codesOf(later)).toEqual(["NotClosed"]);
      expect((await sessionsOf(run)).has("other")).toBe(true);
      expect(await openIn(run)).toEqual([`${names[bad]} closing`]);
      await run.passAt(minutes(18 * hour));
      expect((await sessionsOf(run)).size).toBe(101);
      expect(await openIn(run)).toEqual([]);
    },
  );
});

it("closes the sessions of other days where what history has of one cannot be read", async () => {
  const run = world();
  const bad = startOfDay(minutes(0));
  const refused = refusing(run.ports, "corrupt", ({ charges }) =>
    charges.some(({ hourAt }) => startOfDay(hourAt) === bad),
  );
  await run.passAt(minutes(40), refused.ports);
  for (const at of [200, 17 * hour]) {
    expect(codesOf(await run.passAt(minutes(at), refused.ports))).toEqual(["NotClosed"]);
  }
  expect([...(await sessionsOf(run)).keys()]).toEqual(["other"]);
  expect(refused.writes()).toBeLessThan(10);
  await run.passAt(minutes(18 * hour));
  expect((await sessionsOf(run)).size).toBe(101);
});

it.each(["unreachable", "busy", "denied"] as const)(
  "asks a store once that cannot be written at all: %s",
  async (code) => {
    const run = world();
    const refused = refusing(run.ports, code, () => true);
    await run.passAt(minutes(40), refused.ports);
    expect(codesOf(await run.passAt(minutes(200), refused.ports))).toEqual(["StateUnavailable"]);
    expect(refused.writes()).toBe(1);
  },
);
