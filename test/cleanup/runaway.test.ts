import { describe, expect, it } from "vitest";
import { runawayOf } from "../../core/cleanup/runaway.ts";
import { parseUsd } from "../../core/kernel/money.ts";
import { cpu, minute, minutes, unknown } from "./facts.ts";

const limits = { hotVcpu: 1.5, hotForMs: minutes(30), usd: parseUsd("1.50") };
const cheap = parseUsd("0.10");

describe("a runaway", () => {
  it.each([
    [70 + 1 / 60_000, null],
    [70, { since: minute(70), until: minute(100) }],
    [70 - 1 / 60_000, { since: minute(70 - 1 / 60_000), until: minute(100) }],
  ])("hot from minute %f to minute 100, 30 minutes: %j", (since, hot) => {
    expect(runawayOf(cpu({ hotSince: minute(since) }), cheap, limits)?.hot ?? null).toEqual(hot);
  });

  it.each([
    ["1.49", false],
    ["1.50", false],
    ["1.500000000001", true],
  ])("by a cost of %s, above 1.50: %s", (usd, is) => {
    const runaway = runawayOf(cpu(), parseUsd(usd), limits);
    expect(runaway).toEqual(is ? { hot: null, usd: parseUsd(usd) } : null);
    expect(runawayOf(cpu(), parseUsd(usd), { ...limits, usd: null })).toBeNull();
  });

  it("is both where both are so", () => {
    expect(runawayOf(cpu({ hotSince: minute(0) }), parseUsd("2"), limits)).toEqual({
      hot: { since: minute(0), until: minute(100) },
      usd: parseUsd("2"),
    });
  });

  it("is none where CPU and cost are not known", () => {
    expect(runawayOf(unknown("failed"), null, limits)).toBeNull();
  });
});
