import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { instant } from "../../core/kernel/instant.ts";
import { chargesOf } from "../../core/ledger/charges-of.ts";
import { foldColumns } from "../../core/ledger/fold-columns.ts";
import { dismissLate, latenessOf, rereadReason } from "../../core/ledger/late-records.ts";
import { sealAccount } from "../../core/ledger/seal-account.ts";
import type { SessionAccount } from "../../core/ledger/session-account.ts";
import { anyRecord, foldRecords, key, priceLists, record, settings, start } from "./account-fixtures.ts";

const prices = priceLists.newRule;
const at = (afterMs: number): ReturnType<typeof instant> => instant(start + afterMs);
const seal = (account: SessionAccount, untilMs: number, digestsMs: number): SessionAccount =>
  sealAccount(account, at(untilMs), at(digestsMs), prices, settings);
const seconds = (count: number): readonly UsageFigures[] => Array.from({ length: count }, (_, i) => record(i * 1000));
const recordsOf = (account: SessionAccount): number | undefined => chargesOf(account, prices, settings)?.records;
const duplicatesOf = (account: SessionAccount): number | undefined => chargesOf(account, prices, settings)?.duplicates;

describe("records of a sealed session", () => {
  const sealed = seal(foldRecords(null, key, seconds(20)), 10_000, 5000);

  it.each([
    { afterMs: 9999, certain: 1, records: 20 },
    { afterMs: 10_000, certain: 0, records: 21 },
    { afterMs: 10_001, certain: 0, records: 21 },
  ])("takes one stamped $afterMs ms after the start for late before the seal only", ({ afterMs, certain, records }) => {
    const account = foldRecords(sealed, key, [record(afterMs, { vcpuHours: 0.0004 })]);
    expect(latenessOf(account)).toEqual({ certain, uncertain: 0 });
    expect(recordsOf(account)).toBe(records);
    expect(duplicatesOf(account)).toBe(0);
  });

  it.each([
    { afterMs: 4000, uncertain: 1, duplicates: 0 },
    { afterMs: 5000, uncertain: 0, duplicates: 1 },
    { afterMs: 6000, uncertain: 0, duplicates: 1 },
    { afterMs: 12_000, uncertain: 0, duplicates: 1 },
  ])("knows a redelivery of $afterMs ms as far back as digests go", ({ afterMs, uncertain, duplicates }) => {
    const account = foldRecords(sealed, key, [record(afterMs)]);
    expect(latenessOf(account)).toEqual({ certain: 0, uncertain });
    expect(duplicatesOf(account)).toBe(duplicates);
    expect(recordsOf(account)).toBe(20);
  });

  it.each([
    { afterMs: 4999, certain: 0, uncertain: 1 },
    { afterMs: 5000, certain: 1, uncertain: 0 },
    { afterMs: 5001, certain: 1, uncertain: 0 },
  ])("is sure of a late record at $afterMs ms only where digests are kept", ({ afterMs, ...lateness }) => {
    expect(latenessOf(foldRecords(sealed, key, [record(afterMs, { gbHours: 0.0009 })]))).toEqual(lateness);
  });

  it("counts a late record once, however often it comes", () => {
    const late = record(7000, { gbHours: 0.0009 });
    const account = foldRecords(foldRecords(sealed, key, [late, late]), key, [late]);
    expect(latenessOf(account)).toEqual({ certain: 1, uncertain: 0 });
    expect(duplicatesOf(account)).toBe(2);
  });

  it("never adds a late record to any sum", () => {
    const account = foldRecords(sealed, key, [record(7000, { gbHours: 0.0019 })]);
    expect(chargesOf(account, prices, settings)).toEqual(chargesOf(sealed, prices, settings));
  });

  it("holds 256 late records and counts the others", () => {
    const many = Array.from({ length: 300 }, (_, i) => record(5000 + i, { vcpuHours: 0.0002 }));
    const account = foldRecords(sealed, key, many);
    expect(account.late.records).toHaveLength(256);
    expect(latenessOf(account)).toEqual({ certain: 256, uncertain: 44 });
    // Beyond those that are held nobody knows which of them are distinct.
    expect(dismissLate(account)).toMatchObject({ lateUnverifiable: 256, late: { records: [], unheld: 0 } });
  });

  it("counts late records whose source has expired, and knows them when they come again", () => {
    const late = record(7000, { gbHours: 0.0009 });
    const dismissed = dismissLate(foldRecords(sealed, key, [late]));
    expect(dismissed.lateUnverifiable).toBe(1);
    expect(latenessOf(dismissed)).toEqual({ certain: 0, uncertain: 0 });
    const again = foldRecords(dismissed, key, [late, record(8000)]);
    expect(latenessOf(again)).toEqual({ certain: 0, uncertain: 0 });
    expect(duplicatesOf(again)).toBe(2);
    expect(recordsOf(again)).toBe(20);
  });

  it("gives up what may be a redelivery without counting it as late", () => {
    const account = foldRecords(sealed, key, [record(4000), record(3000), record(7000, { gbHours: 0.0009 })]);
    expect(latenessOf(account)).toEqual({ certain: 1, uncertain: 2 });
    const dismissed = dismissLate(account);
    expect(dismissed.lateUnverifiable).toBe(1);
    expect(latenessOf(dismissed)).toEqual({ certain: 0, uncertain: 0 });
  });

  it("is sure of records that a count found at their source", () => {
    const account = { ...sealed, late: { records: [], unheld: 2, counted: 3 } };
    expect(latenessOf(account)).toEqual({ certain: 3, uncertain: 2 });
    expect(dismissLate(account)).toMatchObject({ lateUnverifiable: 3, late: { unheld: 0, counted: 0 } });
    expect(rereadReason({ ...sealed, late: { records: [], unheld: 0, counted: 1 } }, prices, settings)).toBe(
      "late-records",
    );
  });

  it("keeps an account without a seal as it is when late records are dismissed", () => {
    const account = foldRecords(null, key, seconds(3));
    expect(dismissLate(account)).toBe(account);
  });
});

