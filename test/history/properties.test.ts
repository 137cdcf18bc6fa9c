import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { pathPart } from "../../adapters/history/partition.ts";
import { storedText, textOfStored } from "../../adapters/history/stored-text.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { bill, charge, hostileTexts, hours } from "../ledger-store/bills.ts";
import { collect } from "./collect.ts";
import { allBills, historyIn } from "./fixture.ts";

// Halves of surrogate pairs included.
const odd = fc.array(fc.nat(0xffff), { maxLength: 6 }).map((units) => String.fromCharCode(...units));
const text = fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: "binary" }), odd);
const big = fc.bigInt(0n, 2n ** 63n - 1n);
const hour = fc.integer({ min: 0, max: 20 }).map((count) => hours(count));
const count = fc.nat(0x7fffffff);
const amount = fc.bigInt(0n, 10n ** 20n).map((n) => `${n / 10n ** 12n}.${String(n % 10n ** 12n).padStart(12, "0")}`);
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });

const charges = fc
  .uniqueArray(
    fc.record({
      hourAt: hour,
      priceStartsAt: orNull(fc.constantFrom(instant(Date.UTC(2025, 6, 16)), instant(Date.UTC(2025, 9, 7)))),
      records: count,
      meteredMs: fc.maxSafeNat(),
      vcpuNs: big,
      byteMs: big,
      idleByteMs: big,
      loggedByteMs: big,
      peakTaxByteMs: big,
    }),
    { selector: (it) => `${it.hourAt}/${it.priceStartsAt}`, maxLength: 5 },
  )
  .map((all) => all.sort((a, b) => a.hourAt - b.hourAt || (a.priceStartsAt ?? -1) - (b.priceStartsAt ?? -1)));

const anyBill: fc.Arbitrary<SessionBill> = fc
  .record({
    account: text.map(accountId),
    region: fc.oneof(fc.constant("us-east-1"), text).map(region),
    interpreter: text.map(interpreterId),
    session: text.map(sessionId),
    name: orNull(text),
    createdAt: orNull(hour),
    endedAt: orNull(hour),
    endSource: orNull(fc.constantFrom("get", "list", "timeout", "last-record")),
    basis: fc.constantFrom("rated", "allocated", "bounded"),
    approximate: orNull(text),
    gapMs: fc.maxSafeNat(),
    duplicates: count,
    lateUnverifiable: count,
    peakBytes: orNull(fc.maxSafeNat()),
    lowUsd: orNull(amount),
    highUsd: orNull(amount),
    asOf: hour,
    final: fc.boolean(),
    version: fc.integer({ min: 1, max: 3 }),
    charges,
  })
  .map((it) => it as SessionBill)
  .map((it) => ({
    ...it,
    // Nobody knows these of a charge that was not metered.
    charges: it.basis === "rated" ? it.charges : it.charges.map((charge) => ({ ...charge, ...unmetered })),
  }));
const unmetered = { idleByteMs: 0n, loggedByteMs: 0n, peakTaxByteMs: 0n };

const keyOf = (it: SessionBill): string => JSON.stringify([it.account, it.region, it.interpreter, it.session]);
const sorted = (bills: Iterable<SessionBill>) => [...bills].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

describe("whatever bills there are", () => {
  it("they come back from Parquet as they were, in whatever batches they were written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(anyBill, { selector: keyOf, maxLength: 8 }), fc.nat(8), async (bills, cut) => {
        const history = historyIn(memoryStore());
        await history.write(bills.slice(0, cut));
        await history.write(bills.slice(Math.max(0, cut - 2)));
        expect(await allBills(history)).toEqual(sorted(bills));
      }),
      { numRuns: 60 },
    );
  });

  it("the highest version of each stands in the end, in whatever order they were written", async () => {
    // On both sides of midnight, no further apart than a session lives.
    const near = fc.integer({ min: 7, max: 16 }).map((count) => hours(count));
    const version = fc.record({
      session: fc.constantFrom("a", "b"),
      version: fc.integer({ min: 1, max: 4 }),
      hour: near,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(version, { selector: (it) => `${it.session}${it.version}` }),
        async (versions) => {
          const history = historyIn(memoryStore());
          const bills = versions.map((it) =>
            bill(it.session, { version: it.version, charges: [charge({ hourAt: it.hour })] }),
          );
          for (const it of bills) await history.write([it]);
          const highest = Map.groupBy(bills, (it) => it.session);
          expect(await allBills(history)).toEqual(
            sorted([...highest.values()].map((all) => all.reduce((a, b) => (a.version > b.version ? a : b)))),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it("no text changes on its way through a file", () => {
    fc.assert(
      fc.property(text, (it) => {
        expect(storedText(it).isWellFormed()).toBe(true);
        expect(textOfStored(storedText(it))).toBe(it);
      }),
    );
  });

  it("no text leads out of its folder, or into that of another", () => {
    const parts = new Map<string, string>();
    fc.assert(
      fc.property(text, (it) => {
        const part = pathPart(it);
        expect(part).toMatch(/^[A-Za-z0-9_-]{1,126}$/);
        expect(parts.get(part) ?? it).toBe(it);
        parts.set(part, it);
      }),
      { numRuns: 500 },
    );
  });

  it("hostile accounts and Regions get folders of their own, and stay what they are", async () => {
    const store = memoryStore();
    const bills = hostileTexts.map((it) => bill("s", { account: accountId(it), region: region(it), name: it }));
    await historyIn(store).write(bills);
    const paths = await collect(store.list("history", "i"));
    expect(new Set(paths).size).toBe(hostileTexts.length);
    expect(paths.filter((path) => path.split("/").length !== 5 || path.includes(".."))).toEqual([]);
    expect(await allBills(historyIn(store))).toEqual(sorted(bills));
  });
});
