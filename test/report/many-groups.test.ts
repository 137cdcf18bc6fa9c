import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeJson } from "../../cli/render/safe-text.ts";
import { groupsInOrder } from "../../cli/report/groups-in-order.ts";
import { jsonWithList } from "../../cli/report/json-with-list.ts";
import { compareUsd, sumUsd, type Usd, usd } from "../../core/kernel/money.ts";
import { costGroups } from "../../core/reporting/cost-groups.ts";
import { printedParts, printedTotal } from "../../core/reporting/largest-remainder.ts";
import { hours } from "../ledger-store/bills.ts";
import { anyBill, reportOf } from "./fixture.ts";

describe("JSON with a long list", () => {
  it.each([0, 1, 63, 64, 65, 128, 129])("is laid out as JSON of the whole object: %d items", (count) => {
    const texts = ["plain", 'a "quoted"\nline', "\u202e\u0007", "=1+1"];
    const items = Array.from({ length: count }, (_, place) => ({ place, by: { name: texts[place % 4] }, none: [] }));
    const [before, after] = [
      { from: "x", nested: { a: [1, { b: null }] } },
      { top: [], closed: null },
    ];
    const list = { name: "groups", items, valueOf: (item: object, place: number) => ({ ...item, at: place }) };
    const groups = items.map((item, at) => ({ ...item, at }));
    expect([...jsonWithList(before, list, after)].join("")).toBe(`${safeJson({ ...before, groups, ...after })}\n`);
  });
});

describe("largest remainders", () => {
  /** As the rule says, with fractions alone. */
  function byFractions(parts: readonly Usd[], decimals: number): readonly bigint[] {
    const scale = 10n ** BigInt(decimals);
    const cut = parts.map(({ numerator, denominator }, place) => {
      const product = numerator * scale;
      const share = product / denominator - (product < 0n && product % denominator !== 0n ? 1n : 0n);
      return { place, share, lost: usd(product - share * denominator, denominator) };
    });
    const left = printedTotal(sumUsd(parts), decimals) - cut.reduce((sum, { share }) => sum + share, 0n);
    const lucky = cut.toSorted((a, b) => compareUsd(b.lost, a.lost) || a.place - b.place).slice(0, Number(left));
    return cut.map(({ place, share }) => share + (lucky.some((it) => it.place === place) ? 1n : 0n));
  }
  const anyNumerator = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
  const alike = fc.tuple(fc.array(anyNumerator, { maxLength: 40 }), fc.bigInt({ min: 1n, max: 10n ** 30n }));

  it("go to those that lost most, where floats cannot tell them apart too", () => {
    fc.assert(
      fc.property(alike, fc.bigInt({ min: 0n, max: 3n }), fc.integer({ min: 0, max: 12 }), (given, more, decimals) => {
        const [numerators, denominator] = given;
        // The same again a little off: closer together than a float can say.
        const near = numerators.map((numerator) => usd(numerator * 10n ** 25n + more, denominator * 10n ** 25n));
        const parts = [...numerators.map((numerator) => usd(numerator, denominator)), ...near];
        expect(printedParts(parts, decimals)).toEqual(byFractions(parts, decimals));
      }),
    );
  });
});

describe("groups", () => {
  it("are in the order of what they cost, then of their values, and of time where that comes first", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBill, { maxLength: 8 }), async (bills) => {
        const closed = [...new Map(bills.map((it) => [it.session, it])).values()];
        const { groups } = await reportOf({ closed }, { groupBy: ["session", "region"] });
        const sorted = groupsInOrder(groups, ["session", "region"]);
        const expected = groups.toSorted(
          (a, b) => compareUsd(b.figures.known, a.figures.known) || (a.values.join() < b.values.join() ? -1 : 1),
        );
        expect(sorted.map(({ values }) => values)).toEqual(expected.map(({ values }) => values));
        const timed = groupsInOrder((await reportOf({ closed }, { groupBy: ["hour"] })).groups, ["hour"]);
        expect(timed.map(({ values }) => values[0])).toEqual(timed.map(({ values }) => values[0]).toSorted());
      }),
      { numRuns: 30 },
    );
  });

  it.each([1, 4, 5, 6, 30])("have a cell for each of %d hours, whatever the order they come in", (count) => {
    const groups = costGroups(["session", "hour"]);
    const { handOver, groupOf, cellOf } = groups;
    const session = { account: "1", region: "r", interpreter: "i", session: "s", name: null, principal: null } as never;
    const group = groupOf(session, {});
    for (const hour of [...Array(count).keys(), ...Array(count).keys()]) {
      cellOf(group, hours(hour), "rated").sessions += 1;
      cellOf(groupOf(session, {}), hours(hour), "allocated").sessions += 1;
    }
    const all = [...handOver()];
    expect(all.map(({ cells }) => cells.map(({ sessions }) => sessions))).toEqual(Array(count).fill([2, 2]));
    expect(new Set(all.map(({ values }) => values.join())).size).toBe(count);
    expect([...handOver()]).toEqual([]);
  });
});
