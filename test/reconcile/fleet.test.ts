import { beforeAll, describe, expect, it } from "vitest";
import { accountId, region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { band, text } from "./amounts.ts";
import { explorer, member, never, payer, placeOf, reconciled, settledFleet, switchBill, windowOf } from "./fixture.ts";

let watched: Awaited<ReturnType<typeof settledFleet>>;
beforeAll(async () => {
  watched = await settledFleet();
}, 30_000);
const drift = (factor: number) => switchBill(watched, { drift: { "us-east-1": factor } });

describe("the ledger held against the bill", () => {
  it("agrees with it to the last digit that the bill prints", async () => {
    const place = placeOf(await reconciled(watched), payer, "us-east-1");
    expect(place).toMatchObject({ state: "inside", comparedDays: 2, explanations: [] });
    for (const of of [place.vcpuHours, place.gbHours, place.usd]) {
      expect(of.state).toBe("inside");
      expect(text(of.ratio, 6)).toBe("1.000000");
    }
    expect(Number(text(place.usd.loggedRatio))).toBeGreaterThan(1);
    expect(text(place.vcpuHours.difference, 9)).toBe("0.000000000");
  });

  // Of the quantities, so that dollars follow: the edges of the band are inside.
  it.each([
    [0.9799, "outside"],
    [0.98, "inside"],
    [0.9801, "inside"],
    [1.0199, "inside"],
    [1.02, "inside"],
    [1.0201, "outside"],
    [0, "outside"],
  ])("raises drift when the bill leaves the band: at %d of it the place is %s", async (factor, state) => {
    await drift(factor);
    try {
      // The bill prints ten places: at the very edge their rounding is more than the band has room for.
      const result = await reconciled(watched, { band: band("2.000001") });
      const place = placeOf(result, payer, "us-east-1");
      expect(place.state).toBe(state);
      expect(placeOf(result, member, "sa-east-1").state).toBe("inside");
      expect(text(place.gbHours.ratio, 5)).toBe(factor.toFixed(5));
    } finally {
      await drift(1);
    }
  });

  it("does not call drift explained by recording that began, beyond the first day of it", async () => {
    await drift(1.25);
    try {
      const place = placeOf(await reconciled(watched), payer, "us-east-1");
      expect(place.explanations.map(({ reason }) => reason)).toEqual(["recording-began"]);
      expect(place.isExplained).toBe(false);
      expect(place.days.map(({ state }) => state)).toEqual(["outside", "outside"]);
    } finally {
      await drift(1);
    }
  });

  it("explains a difference by sessions of which there are no records, and names their interpreter", async () => {
    const place = placeOf(await reconciled(watched), member, "us-east-1");
    expect(place).toMatchObject({ state: "outside", isExplained: true, sessions: { bounded: 3 } });
    expect(place.explanations[0]).toMatchObject({ reason: "sessions-without-figure", count: 3 });
    expect(place.unreadInterpreters).toMatchObject([{ sessions: 3, interpreter: expect.stringMatching(/^dark-/) }]);
  });

  it("compares the hours of a Region without a price, and says what it is billed at", async () => {
    const place = placeOf(await reconciled(watched), member, "sa-east-1");
    expect(place).toMatchObject({ state: "inside", usd: { state: "unpriced", rated: null, difference: null } });
    expect(place.prices.vcpuHour.book).toBeNull();
    expect([text(place.prices.vcpuHour.billed, 5), text(place.prices.gbHour.billed, 5)]).toEqual([
      "0.09845",
      "0.01040",
    ]);
  });

  it("has a Region that nobody watches as unread, with what was billed", async () => {
    const place = placeOf(await reconciled(watched), payer, "eu-west-1");
    expect(place).toMatchObject({ state: "unread", comparedDays: 0, unreadDays: 1, sessions: { rated: 0 } });
    expect(Number(text(place.unreadBilled.usd))).toBeGreaterThan(0.01);
  });

  it("compares no day that the bill does not have yet, and names those that have begun", async () => {
    const result = await reconciled(watched);
    expect(result.daysNotBilled.map((day) => new Date(day).toISOString().slice(0, 10))).toEqual([
      "2026-10-22",
      "2026-10-23",
    ]);
    expect(result.places.flatMap(({ days }) => days).every(({ dayAt }) => dayAt < result.bill.knownUntil)).toBe(true);
  });

  it("leaves a day out that the bill skips, and says so where the ledger has something on it", async () => {
    const skipped = instant(Date.UTC(2026, 9, 20));
    const cutBill = async (...asked: Parameters<ReturnType<typeof explorer>>) => {
      const bill = await explorer(watched)(...asked);
      const lines = bill.lines.filter(({ dayAt }) => dayAt !== skipped);
      return { ...bill, lines, missingDays: [instant(Date.UTC(2026, 9, 3)), skipped] };
    };
    const result = await reconciled(watched, {}, cutBill);
    expect(result.daysMissing).toEqual([skipped]);
    expect(placeOf(result, payer, "us-east-1")).toMatchObject({ state: "inside", comparedDays: 1 });
  });

  it("knows nothing of the bill of an account that the caller may not see", async () => {
    const result = await reconciled(watched, {}, explorer(watched, 1));
    expect(placeOf(result, payer, "us-east-1").state).toBe("not-on-bill");
    expect(placeOf(result, member, "us-east-1").state).toBe("outside");
    const other = await explorer(watched, 1)(windowOf(watched, { accounts: [accountId(payer)] }), never);
    expect([...other.accounts]).toEqual([]);
  });

  it("looks at one Region alone, on both sides", async () => {
    const result = await reconciled(watched, { includes: (it) => it.region === region("sa-east-1") });
    expect(result.places.map((it) => `${it.account} ${it.region}`)).toEqual([`${member} sa-east-1`]);
  });

  it("knows days from history alone only up to what was settled two hours later, where no marks tell how far it is read", async () => {
    const { stores } = watched;
    const alone = {
      ...watched,
      stores: { ...stores, ledger: { ...stores.ledger, marks: async () => [], open: async () => [] } },
    };
    const { days, state } = placeOf(await reconciled(alone), payer, "us-east-1");
    expect(state).toBe("inside");
    expect(days.map((day) => day.state)).toEqual(["inside", "unread"]);
  });
});
