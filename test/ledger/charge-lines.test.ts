import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meterSession } from "../../core/billing/meter-session.ts";
import { rateSession } from "../../core/billing/rate-session.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { addUsd, compareUsd, formatUsd, sumUsd, type Usd, zeroUsd } from "../../core/kernel/money.ts";
import type { Charge } from "../../core/ledger/charge.ts";
import { chargeLines, ratedOf } from "../../core/ledger/charge-lines.ts";
import { chargesOf } from "../../core/ledger/charges-of.ts";
import { anyRecord, foldRecords, key, priceLists, record, settings } from "./account-fixtures.ts";

const priced = fc.constantFrom(priceLists.oldRule, priceLists.newRule, priceLists.oldThenNew, priceLists.newThenOld);
const anyRecords = fc.array(anyRecord, { minLength: 1, maxLength: 40 });
const chargesOfAll = (records: readonly UsageFigures[], periods = priceLists.newRule): readonly Charge[] =>
  chargesOf(foldRecords(null, key, records), periods, settings)?.charges ?? [];
const same = (a: Usd | undefined, b: Usd | undefined): boolean =>
  a !== undefined && b !== undefined && compareUsd(a, b) === 0;

describe("the cost of charges", () => {
  it("is that of the session metered at once, to the last digit, and its lines add up to it", () => {
    fc.assert(
      fc.property(anyRecords, priced, fc.constantFrom("binary", "decimal"), (records, periods, gb) => {
        const charges = chargesOf(foldRecords(null, key, records), periods, { ...settings, gb })?.charges ?? [];
        const cost = ratedOf(charges, periods, gb);
        const whole = rateSession(meterSession(usageColumnsOf(records), periods, { ...settings, gb }), gb);
        for (const figure of ["rated", "logged", "idle", "peakTax"] as const) {
          expect(same(cost?.[figure], whole?.[figure])).toBe(true);
        }
        expect(same(cost?.rated, addUsd(cost?.idle ?? zeroUsd, cost?.active ?? zeroUsd))).toBe(true);
        const lines = chargeLines(charges, periods, gb);
        expect(lines).toHaveLength(2 * charges.length);
        for (const [figure, column] of [
          ["rated", "usd"],
          ["logged", "loggedUsd"],
          ["idle", "idleUsd"],
          ["peakTax", "peakTaxUsd"],
        ] as const) {
          expect(same(cost?.[figure], sumUsd(lines.map((line) => line[column] ?? zeroUsd)))).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("is that of the price page", () => {
    const records = Array.from({ length: 120 }, (_, i) =>
      record(i * 1000, { vcpuHours: i < 48 ? 2 / 3600 : 0, gbHours: 4 / 3600 }),
    );
    const charges = chargesOfAll(records);
    expect(charges.map(({ records: count }) => count)).toEqual([30, 90]);
    const rated = ratedOf(charges, priceLists.newRule, "binary")?.rated ?? zeroUsd;
    expect(formatUsd({ ...rated, numerator: rated.numerator * 30_000n }, 2)).toBe("109.40");
  });

  it.each([
    ["a charge without a price", priceLists.fromTheMiddle, priceLists.fromTheMiddle],
    ["a price that the book knows no more", priceLists.oldThenNew, priceLists.newRule],
  ])("is no figure with %s, though the other lines have theirs", (_, metered, rated) => {
    const charges = chargesOfAll([record(0), record(30_000)], metered);
    expect(charges).toHaveLength(2);
    expect(ratedOf(charges, rated, "binary")).toBeNull();
    const lines = chargeLines(charges, rated, "binary");
    expect(lines.map(({ usd }) => usd === null).toSorted()).toEqual([false, false, true, true]);
    expect(lines.every(({ usage }) => usage > 0n)).toBe(true);
  });

  it("has CPU neither idle nor under the watermark", () => {
    const [vcpu, memory] = chargeLines(
      chargesOfAll([record(0, { vcpuHours: 0.000001 })]),
      priceLists.newRule,
      "binary",
    );
    expect(vcpu).toMatchObject({
      meter: "vCPU",
      idleUsage: 0n,
      peakTaxUsage: 0n,
      usage: 3_600_000n,
      loggedUsage: 3_600_000n,
    });
    expect(memory).toMatchObject({ meter: "Memory" });
    expect(memory?.idleUsage).toBe(memory?.usage);
  });
});
