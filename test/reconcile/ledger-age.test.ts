import { describe, expect, it } from "vitest";
import { ledgerAge } from "../../cli/reconcile/ledger-age.ts";
import { reconcileJson } from "../../cli/reconcile/reconcile-json.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { type Instant, isoOf, plusMs } from "../../core/kernel/instant.ts";
import { usd } from "../../core/kernel/money.ts";
import { hours } from "../ledger-store/bills.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";

const now = hours(6);
const agoMs = (ms: number): Instant => plusMs(now, -ms);
const ageOf = (...keptAt: readonly (Instant | null)[]) =>
  ledgerAge(
    keptAt.map((at) => ({
      target: { account: accountId("111122223333"), region: region("us-east-1") },
      health: "ok",
      recordsUntil: null,
      keptAt: at,
      accounts: null,
    })),
    now,
  );
const staleMs = 45 * 60_000;

describe("how old the ledger is that a bill is held against", () => {
  it.each([
    [staleMs - 1, false],
    [staleMs, false],
    [staleMs + 1, true],
  ])("is that of the target whose last pass is longest ago: %i ms, not up to date: %s", (ms, isStale) => {
    const { age, lines } = ageOf(agoMs(0), agoMs(ms), null);
    expect(age.asOf).toBe(agoMs(ms));
    expect(lines).toEqual(isStale ? [expect.stringMatching(/^Not up to date: .* 45m 00s ago/)] : []);
  });

  it("is unknown of history alone, which is said", () => {
    expect(ageOf()).toMatchObject({ age: { asOf: null }, lines: [expect.stringContaining("history alone")] });
  });

  it("stands beside the clock of the machine in JSON", () => {
    const nothing = {
      ...{ from: hours(0), until: hours(1), now, band: { pct: usd(2n, 1n), leastUsdPerDay: usd(1n, 100n) } },
      bill: {
        ...{ source: "cur2" as const, knownUntil: hours(1), estimated: false, accounts: new Set<never>() },
        ...{ entries: [], setAside: [], requests: null, problems: [] },
      },
      ...{ places: [], daysNotBilled: [], daysMissing: [] },
    } as unknown as Parameters<typeof reconcileJson>[0];
    const json = (...keptAt: readonly (Instant | null)[]) => reconcileJson(nothing, ageOf(...keptAt));
    expect(json(agoMs(5000))).toMatchObject({ asOf: isoOf(agoMs(5000)), printedAt: isoOf(now) });
    expect(json()).toMatchObject({ asOf: null, printedAt: isoOf(now) });
    for (const value of [json(agoMs(5000)), json()])
      expect(violations(publishedSchema("reconcile.schema.json"), value)).toEqual([]);
  });
});
