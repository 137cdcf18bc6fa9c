import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printedFigures } from "../../cli/report/report-figures.ts";
import { periodAt } from "../../core/billing/price-book.ts";
import { usageCost } from "../../core/billing/usage-cost.ts";
import { interpreterId, region } from "../../core/kernel/ids.ts";
import { addUsd, compareUsd, formatUsd, sumUsd, type Usd, usd } from "../../core/kernel/money.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { CostFigures } from "../../core/reporting/cost-figures.ts";
import { fixedDimensions } from "../../core/reporting/cost-groups.ts";
import { decimalText, printedParts, printedTotal } from "../../core/reporting/largest-remainder.ts";
import { seen } from "../focus/fixture.ts";
import { day, prices } from "../history/fixture.ts";
import { bill, charge, hours } from "../ledger-store/bills.ts";
import { anyBill, reportOf } from "./fixture.ts";

const nameOf = (it: SessionBill): string => JSON.stringify([it.account, it.region, it.interpreter, it.session]);
const manyBills = fc.uniqueArray(anyBill, { selector: nameOf, maxLength: 12 });
const anyDimensions = fc.uniqueArray(fc.constantFrom(...fixedDimensions, "team"), { maxLength: 4 });
const amounts = ["known", "idle", "active", "unsplit", "peakTax", "logged", "low"] as const;
const same = (a: Usd, b: Usd): boolean => compareUsd(a, b) === 0;
const sumOf = (groups: readonly { readonly figures: CostFigures }[], amount: (typeof amounts)[number]): Usd =>
  sumUsd(groups.map(({ figures }) => figures[amount]));

const contentOf = (report: Awaited<ReturnType<typeof reportOf>>) => ({
  cost: report,
  groups: report.groups,
});

