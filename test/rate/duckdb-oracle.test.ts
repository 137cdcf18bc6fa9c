import path from "node:path";
import { describe, expect, it } from "vitest";
import { type DuckDbSession, meterWithDuckDb } from "../../bench/duckdb-meter.ts";
import { billingRules } from "../../core/billing/price-row.ts";
import { fileOf, lineOf, rateJson, startAt, vectors } from "./run.ts";

const integers = ["firstAt", "lastAt", "records", "meteredMs", "gapMs", "vcpuNs", "byteMs", "peakBytes"] as const;
const dollars = ["ratedUsd", "loggedUsd", "idleUsd", "peakTaxUsd"] as const;

async function compare(file: string, rule: (typeof billingRules)[number]): Promise<void> {
  const ours = await rateJson([file, "--rule", rule]);
  const theirs = await meterWithDuckDb(file, 2, rule);
  expect(theirs.records).toBe(ours.input.records);
  const keyOf = (session: object): string => {
    const { account, region, interpreter, session: id } = session as DuckDbSession;
    return [account, region, interpreter, id].join(" ");
  };
  expect(theirs.sessions.map(keyOf)).toEqual(ours.sessions.map(keyOf));
  for (const [index, session] of ours.sessions.entries()) {
    const other = theirs.sessions[index] as unknown as Record<string, bigint | number | null>;
    const whole = (value: unknown): string => (value === null ? "none" : String(value));
    expect(integers.map((name) => whole(other[name]))).toEqual(integers.map((name) => whole(session[name])));
    for (const name of dollars) {
      const value = session[name];
      if (value === null) expect(other[name]).toBeNull();
      // Ours is rounded at 12 decimals, theirs is a sum of binary floats.
      else expect(Math.abs(Number(other[name]) - Number(value))).toBeLessThanOrEqual(6e-13 + 1e-9 * Number(value));
    }
  }
}

describe("the same rule in SQL, run by DuckDB, gives the same figures", () => {
  it.each(billingRules)("for `odd` by rule %s", (rule) => compare(path.join(vectors, "odd.ndjson"), rule));

  it.each(billingRules)("for short sessions and equal stamps by rule %s", async (rule) => {
    const lines = Array.from({ length: 3000 }, (_, i) =>
      lineOf({
        session: `s${i % 400}`,
        at: startAt + ((i * 7919) % 13) * 250,
        elapsed: [0, 0.1, 0.25, 0.3, 1][(i * 31) % 5],
        vcpuHours: ((i * 17) % 11) / 1e5,
        gbHours: ((i * 13) % 7) / 1e4,
      }),
    );
    await compare(fileOf(lines.join("\n")), rule);
  });
});
