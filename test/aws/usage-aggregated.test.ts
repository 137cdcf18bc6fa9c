import { afterEach, describe, expect, it } from "vitest";
import { awsUsageSource } from "../../adapters/aws/usage-source.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { instant } from "../../core/kernel/instant.ts";
import { embedded } from "./embedded.ts";
import { metered, sumsOf } from "./metered.ts";
import { aws, distinct, ended, hour, idOf, read, start } from "./usage-fleet.ts";

afterEach(() => aws.clearFaults());

describe("usage summed up by the minute", () => {
  it.each(["full", "rounded"] as const)("has the sums of each session, where numbers come %s", async (numbers) => {
    const other = await embedded(
      {
        places: [
          {
            region: "us-east-1",
            interpreters: [{ name: "usual", id: idOf("usual") }],
            sessions: [{ interpreter: "usual", ...ended }],
          },
        ],
      },
      { startAt: start, unknowns: { insightsNumbers: numbers }, paceSpeed: 50 },
    );
    const of = awsUsageSource(other.clients, { logGroup: null, pollMs: 1 });
    const exact = await read({}, of);
    const { reading, records } = await read({ how: "aggregated" }, of);
    expect(reading).toMatchObject({ complete: true, problems: [] });
    expect(reading.approximate).toContain("minute");
    for (const session of new Set(exact.records.map((it) => it.session))) {
      const ownRows = exact.records.filter((it) => it.session === session) as readonly UsageFigures[] &
        readonly unknown[];
      const own = records.filter((it) => it.session === session);
      // Redelivered records are in the server's sums twice, so the rows are compared as they came.
      const sum = (rows: readonly UsageFigures[], name: "vcpuHours" | "gbHours" | "elapsedSeconds") =>
        rows.reduce((total, it) => total + it[name], 0);
      for (const name of ["vcpuHours", "gbHours", "elapsedSeconds"] as const) {
        expect(sum(own, name)).toBeCloseTo(sum(ownRows, name), 8);
      }
      expect(sumsOf(metered(own)).byteMs).toBeGreaterThanOrEqual(sumsOf(metered(ownRows)).byteMs);
      expect(metered(own).gapMs).toBeLessThanOrEqual(metered(ownRows).gapMs);
    }
  });

  it("is in exactly one of two windows that meet at a minute", async () => {
    const whole = await read({ how: "aggregated" });
    const cut = instant(start - 4 * hour + 5 * 60_000);
    const parts = [await read({ how: "aggregated", until: cut }), await read({ how: "aggregated", from: cut })];
    expect(parts.map(({ reading }) => reading.problems)).toEqual([[], []]);
    expect(distinct(parts.flatMap((part) => part.records))).toEqual(distinct(whole.records));
  });

  it("is nothing in a time before there was a log group", async () => {
    const { reading } = await read({
      how: "aggregated",
      from: instant(start - 9 * hour),
      until: instant(start - 8 * hour),
    });
    expect(reading).toMatchObject({ complete: true, records: 0, problems: [] });
  });

  it("is not complete where the query is refused", async () => {
    await aws.addFaults({ kind: "access-denied", operation: "StartQuery" });
    const { reading } = await read({ how: "aggregated" });
    expect(reading).toMatchObject({ complete: false, problems: [{ code: "AccessDenied", operation: "StartQuery" }] });
  });
});
