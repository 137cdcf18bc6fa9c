import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { instant } from "../../core/kernel/instant.ts";
import { readAccount, writeAccount } from "../../core/ledger/account-text.ts";
import { chargesOf } from "../../core/ledger/charges-of.ts";
import { emptyAccount } from "../../core/ledger/fold-columns.ts";
import { latenessOf } from "../../core/ledger/late-records.ts";
import { sealAccount } from "../../core/ledger/seal-account.ts";
import {
  anyRecord,
  chargesText,
  foldRecords,
  key,
  priceLists,
  settings,
  start,
  textOf,
  wholeText,
} from "./account-fixtures.ts";

/** How far back of a seal its digests are kept. */
const lookBackMs = 15_000;

/** When a record comes first: how many passes before the seal that takes it. And when it comes again: after how many. */
const delivery = fc.record({
  figures: anyRecord,
  earlier: fc.integer({ min: 0, max: 3 }),
  again: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }),
});

const stories = fc.record({
  deliveries: fc.array(delivery, { minLength: 1, maxLength: 60 }),
  /** A pass ends with a seal at each of these. */
  seals: fc
    .uniqueArray(
      fc.oneof(
        fc.integer({ min: 0, max: 12 }).map((n) => n * 5000),
        fc.integer({ min: 0, max: 82_000 }),
      ),
      { maxLength: 6 },
    )
    .map((list) => list.toSorted((a, b) => a - b).map((ms) => start + ms)),
  seed: fc.integer(),
  batches: fc.integer({ min: 1, max: 4 }),
  prices: fc.constantFrom(...Object.values(priceLists)),
  gb: fc.constantFrom("binary", "decimal"),
  unpricedRule: fc.constantFrom("2025-10", "2026-09"),
  asText: fc.boolean(),
});

/** What each pass hears. A record comes before the seal that takes it, and again only as long as its digest is kept. */
function passesOf(
  deliveries: readonly { figures: UsageFigures; earlier: number; again: readonly number[] }[],
  seals: readonly number[],
): readonly (readonly UsageFigures[])[] {
  const passes: UsageFigures[][] = Array.from({ length: seals.length + 1 }, () => []);
  for (const { figures, earlier, again } of deliveries) {
    const taken = seals.findIndex((until) => figures.at < until);
    const first = Math.max(0, (taken < 0 ? seals.length : taken) - earlier);
    passes[first]?.push(figures);
    for (const later of again) {
      const pass = Math.min(seals.length, first + later);
      const lastSeal = pass === 0 ? Number.NEGATIVE_INFINITY : (seals[pass - 1] ?? 0);
      if (figures.at >= lastSeal - lookBackMs) passes[pass]?.push(figures);
    }
  }
  return passes;
}

function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  return list
    .map((value, i) => ({ value, order: Math.imul((i + 1) ^ seed, 0x9e3779b1) >>> 0 }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}

describe("a session's account", () => {
  it("has the digits of one pass over all of it, however its records are cut into batches, passes and seals", () => {
    let sealedOnes = 0;
    fc.assert(
      fc.property(stories, ({ deliveries, seals, seed, batches, prices, gb, unpricedRule, asText }) => {
        const by = { ...settings, gb, unpricedRule };
        const passes = passesOf(deliveries, seals);
        let account = emptyAccount(key);
        for (const [i, pass] of passes.entries()) {
          const list = shuffled(pass, seed);
          const size = Math.ceil(list.length / batches);
          for (let from = 0; from < list.length; from += size) {
            account = foldRecords(account, key, list.slice(from, from + size));
          }
          const until = seals[i];
          if (until !== undefined) {
            account = sealAccount(account, instant(until), instant(until - lookBackMs), prices, by);
          }
          if (asText) account = readAccount(writeAccount(account));
        }
        if (account.sealed !== null) sealedOnes += 1;
        expect(latenessOf(account)).toEqual({ certain: 0, uncertain: 0 });
        expect(chargesText(chargesOf(account, prices, by))).toBe(wholeText(passes.flat(), prices, by));
      }),
      { numRuns: 1000 },
    );
    expect(sealedOnes).toBeGreaterThan(300);
  });

  it("charges each hour what the records of that hour add", () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 80_000 }),
        (list, ms) => {
          const prices = priceLists.oldThenNew;
          const whole = chargesOf(foldRecords(null, key, list), prices, settings);
          const sealed = sealAccount(foldRecords(null, key, list), instant(start + ms), instant(0), prices, settings);
          expect(textOf(chargesOf(sealed, prices, settings))).toBe(textOf(whole));
        },
      ),
      { numRuns: 300 },
    );
  });
});
