import { describe, expect, it } from "vitest";
import { plusMs } from "../../core/kernel/instant.ts";
import { amount, text } from "./amounts.ts";
import { billedOn, day, hourMs, ownOf, placeOf, used } from "./own.ts";

const dayMs = 24 * hourMs;
const states = (place: ReturnType<typeof placeOf>) => place.days.map(({ state }) => state);
const two = [used(day(1), 1000, 1000), used(day(2), 1000, 1000)];
const billedTwo = [...billedOn(day(1), 1000, 1000), ...billedOn(day(2), 1000, 1000)];

describe("a place", () => {
  it.each([
    [-1, "unread", 1],
    [0, "inside", 2],
    [1, "inside", 2],
  ])("whose ledger is read up to %i ms after the end of a day has that day as %s", (ms, state, comparedDays) => {
    const place = placeOf(two, billedTwo, { readUntil: plusMs(day(2), dayMs + ms) });
    expect(states(place)).toEqual(["inside", state]);
    expect(place).toMatchObject({ comparedDays, unreadDays: 2 - comparedDays, state: "inside" });
    expect(text(place.unreadBilled.vcpuHours)).toBe(comparedDays === 1 ? "1.000000" : "0.000000");
  });

  it("has days before its first figure as unread, and none of what they cost in its ratios", () => {
    const place = placeOf(two, [...billedOn(day(0), 5000, 5000), ...billedTwo]);
    expect(states(place)).toEqual(["unread", "inside", "inside"]);
    expect(text(place.vcpuHours.billed)).toBe("2.000000");
    expect(text(place.unreadBilled.usd)).toBe("0.494750");
  });

  it("is compared on a day that was read and on which nothing was metered", () => {
    const place = placeOf([used(day(1), 1000, 1000)], billedTwo);
    expect(states(place)).toEqual(["inside", "outside"]);
    expect(place.state).toBe("outside");
  });

  it("is unread where the ledger has nothing of it, or no figure, or was never read", () => {
    expect(placeOf([], billedTwo)).toMatchObject({ state: "unread", comparedDays: 0, unreadDays: 2 });
    const withoutFigure = placeOf([{ lived: [day(1), day(2)] }], billedTwo);
    expect(withoutFigure).toMatchObject({ state: "unread", sessions: { bounded: 1 } });
    expect(placeOf(two, billedTwo, { readUntil: null })).toMatchObject({ state: "unread", unreadDays: 2 });
  });

  it("is not on the bill, rather than billed nothing, where its account is not", () => {
    const place = placeOf(two, [], { isOnBill: false });
    expect(place).toMatchObject({ state: "not-on-bill", isExplained: false });
    expect(states(place)).toEqual(["not-on-bill", "not-on-bill"]);
  });

  it("was billed nothing where its account is on the bill and it is not", () => {
    expect(placeOf(two, [])).toMatchObject({ state: "outside", isExplained: false });
  });

  it("leaves days out of which the bill says nothing", () => {
    const place = placeOf(two, billedOn(day(1), 1000, 1000), { missingDays: [day(2)] });
    expect(place).toMatchObject({ state: "inside", comparedDays: 1 });
  });

  it("has hours and no dollars where it has no price", () => {
    const prices = new Map();
    const unpriced = [{ used: [{ at: day(0), vcpu: 1000, gb: 2000, priced: false }] }];
    const place = placeOf(unpriced, billedOn(day(0), 1000, 2000), { prices });
    expect([place.vcpuHours.state, place.gbHours.state, place.usd.state]).toEqual(["inside", "inside", "unpriced"]);
    expect(place).toMatchObject({ state: "inside", usd: { rated: null, difference: null, ratio: null } });
    expect(place.prices.vcpuHour).toMatchObject({ book: null });
    expect(text(place.prices.vcpuHour.billed)).toBe("0.089500");
    const drifted = placeOf(unpriced, billedOn(day(0), 1500, 2000), { prices });
    expect(drifted).toMatchObject({ state: "outside", isExplained: false, rest: { usd: null } });
  });

  it.each([
    [null, "-0.000000000028"],
    [10, "0.000000000000"],
  ])("has no difference that comes of the bill's rounding: with %j places it is %s", (decimals, difference) => {
    const own = ownOf([used(day(1), 1000, 1000)]);
    for (const use of own?.days.get(day(1))?.uses.vCPU ?? []) use.rated += 100n;
    const place = placeOf([], billedOn(day(1), 1000, 1000), { own, decimals });
    expect(text(place.vcpuHours.difference, 12)).toBe(difference);
  });

  it("takes the mean of what it metered for the price of a day on which the price changed", () => {
    const row = (startsAt: number, rate: string) => ({
      row: { region: "us-east-1", startsAt, usdPerVcpuHour: rate, usdPerGbHour: "0", rule: "2026-09" },
      rule: "2026-09",
      vcpuHour: amount(rate),
      gbHour: amount("0"),
      startsAt,
      endsAt: startsAt === 0 ? day(1) + 12 * hourMs : null,
    });
    const prices = new Map([["us-east-1", [row(0, "0.05"), row(day(1) + 12 * hourMs, "0.1")]]]) as never;
    const place = placeOf([used(day(1), 1000, 0)], billedOn(day(1), 1000, 0), { prices });
    expect(text(place.prices.vcpuHour.book)).toBe("0.089500");
    expect(place.explanations).toEqual([]);
  });
});
