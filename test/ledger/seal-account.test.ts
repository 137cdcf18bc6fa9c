import { describe, expect, it } from "vitest";
import { instant } from "../../core/kernel/instant.ts";
import { chargesOf } from "../../core/ledger/charges-of.ts";
import { rereadReason } from "../../core/ledger/late-records.ts";
import { sealAccount } from "../../core/ledger/seal-account.ts";
import type { SessionAccount } from "../../core/ledger/session-account.ts";
import { foldRecords, key, priceLists, record, settings, start } from "./account-fixtures.ts";

const at = (afterMs: number): ReturnType<typeof instant> => instant(start + afterMs);
const prices = priceLists.newRule;
const seal = (account: SessionAccount, untilMs: number, digestsMs = 0): SessionAccount =>
  sealAccount(account, at(untilMs), at(digestsMs), prices, settings);
const tenSeconds = foldRecords(
  null,
  key,
  Array.from({ length: 10 }, (_, i) => record(i * 1000)),
);
/** A level of so many MiB, for one second. */
const level = (mib: number): number => mib / 1024 / 3600;

describe("a seal", () => {
  it("takes the records stamped before its instant and no others", () => {
    const { sealed, open } = seal(tenSeconds, 5000);
    expect(sealed?.charges.map(({ records }) => records)).toEqual([5]);
    expect(open.length).toBe(5);
    expect(open.at[0]).toBe(at(5000));
  });

  it("stays away where there is nothing to seal, so that early records still come in time", () => {
    const account = seal(tenSeconds, -1000);
    expect(account.sealed).toBeNull();
    const earlier = foldRecords(account, key, [record(-2000)]);
    expect(chargesOf(earlier, prices, settings)?.records).toBe(11);
  });

  it("moves on without records, and never back", () => {
    const moved = seal(seal(tenSeconds, 10_000), 20_000);
    expect(moved.sealed?.until).toBe(at(20_000));
    expect(seal(moved, 15_000)).toEqual(moved);
    expect(seal(foldRecords(moved, key, [record(25_000)]), 15_000).sealed).toEqual(moved.sealed);
  });

  it("keeps digests from an instant on, which never goes back either", () => {
    const account = seal(tenSeconds, 8000, 3000);
    expect(account.sealed?.digests.at.length).toBe(5);
    const forgotten = seal(account, 8000, 6000);
    expect(forgotten.sealed?.digests.at.length).toBe(2);
    const more = seal(forgotten, 10_000, 0);
    expect(more.sealed?.digests.since).toBe(at(6000));
    expect(more.sealed?.digests.at.length).toBe(4);
  });

  it("forgets no digest beyond its own instant", () => {
    const account = seal(tenSeconds, 5000, 60_000);
    expect(account.sealed?.digests).toMatchObject({ since: at(5000), at: new Float64Array(0) });
    expect(seal(account, 10_000, 60_000).sealed?.digests.since).toBe(at(10_000));
  });

  it.each([
    ["no level yet", [0], null],
    ["its last one", [0, 130, 150], 150],
    ["a higher one before", [0, 190, 150, 160], 190],
  ])("lets later records go on from the highest memory level so far: %s", (_, mib, peakMib) => {
    const ofMib = (size: number, i: number) =>
      size === 0
        ? record(i * 1000, { elapsedSeconds: 0.2, gbHours: 1e-5 })
        : record(i * 1000, { gbHours: level(size) });
    const { sealed } = seal(foldRecords(null, key, mib.map(ofMib)), 60_000);
    expect(sealed?.peakBytes).toBe(peakMib === null ? null : peakMib * 2 ** 20);
    for (const later of [128, 155, 710]) {
      const all = foldRecords(null, key, [...mib.map(ofMib), ofMib(later, 70)]);
      const cut = foldRecords(seal(foldRecords(null, key, mib.map(ofMib)), 60_000), key, [ofMib(later, 70)]);
      expect(chargesOf(cut, prices, settings)).toEqual(chargesOf(all, prices, settings));
    }
  });

  it("joins the charge of an hour that it cuts", () => {
    const cut = seal(seal(tenSeconds, 3000), 7000);
    const charges = chargesOf(cut, prices, settings)?.charges;
    expect(charges).toEqual(chargesOf(tenSeconds, prices, settings)?.charges);
    expect(charges).toHaveLength(1);
  });
});

describe("the one-second minimum", () => {
  it.each([
    { lastSeconds: 0.199, chargedMs: 1000n },
    { lastSeconds: 0.2, chargedMs: 1000n },
    { lastSeconds: 0.201, chargedMs: 1001n },
  ])("holds for the whole session and not for what is sealed ($lastSeconds s last)", ({ lastSeconds, chargedMs }) => {
    const account = foldRecords(null, key, [
      record(0, { elapsedSeconds: 0.8, gbHours: 0.8 * level(512) }),
      record(40_000, { elapsedSeconds: lastSeconds, gbHours: 0 }),
    ]);
    const sealed = seal(account, 20_000);
    expect(sealed.sealed?.charges[0]?.byteMs).toBe(800n * 512n * 2n ** 20n);
    const charges = chargesOf(sealed, prices, settings)?.charges ?? [];
    expect(charges.reduce((sum, charge) => sum + charge.byteMs, 0n)).toBe(chargedMs * 512n * 2n ** 20n);
    // The hour of the last record, which is not that of the first.
    expect(charges.map(({ hourAt }) => hourAt)).toEqual([at(-59.5 * 60_000), at(30_000)]);
    expect(charges[0]?.byteMs === 0n).toBe(lastSeconds < 0.2);
  });
});

describe("the sums of a sealed session", () => {
  const sealed = seal(tenSeconds, 10_000);

  it.each([
    ["hold", priceLists.newRule, settings, null],
    ["fall with another rule", priceLists.oldRule, settings, "price-change"],
    ["fall with a price that begins among its records", priceLists.fromTheMiddle, settings, "price-change"],
    ["hold with a price that begins behind them", priceLists.newThenOld, settings, null],
    ["fall with a price that is gone", priceLists.none, settings, "price-change"],
    ["fall with another GB", priceLists.newRule, { ...settings, gb: "decimal" } as const, "price-change"],
    ["fall with another idle level", priceLists.newRule, { ...settings, idleVcpu: 0.5 }, "price-change"],
  ])("%s", (_, periods, by, expected) => {
    expect(rereadReason(sealed, periods, by)).toBe(expected);
  });

  it("fall with a price that begins among the later ones, also where seals cut them", () => {
    expect(rereadReason(sealed, priceLists.changedAtSeven, settings)).toBe("price-change");
    expect(rereadReason(seal(seal(tenSeconds, 5000), 10_000), priceLists.changedAtSeven, settings)).toBe(
      "price-change",
    );
    expect(rereadReason(seal(tenSeconds, 7000), priceLists.changedAtSeven, settings)).toBeNull();
  });

  it("fall with a late record first of all", () => {
    const late = foldRecords(sealed, key, [record(1, { gbHours: 0.0009 })]);
    expect(rereadReason(late, priceLists.none, settings)).toBe("late-records");
  });

  it("cannot fall before there are any", () => {
    expect(rereadReason(tenSeconds, priceLists.none, settings)).toBeNull();
  });

  it("go on in the unit of GB that they were begun in", () => {
    const decimal = { ...settings, gb: "decimal" } as const;
    const later = foldRecords(sealed, key, [record(10_000)]);
    expect(chargesOf(later, prices, decimal)).toEqual(chargesOf(later, prices, settings));
    expect(sealAccount(later, at(20_000), at(0), prices, decimal)).toEqual(seal(later, 20_000));
  });
});
