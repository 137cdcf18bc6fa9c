import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HistoryColumn } from "../../core/ports/history-row.ts";
import type { History } from "../../core/ports/ledger.ts";
import { costReport } from "../../core/reporting/cost-report.ts";
import { sourceOf } from "../focus/fixture.ts";
import { bill, charge, hours } from "../ledger-store/bills.ts";
import { anyBill, costRequest, reportOf } from "./fixture.ts";

const signal = new AbortController().signal;

/** The same history in stretches of so many rows, whatever the session that a row is of. */
const inStretches = (history: History, size: number): History => ({
  ...history,
  columns: async function* <C extends HistoryColumn>(...args: Parameters<typeof history.columns<C>>) {
    for await (const { rows, columns } of history.columns<C>(...args)) {
      for (let from = 0; from < rows; from += size) {
        const cut = Object.entries<ArrayLike<unknown>>(columns).map(([name, values]) => [
          name,
          Array.from(values).slice(from, from + size),
        ]);
        yield { rows: Math.min(size, rows - from), columns: Object.fromEntries(cut) as typeof columns };
      }
    }
  },
});

describe("a report", () => {
  it("is the same in whatever stretches history comes", async () => {
    const bills = fc.uniqueArray(anyBill, { selector: ({ session }) => session, maxLength: 8 });
    const dimensions = fc.uniqueArray(fc.constantFrom("session", "name", "day", "hour", "basis", "team"), {
      maxLength: 2,
    });
    await fc.assert(
      fc.asyncProperty(bills, dimensions, fc.integer({ min: 1, max: 7 }), async (closed, groupBy, size) => {
        const source = await sourceOf({ closed });
        const request = costRequest({ groupBy, top: 3 });
        const whole = await costReport(source, request, signal);
        const history = inStretches(source.history as History, size);
        expect(await costReport({ ...source, history }, request, signal)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it("counts a session once whose rows end one row group of a file and begin the next, and shows its whole cost", async () => {
    // A row for the first, two for each of the others: the last of the group's 32 768 rows is of one whose second is in the next.
    const first = bill("aaa", { basis: "bounded", charges: [], lowUsd: "0.1", highUsd: "0.25" });
    const most = { vcpuNs: 7_200_000_000_000n, byteMs: 30_000_000_000_000_000n };
    const others = Array.from({ length: 16_384 }, (_, index) =>
      bill(`s${index}`, {
        charges: [charge({ hourAt: hours(1), ...(index === 16_383 ? most : { vcpuNs: 1n, byteMs: 1n }) })],
      }),
    );
    const { counts, top } = await reportOf({ closed: [first, ...others] }, { top: 1 });
    expect(counts.sessions).toBe(16_385);
    expect(top.map(({ session, usage }) => [session.session, usage.length])).toEqual([["s16383", 2]]);
  });
});
