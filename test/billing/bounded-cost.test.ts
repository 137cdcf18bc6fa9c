import { describe, expect, it } from "vitest";
import { type BoundedCostInput, boundedCost, codeInterpreterSize } from "../../core/billing/bounded-cost.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { region } from "../../core/kernel/ids.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";

const prices = priceBookOf(codeInterpreterPrices);
const listed = instant(Date.parse("2025-10-07T00:00:00Z"));
const createdAt = instant(Date.parse("2026-11-01T00:00:00Z"));

function bounds(changes: Partial<BoundedCostInput>) {
  const cost = boundedCost({
    region: region("us-east-1"),
    createdAt,
    endedAt: null,
    asOf: plusMs(createdAt, 3_600_000),
    size: codeInterpreterSize,
    prices,
    gb: "binary",
    ...changes,
  });
  const text = (amount: typeof cost.low) => (amount === null ? null : formatUsd(amount));
  return { low: text(cost.low), high: text(cost.high), final: cost.final };
}

describe("the bounded cost of a session", () => {
  it("lies between the idle floor and the full sandbox over one hour", () => {
    expect(bounds({})).toEqual({ low: "0.001181250000", high: "0.254600000000", final: false });
  });

  it("is $2.0368 at most over eight hours", () => {
    expect(bounds({ asOf: plusMs(createdAt, 8 * 3_600_000) }).high).toBe("2.036800000000");
  });

  it("stops growing when the session has ended", () => {
    const endedAt = plusMs(createdAt, 1_800_000);
    expect(bounds({ endedAt, asOf: plusMs(createdAt, 7_200_000) }).high).toBe("0.127300000000");
  });

  it.each([
    [75 * 60_000 - 1, false],
    [75 * 60_000, true],
    [75 * 60_000 + 1, true],
  ])("%i ms after the end: final is %s", (ms, final) => {
    const endedAt = plusMs(createdAt, 60_000);
    expect(bounds({ endedAt, asOf: plusMs(endedAt, ms) }).final).toBe(final);
  });

  it("takes the other GB and its floor where the setting says so", () => {
    expect(bounds({ gb: "decimal" })).toMatchObject({ low: "0.001209600000", high: "0.254600000000" });
  });

  it("splits a life at a price change to the millisecond", () => {
    const halves = bounds({ createdAt: plusMs(listed, -1_800_000), asOf: plusMs(listed, 1_800_000) });
    expect(halves).toMatchObject({ low: "0.000590625000", high: "0.127300000000" });
    const later = bounds({ createdAt: plusMs(listed, -1_800_000), asOf: plusMs(listed, 1_800_001) });
    expect(later.high).toBe("0.127300070722");
  });

  it.each([
    [0, "0.000021000000", "0.000000328125"],
    [999, "0.000070672500", "0.000000328125"],
    [1000, "0.000070722222", "0.000000328125"],
    [1001, "0.000070792944", "0.000000328453"],
  ])("charges a life of %i ms for one second of memory at least", (ms, high, low) => {
    expect(bounds({ asOf: plusMs(createdAt, ms) })).toMatchObject({ high, low });
  });

  it("takes a creation stamped in the future, by another clock, for a life of no length", () => {
    expect(bounds({ asOf: plusMs(createdAt, -5000) }).high).toBe("0.000021000000");
  });

  it("charges the one-second minimum at the price of the last instant", () => {
    expect(bounds({ createdAt: plusMs(listed, -300), asOf: plusMs(listed, -1) }).high).toBe("0.000000000000");
    expect(bounds({ createdAt: plusMs(listed, -300), asOf: listed }).high).toBe("0.000014700000");
  });

  it.each([
    ["in a Region without a price", { region: region("eu-south-1") }],
    ["begun before its Region had a price", { createdAt: instant(Date.parse("2025-07-15T23:59:59.999Z")) }],
  ])("is unknown for a session %s", (_, changes) => {
    expect(bounds(changes)).toMatchObject({ low: null, high: null });
  });
});