describe("records that were read before by ourselves", () => {
  const columns = (list: readonly UsageFigures[]) => usageColumnsOf(list);

  it("are no redeliveries, sealed, open or late", () => {
    const late = record(7000, { gbHours: 0.0009 });
    const sealed = foldRecords(seal(foldRecords(null, key, seconds(20)), 10_000, 5000), key, [late]);
    const again = foldColumns(sealed, key, columns([...seconds(20).slice(5), late, late, record(30_000)]), "ignore");
    expect(duplicatesOf(again)).toBe(0);
    expect(recordsOf(again)).toBe(21);
    expect(latenessOf(again)).toEqual(latenessOf(sealed));
  });

  it("hide no redelivery that was counted before", () => {
    const counted = foldRecords(null, key, [record(2000), record(1000), record(1000)]);
    expect(duplicatesOf(foldColumns(counted, key, columns([record(1000), record(0)]), "ignore"))).toBe(1);
  });

  it("change no digit, whatever part of them comes again", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1 }), fc.array(fc.nat()), (list, places) => {
        const again = places.flatMap((place) => list[place % list.length] ?? []);
        const account = foldRecords(null, key, list);
        const reread = foldColumns(account, key, columns(again), "ignore");
        expect(chargesOf(reread, prices, settings)).toEqual(chargesOf(account, prices, settings));
      }),
    );
  });
});

describe("an account that grows", () => {
  it("says nothing about a session without records", () => {
    expect(chargesOf(foldRecords(null, key, []), prices, settings)).toBeNull();
  });

  it("leaves an older account as it was, also when both go on", () => {
    const older = foldRecords(null, key, seconds(10));
    const one = foldRecords(older, key, [record(50_000)]);
    const other = foldRecords(older, key, [record(60_000), record(61_000)]);
    expect([older, one, other].map(recordsOf)).toEqual([10, 11, 12]);
    expect(chargesOf(one, prices, settings)?.lastAt).toBe(at(50_000));
    expect(chargesOf(other, prices, settings)?.lastAt).toBe(at(61_000));
  });

  it("copies its records a few times only, however many batches they come in", () => {
    const arrays = new Set<Float64Array>();
    let account: SessionAccount | null = null;
    for (const one of seconds(20_000)) {
      account = foldRecords(account, key, [one]);
      arrays.add(account.open.at);
    }
    expect(arrays.size).toBeLessThan(15);
  });

  it("clears repeats away before they fill it", () => {
    let account: SessionAccount | null = null;
    for (let pass = 0; pass < 200; pass += 1) account = foldRecords(account, key, seconds(100));
    expect(account?.open.length).toBeLessThan(5000);
    expect(account === null ? 0 : duplicatesOf(account)).toBe(19_900);
  });
});
