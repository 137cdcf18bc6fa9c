import fc from "fast-check";
import { expect, it } from "vitest";
import { everyRegion } from "../../core/billing/price-row.ts";
import { formatUsd, sumUsd, type Usd } from "../../core/kernel/money.ts";
import { ratedOf } from "../../core/ledger/charge-lines.ts";
import { chargesOf } from "../../core/ledger/charges-of.ts";
import { foldRecords, settings } from "../ledger/account-fixtures.ts";
import { type Delivery, openIn, sessionsOf, type World, worldOf } from "./keep-fixture.ts";
import { keyOf, minutes, prices, seconds, seen } from "./settle-fixture.ts";

const periods = prices.get(everyRegion) ?? [];
const names = ["a", "b", "c"];

/** Stretches of records of three sessions, some twice, each delivered up to five hours late, in any order. */
const deliveries: fc.Arbitrary<readonly Delivery[]> = fc
  .array(
    fc.record({
      session: fc.constantFrom(...names),
      from: fc.integer({ min: -40, max: 60 }),
      lasts: fc.integer({ min: 1, max: 20 }),
      lateBy: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 61, max: 300 })),
      gbHours: fc.constantFrom(0.0002, 0.0005, 0.0011),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) =>
    list.map(({ session, from, lasts, lateBy, gbHours }) => ({
      session,
      at: minutes(from + lateBy),
      records: seconds(minutes(from), minutes(from, lasts * 1000), gbHours),
    })),
  );

const schedule = fc.record({
  /** One may come after a later one: a message that waited, or another machine. */
  passes: fc.array(fc.integer({ min: 5, max: 60 * 26 }), { maxLength: 8 }),
  inOrder: fc.boolean(),
  overlaps: fc.boolean(),
  replays: fc.boolean(),
});

async function total(world: World): Promise<Readonly<Record<string, string>>> {
  const bills = [...(await sessionsOf(world)).values()].filter(({ basis }) => basis === "rated");
  const cost = (charges: Parameters<typeof ratedOf>[0]): Usd[] => {
    const rated = ratedOf(charges, periods, "binary");
    return rated === null ? [] : [rated.rated];
  };
  return {
    ...Object.fromEntries(bills.map(({ session, charges }) => [session, formatUsd(sumUsd(cost(charges)))])),
    total: formatUsd(sumUsd(bills.flatMap(({ charges }) => cost(charges)))),
  };
}

it("any replay or reorder of scans: same total", async () => {
  await fc.assert(
    fc.asyncProperty(deliveries, schedule, async (list, { passes: some, inOrder, overlaps, replays }) => {
      const passes = inOrder ? some.toSorted((a, b) => a - b) : some;
      const sessions = names.map((name) =>
        seen(name, { timeoutSeconds: 3600, goneAt: minutes(61), lastSeenAt: minutes(60) }),
      );
      const world = worldOf({ deliveries: list, sessions, hours: new Map() }, { backfillMs: 3 * 3_600_000 });
      // The first pass is in time to see all, the last ones late enough to count all.
      for (const at of [0, ...passes, 60 * 27, 60 * 29, 60 * 31]) {
        await Promise.all([world.passAt(minutes(at)), ...(overlaps ? [world.passAt(minutes(at))] : [])]);
        if (replays) await world.passAt(minutes(at));
      }
      const wanted = names.flatMap((session) => {
        const records = list.filter((it) => it.session === session).flatMap((it) => it.records);
        const charges = chargesOf(foldRecords(null, keyOf(session), records), periods, settings)?.charges ?? [];
        const cost = ratedOf(charges, periods, "binary");
        return charges.length === 0 || cost === null ? [] : [[session, cost.rated] as const];
      });
      expect(await total(world)).toEqual({
        ...Object.fromEntries(wanted.map(([session, usd]) => [session, formatUsd(usd)])),
        total: formatUsd(sumUsd(wanted.map(([, usd]) => usd))),
      });
      expect(await openIn(world)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
