import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parseUsd, usd } from "../../core/kernel/money.ts";
import { rateJson, vectors } from "./run.ts";

const cases = ["clean", "odd", "price-page"].flatMap((name) =>
  ["2025-10", "2026-09"].flatMap((rule) => [1, 3].map((threads) => ({ name, rule, threads }))),
);

describe("the exact rules, by vectors", () => {
  it.each(cases)(
    "$name by rule $rule with $threads threads agree to the last digit",
    async ({ name, rule, threads }) => {
      const expected = JSON.parse(readFileSync(path.join(vectors, `${name}.${rule}.expected.json`), "utf8")) as object;
      const rated = await rateJson([`${name}.ndjson`, "--rule", rule, "--threads", String(threads)]);
      expect(rated).toMatchObject(expected);
      expect(rated.sessions).toHaveLength((expected as { sessions: unknown[] }).sessions.length);
      expect(rated.problems).toHaveLength(rated.input.skipped);
    },
  );

  it("has the price page's monthly figure: 30 000 such sessions are $109.40", async () => {
    const rated = await rateJson(["price-page.ndjson"]);
    const one = parseUsd(String(rated.totals["ratedUsd"]));
    const cents = usd(one.numerator * 30_000n * 100n, one.denominator);
    expect(Math.round(Number(cents.numerator) / Number(cents.denominator))).toBe(10_940);
  });

  it("names each line of `odd` that was set aside, and why", async () => {
    const rated = await rateJson(["odd.ndjson"]);
    expect(rated.problems.map(({ file, line, reason }) => `${file}:${line} ${reason}`)).toEqual([
      "odd.ndjson:1 plain-text",
      "odd.ndjson:294 missing-session",
      "odd.ndjson:480 missing-session",
      "odd.ndjson:545 bad-timestamp",
      "odd.ndjson:669 not-json",
      "odd.ndjson:745 missing-session",
      "odd.ndjson:756 elapsed-too-long",
      "odd.ndjson:1137 not-json",
    ]);
  });
});
