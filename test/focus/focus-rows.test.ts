import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attributionOf } from "../../adapters/config/attribution-of.ts";
import { periodAt } from "../../core/billing/price-book.ts";
import { usageCost } from "../../core/billing/usage-cost.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import { formatUsd, sumUsd, usd } from "../../core/kernel/money.ts";
import type { FocusRow } from "../../core/reporting/focus-columns.ts";
import { day, prices } from "../history/fixture.ts";
import { bill, hours } from "../ledger-store/bills.ts";
import { charged, exportOf, seen } from "./fixture.ts";

const text = (amount: bigint | null | undefined): string | null =>
  amount === null || amount === undefined ? null : formatUsd(usd(amount, 10n ** 12n));
const bounded = bill("bounded", { basis: "bounded", charges: [], lowUsd: "0.5", highUsd: "2" });

describe("a FOCUS row", () => {
  it("is one meter of one hour: half open, in UTC, of the month that the hour is in", async () => {
    const { rows } = await exportOf({ closed: [charged("a", [11, 12])] }, { until: day(2) });
    expect(rows.map((row) => [row.SkuMeter, isoOf(row.ChargePeriodStart), isoOf(row.ChargePeriodEnd)])).toEqual([
      ["vCPU", "2026-11-20T23:00:00.000Z", "2026-11-21T00:00:00.000Z"],
      ["Memory", "2026-11-20T23:00:00.000Z", "2026-11-21T00:00:00.000Z"],
      ["vCPU", "2026-11-21T00:00:00.000Z", "2026-11-21T01:00:00.000Z"],
      ["Memory", "2026-11-21T00:00:00.000Z", "2026-11-21T01:00:00.000Z"],
    ]);
    const [row] = (await exportOf({ closed: [charged("a", [24 * 11])] }, { until: day(30) })).rows;
    expect([isoOf(row?.BillingPeriodStart ?? day(0)), isoOf(row?.BillingPeriodEnd ?? day(0))]).toEqual([
      "2026-12-01T00:00:00.000Z",
      "2027-01-01T00:00:00.000Z",
    ]);
  });

  it("has quantity times unit price for its cost, to the last digit but one", async () => {
    const { rows } = await exportOf({ closed: [charged("a", [0, 1, 2, 3])] });
    for (const { ListUnitPrice, PricingQuantity, ListCost } of rows) {
      const off = ListUnitPrice * PricingQuantity - ListCost * 10n ** 12n;
      expect((off < 0n ? -off : off) <= 10n ** 12n).toBe(true);
    }
  });

  it("says what of it was idle, logged and above a peak, and null where AWS's metrics do not say", async () => {
    const facts = ({ SkuMeter, x_CostBasis, x_IdleCost, x_LoggedCost, x_PeakTaxCost }: FocusRow) => [
      SkuMeter,
      x_CostBasis,
      ...[x_IdleCost, x_LoggedCost, x_PeakTaxCost].map(text),
    ];
    const rated = [
      ["vCPU", "rated", "0.000000000000", "0.089500000000", "0.000000000000"],
      ["Memory", "rated", "0.000003018175", "0.018900000000", "0.000000190145"],
    ];
    const allocated = ["vCPU", "Memory"].map((meter) => [meter, "allocated", null, null, null]);
    for (const place of ["closed", "open"] as const) {
      expect((await exportOf({ [place]: [charged("a", [0])] })).rows.map(facts)).toEqual(rated);
      expect((await exportOf({ [place]: [charged("a", [0], { basis: "allocated" })] })).rows.map(facts)).toEqual(
        allocated,
      );
    }
  });

  it("is the same from a bill that can still change as from history, but that it is not final", async () => {
    const one = charged("a", [0, 1], { approximate: "summed up by the minute" });
    const [closed, open] = [await exportOf({ closed: [one] }), await exportOf({ open: [{ ...one, final: false }] })];
    expect(open.rows).toEqual(closed.rows.map((row) => ({ ...row, x_Final: false })));
    expect(closed.rows.map((row) => row.x_Approximate)).toContain("summed up by the minute");
  });

  it("carries the labels of its session, and the account that is billed where it was named", async () => {
    const given = { closed: [charged("a", [0], { name: "ml-1" }), charged("b", [0], { name: null })] };
    expect((await exportOf(given)).rows.map(({ Tags, BillingAccountId }) => [Tags, BillingAccountId])).toEqual([
      ['{"team":"ml"}', "111122223333"],
      ['{"team":"ml"}', "111122223333"],
      ['{"team":"unattributed"}', "111122223333"],
      ['{"team":"unattributed"}', "111122223333"],
    ]);
    const paid = await exportOf(given, { billingAccount: "999900001111" });
    expect(new Set(paid.rows.map((row) => `${row.BillingAccountId} ${row.SubAccountId}`))).toEqual(
      new Set(["999900001111 111122223333"]),
    );
  });

  it("carries labels by who started its session", async () => {
    const attribution = attributionOf([{ match: { principal: "arn:ci" }, set: { team: "platform" } }]);
    const principalOf = ({ session }: { readonly session: string }) => (session === "a" ? "arn:ci" : null);
    const { rows } = await exportOf({ closed: [charged("a", [0]), charged("b", [0])] }, { attribution, principalOf });
    expect([...new Set(rows.map((row) => `${row.ResourceId} ${row.Tags}`))]).toEqual([
      'a {"team":"platform"}',
      'b {"team":"unattributed"}',
    ]);
  });

  it("takes Regions that AWS has and texts that it has not", async () => {
    const regions = ["eu-west-1", "constructor", "us-gov-west-1"];
    const { rows } = await exportOf({ closed: regions.map((id) => charged(id, [0], { region: region(id) })) });
    expect([...new Map(rows.map((row) => [row.RegionId, row.RegionName]))].sort()).toEqual([
      ["eu-west-1", "Europe (Ireland)"],
      ["us-gov-west-1", "AWS GovCloud (US-West)"],
    ]);
  });
});