describe("a report of any window and dimensions", () => {
  it("each grouping sums to the total, exactly", async () => {
    await fc.assert(
      fc.asyncProperty(manyBills, anyDimensions, fc.nat(12), async (bills, groupBy, cut) => {
        const given = { closed: bills.slice(0, cut), open: bills.slice(cut) };
        const whole = await reportOf(given);
        const report = await reportOf(given, { groupBy });
        for (const amount of amounts) {
          expect(same(sumOf(report.groups, amount), whole.total[amount])).toBe(true);
          expect(same(report.total[amount], whole.total[amount])).toBe(true);
        }
        expect(report.counts).toEqual(whole.counts);
        expect(report.total.sessions).toBe(whole.counts.sessions);
      }),
      { numRuns: 60 },
    );
  });

  it("each grouping sums to the total as printed too, and its shares to a hundred", async () => {
    await fc.assert(
      fc.asyncProperty(manyBills, anyDimensions, fc.constantFrom(0, 2, 4, 12), async (bills, groupBy, decimals) => {
        const report = await reportOf({ closed: bills }, { groupBy });
        const { total, groupAt } = printedFigures(contentOf(report), decimals);
        const groups = report.groups.map(({ figures }, place) => groupAt(place, figures));
        const units = (text: string | null): bigint => BigInt((text ?? "0").replace(".", ""));
        for (const amount of ["usd", "low", "idle", "active", "unsplit", "peakTax", "logged"] as const) {
          expect(groups.reduce((sum, own) => sum + units(own[amount]), 0n)).toBe(units(total[amount]));
        }
        for (const own of [total, ...groups]) {
          expect(units(own.idle) + units(own.active) + units(own.unsplit)).toBe(units(own.usd));
          for (const part of [own.idle, own.active, own.unsplit]) expect(units(part) >= 0n).toBe(true);
          // Known, at least, at most: in this order, to the last digit.
          expect(units(own.usd) <= units(own.low)).toBe(true);
          expect(own.high === null || units(own.low) <= units(own.high)).toBe(true);
        }
        const { known, idle, active, unsplit } = report.total;
        expect(units(total.usd)).toBe(printedTotal(known, decimals));
        // A cost that nobody can split takes no unit of a part that it has nothing of; all others are moved to where they belong.
        if (bills.every(({ basis }) => basis !== "allocated")) {
          expect([total.idle, total.active, total.unsplit].map(units)).toEqual(
            printedParts([idle, active, unsplit], decimals),
          );
        }
        const shares = groups.flatMap(({ sharePct }) => sharePct ?? []);
        if (shares.length > 0) expect(shares.reduce((sum, share) => sum + units(share), 0n)).toBe(1000n);
      }),
      { numRuns: 100 },
    );
  });

  it("splits each cost into idle, active and what nobody can split: the parts sum to the total", async () => {
    await fc.assert(
      fc.asyncProperty(manyBills, anyDimensions, async (bills, groupBy) => {
        const { groups, total } = await reportOf({ closed: bills }, { groupBy });
        for (const { figures } of [...groups, { figures: total }]) {
          expect(same(sumUsd([figures.idle, figures.active, figures.unsplit]), figures.known)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("says of what was only shared out that its split is unknown, and not nothing", async () => {
    const shared = bill("shared", { interpreter: interpreterId("b-Abcdefgh12"), basis: "allocated" });
    const report = await reportOf({ closed: [bill("rated"), shared] }, { groupBy: ["interpreter"] });
    const { groupAt, total } = printedFigures(contentOf(report), 4);
    const printed = report.groups.map(({ values, figures }, place) => [values[0], groupAt(place, figures)] as const);
    const nothing = { idle: null, active: null, peakTax: null, logged: null };
    const own = Object.fromEntries(printed)["b-Abcdefgh12"];
    expect(own).toMatchObject({ ...nothing, unsplit: own?.usd });
    expect(Object.values(total)).not.toContain(null);
    const alone = await reportOf({ closed: [shared] });
    expect(printedFigures(contentOf(alone), 4).total).toMatchObject(nothing);
  });

  it("adds 10^6 sessions up with zero error, to the last place", async () => {
    // One group of a million would take a second to make: a thousand sessions of a thousand times the cost are as hard.
    const own = charge({ hourAt: hours(0), vcpuNs: 1_234_567_890_123n, byteMs: 12_345_678_901_234_567n });
    const bills = Array.from({ length: 1000 }, (_, index) => bill(`s${index}`, { charges: [own] }));
    const { total } = await reportOf({ closed: bills });
    const period = periodAt(prices, region("us-east-1"), own.priceStartsAt ?? hours(0));
    if (period === null) throw new Error("no price");
    const one = usageCost(own.vcpuNs, own.byteMs, period, "binary");
    const thousandfold = (amount: Usd): Usd => usd(amount.numerator * 1000n, amount.denominator);
    expect(same(total.known, thousandfold(one))).toBe(true);
    expect(formatUsd(thousandfold(total.known))).toBe(formatUsd(thousandfold(thousandfold(one))));
  });

  it("has an explicit unattributed, so that the shares of a label sum to 100 %", async () => {
    const bills = [bill("a", { name: "data-1" }), bill("b", { name: "nobody" }), bill("c", { name: null })];
    const { groups } = await reportOf({ closed: bills }, { groupBy: ["team"] });
    expect(groups.map(({ values, figures }) => [values[0], figures.sessions]).toSorted()).toEqual([
      ["data", 1],
      ["unattributed", 2],
    ]);
  });
});

describe("what is in a report", () => {
  const known = bill("closed");
  const bounded = bill("bounded", { basis: "bounded", charges: [], lowUsd: "0.1", highUsd: "0.2", endedAt: hours(1) });

  it("is each session once: from the ledger before it is closed, else from history, else from the scan", async () => {
    const provisional = bill("open", { final: false, version: 0 });
    const report = await reportOf({
      closed: [known, bill("both")],
      open: [provisional, bill("both", { charges: [charge({ vcpuNs: 0n })] })],
      seen: [seen("open"), seen("closed"), seen("live")],
    });
    expect(report.counts).toMatchObject({ sessions: 4, settled: 2, provisional: 2, bounded: 1 });
    const onlyLedger = await reportOf({
      closed: [known],
      open: [provisional, bill("both", { charges: [charge({ vcpuNs: 0n })] })],
    });
    expect(same(report.total.known, onlyLedger.total.known)).toBe(true);
  });

  it("never counts a session without a figure as zero", async () => {
    const report = await reportOf({ closed: [known, bounded] }, { groupBy: ["basis"] });
    expect(report.basis.weakest).toBe("bounded");
    expect(report.basis.shares).toMatchObject([
      { basis: "rated", sessions: 1, withoutFigure: 0 },
      { basis: "bounded", sessions: 1, withoutFigure: 1, usd: null },
    ]);
    expect(report.total).toMatchObject({ sessions: 2, unknownSessions: 1 });
    const printed = printedFigures(contentOf(report), 4);
    const place = report.groups.findIndex(({ values }) => values[0] === "bounded");
    const figures = report.groups[place]?.figures ?? report.total;
    expect(printed.groupAt(place, figures)).toMatchObject({ usd: null, low: "0.1000", high: "0.2000" });
    expect(same(report.total.low, addUsd(report.total.known, usd(1n, 10n)))).toBe(true);
  });

  it("has no upper bound where a Region has no price", async () => {
    const report = await reportOf({ closed: [known, bill("x", { charges: [charge({ priceStartsAt: null })] })] });
    expect(report.total).toMatchObject({ sessions: 2, unknownSessions: 1, high: null });
    expect(report.counts).toMatchObject({ unpriced: 1, bounded: 0 });
    expect(formatUsd(report.total.vcpuHours)).toBe(formatUsd(usd(2n * charge().vcpuNs, 3_600_000_000_000n)));
  });

  it.each([
    [0, 1, 1],
    [1, 2, 0],
    [-1, 0, 0],
    [-1, 1, 1],
    [0, 2, 1],
  ])("is what was charged in hours from %i up to %i and without it", async (from, until, sessions) => {
    const report = await reportOf({ closed: [known] }, { from: hours(from), until: hours(until) });
    expect(report.counts.sessions).toBe(sessions);
  });

  it("counts a session that crosses midnight once, and in both of its days", async () => {
    const crossing = bill("x", {
      charges: [charge({ hourAt: hours(11) }), charge({ hourAt: hours(12) })],
      endedAt: hours(13),
    });
    const report = await reportOf({ closed: [crossing, known] }, { groupBy: ["day"] });
    expect(report.groups.map(({ values, figures }) => [values[0], figures.sessions])).toEqual([
      ["2026-11-20", 2],
      ["2026-11-21", 1],
    ]);
    expect(report.total.sessions).toBe(2);
    expect(report.top.map(({ session }) => session.session)).toEqual(["x", "closed"]);
  });

  it("has the latest asOf of all of it", async () => {
    const report = await reportOf({ closed: [known, bill("b", { asOf: hours(9) })] });
    expect(report.counts.asOf).toBe(hours(9));
  });

  it("names the sessions that cost most, and no more of them than were asked for", async () => {
    const bills = Array.from({ length: 400 }, (_, index) =>
      bill(`s${index}`, { charges: [charge({ byteMs: BigInt((index * 7919) % 400) * 10n ** 12n })] }),
    );
    const { top } = await reportOf({ closed: bills }, { top: 3 });
    const expected = bills
      .toSorted((a, b) => Number((b.charges[0]?.byteMs ?? 0n) - (a.charges[0]?.byteMs ?? 0n)))
      .slice(0, 3);
    expect(top.map(({ session }) => session.session)).toEqual(expected.map(({ session }) => session));
  });

  it("leaves out what is not asked for", async () => {
    const here = bill("a", { region: region("eu-west-1") });
    const report = await reportOf({ closed: [known, here] }, { includes: (it) => it.region === "eu-west-1" });
    expect(report.counts.sessions).toBe(1);
  });

  it("is the same from the day before on: a session without a figure may have begun there", async () => {
    const early = bill("e", {
      basis: "bounded",
      charges: [],
      createdAt: hours(-13),
      endedAt: hours(-11),
      lowUsd: "0.1",
      highUsd: "0.2",
    });
    const report = await reportOf({ closed: [early] }, { from: day(0) });
    expect(report.counts).toMatchObject({ sessions: 1, bounded: 1 });
  });
});

describe("parts as they are printed", () => {
  const anyUsd = fc
    .tuple(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 12n }), fc.bigInt({ min: 1n, max: 10n ** 9n }))
    .map(([numerator, denominator]) => usd(numerator, denominator));

  it("add up to the total as it is printed, each less than a unit off", () => {
    fc.assert(
      fc.property(fc.array(anyUsd, { maxLength: 30 }), fc.integer({ min: 0, max: 12 }), (parts, decimals) => {
        const printed = printedParts(parts, decimals);
        expect(printed.reduce((sum, part) => sum + part, 0n)).toBe(printedTotal(sumUsd(parts), decimals));
        for (const [place, part] of parts.entries()) {
          const off = addUsd(
            usd(printed[place] ?? 0n, 10n ** BigInt(decimals)),
            usd(-part.numerator, part.denominator),
          );
          const unit = usd(1n, 10n ** BigInt(decimals));
          expect(compareUsd(off, unit)).toBeLessThan(0);
          expect(compareUsd(off, usd(-unit.numerator, unit.denominator))).toBeGreaterThan(0);
        }
      }),
    );
  });

  it.each([
    [0n, 2, "0.00"],
    [5n, 2, "0.05"],
    [-5n, 2, "-0.05"],
    [1234n, 0, "1234"],
    [-1234n, 3, "-1.234"],
  ])("%s at %i decimals is %s", (units, decimals, text) => {
    expect(decimalText(units, decimals)).toBe(text);
  });
});