describe("an export", () => {
  it("takes each session from one place: what can still change, then history, then what a scan saw", async () => {
    const { rows, unpriced } = await exportOf({
      closed: [charged("closed", [0]), charged("reopened", [0, 1]), charged("closing", [0, 1])],
      open: [
        charged("reopened", [0, 1]),
        charged("closing", [0], { version: 2 }),
        charged("open", [1], { final: false }),
      ],
      seen: [
        seen("closed"),
        seen("open"),
        seen("live"),
        seen("old", { createdAt: hours(-40), goneAt: hours(-35), lastSeenAt: hours(-36) }),
      ],
    });
    const counts = Map.groupBy(rows, (row) => `${row.ResourceId} ${row.x_Version} ${row.x_Final}`);
    expect([...counts].map(([name, own]) => [name, own.length]).sort()).toEqual([
      ["closed 1 true", 2],
      ["closing 2 true", 2],
      ["open 1 false", 2],
      ["reopened 1 true", 4],
    ]);
    expect(unpriced.map((row) => [row.ResourceId, row.x_Reason])).toEqual([["live", "bounded"]]);
  });

  it("sets sessions without a figure aside with their bounds, each once, and none as zero", async () => {
    const unpriced = charged("unpriced", [0, 1]);
    const half = {
      ...unpriced,
      charges: unpriced.charges.map((it, index) => (index === 0 ? it : { ...it, priceStartsAt: null })),
    };
    const elsewhere = charged("nowhere", [0, 1, 12], { region: region("xx-none-1") });
    const given = [
      bounded,
      half,
      { ...elsewhere, charges: elsewhere.charges.map((it) => ({ ...it, priceStartsAt: null })) },
    ];
    const expected = [
      ["bounded", "bounded", "0.500000000000", "2.000000000000"],
      ["nowhere", "unpriced", null, null],
      ["unpriced", "unpriced", null, null],
    ];
    for (const place of ["closed", "open"] as const) {
      const { rows, unpriced: aside } = await exportOf({ [place]: given }, { until: day(2) });
      expect(rows.map((row) => [row.ResourceId, row.SkuMeter])).toEqual([
        ["unpriced", "vCPU"],
        ["unpriced", "Memory"],
      ]);
      expect(
        aside.map((row) => [row.ResourceId, row.x_Reason, text(row.x_LowCost), text(row.x_HighCost)]).sort(),
      ).toEqual(expected);
    }
  });

  it.each([
    ["ends where the window begins", [-13, -12], false],
    ["ends a millisecond within it", [-13, -12 + 1 / 3_600_000], true],
    ["begins a millisecond before its end", [12 - 1 / 3_600_000, 13], true],
    ["begins where it ends", [12, 13], false],
    ["lasts all through it", [-13, 13], true],
  ] as const)("counts a session without a figure where its life %s", async (_, [from, until], counts) => {
    const life = { createdAt: hours(from), endedAt: hours(until) };
    for (const place of ["closed", "open"] as const) {
      const { unpriced } = await exportOf(
        { [place]: [{ ...bounded, ...life }] },
        from < -12 && until > 12 ? { from: hours(-6), until: hours(-5) } : {},
      );
      expect(unpriced.map((row) => row.ResourceId)).toEqual(counts ? ["bounded"] : []);
    }
    const { unpriced } = await exportOf(
      {
        seen: [
          seen("bounded", {
            createdAt: life.createdAt,
            lastSeenAt: life.createdAt,
            goneAt: life.endedAt,
            timeoutSeconds: null,
          }),
        ],
      },
      { now: hours(30) },
    );
    expect(unpriced.map((row) => row.ResourceId)).toEqual(counts ? ["bounded"] : []);
  });

  it("takes the accounts and Regions that are asked for", async () => {
    const other = { account: accountId("222233334444") };
    const { rows, unpriced } = await exportOf(
      {
        closed: [charged("a", [0]), charged("b", [0], other), { ...bounded, ...other }],
        open: [charged("c", [0], other)],
        seen: [seen("live")],
      },
      { includes: ({ account }) => account === other.account },
    );
    expect([...new Set(rows.map((row) => row.ResourceId)), ...unpriced.map((row) => row.ResourceId)]).toEqual([
      "b",
      "c",
      "bounded",
    ]);
  });

  it("cut into windows at any hours adds up to the export of all of it", async () => {
    const given = {
      closed: Array.from({ length: 8 }, (_, index) => charged(`s${index}`, [index - 4, index, index + 5])),
      open: [charged("open", [1, 2, 13], { final: false })],
    };
    const window = { from: day(-1), until: day(3) };
    const all = (await exportOf(given, window)).rows;
    const total = (rows: readonly FocusRow[]): bigint => rows.reduce((sum, row) => sum + row.BilledCost, 0n);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: -35, max: 59 }), { maxLength: 4 }), async (cuts) => {
        const edges = [window.from, ...cuts.toSorted((a, b) => a - b).map(hours), window.until];
        const parts: FocusRow[] = [];
        for (const [index, from] of edges.slice(0, -1).entries()) {
          parts.push(...(await exportOf(given, { from, until: edges[index + 1] ?? window.until })).rows);
        }
        expect([parts.length, total(parts)]).toEqual([all.length, total(all)]);
      }),
      { numRuns: 15 },
    );
  });

  it("is rounded row by row, and so within half of the last digit of the exact sum for each row", async () => {
    const closed = Array.from({ length: 40 }, (_, index) => charged(`s${index}`, [0, 1, 2]));
    const { rows } = await exportOf({ closed });
    const period = periodAt(prices, region("us-east-1"), hours(0));
    if (period === null) throw new Error("no price");
    const exact = sumUsd(
      closed.flatMap(({ charges }) => charges.map((it) => usageCost(it.vcpuNs, it.byteMs, period, "binary"))),
    );
    const billed = rows.reduce((sum, row) => sum + row.BilledCost, 0n);
    const off = billed * exact.denominator - exact.numerator * 10n ** 12n;
    expect((off < 0n ? -off : off) * 2n <= BigInt(rows.length) * exact.denominator).toBe(true);
  });
});
