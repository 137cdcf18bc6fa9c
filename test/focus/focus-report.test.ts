import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { region } from "../../core/kernel/ids.ts";
import { costReport } from "../../core/reporting/cost-report.ts";
import { bill, hours } from "../ledger-store/bills.ts";
import { charged, exportOf, type Given, requestOf, seen, sourceOf } from "./fixture.ts";

const unpriced = charged("unpriced", [0, 3]);
const given: Given = {
  closed: [
    ...Array.from({ length: 12 }, (_, index) =>
      charged(`s${index}`, [index - 5, index, index + 2], { basis: index % 3 === 0 ? "allocated" : "rated" }),
    ),
    { ...unpriced, charges: unpriced.charges.map((it, index) => (index === 0 ? it : { ...it, priceStartsAt: null })) },
    charged("nowhere", [1, 2], { region: region("xx-none-1"), charges: [] }),
    bill("bounded", {
      basis: "bounded",
      charges: [],
      createdAt: hours(-3),
      endedAt: hours(4),
      lowUsd: "0.5",
      highUsd: "2",
    }),
    charged("reopened", [0, 1]),
  ],
  open: [
    charged("reopened", [0, 1]),
    charged("open", [1, 2, 13], { final: false }),
    bill("waits", {
      basis: "bounded",
      charges: [],
      createdAt: hours(5),
      endedAt: null,
      final: false,
      lowUsd: "0",
      highUsd: "1",
    }),
  ],
  seen: [seen("live"), seen("s3"), seen("gone", { createdAt: hours(-6), lastSeenAt: hours(-5), goneAt: hours(-2) })],
};

describe("a FOCUS export and the report of the same window", () => {
  it("count the same sessions, with and without a figure, and the same dollars but for the rounding of rows", async () => {
    const edges = fc.uniqueArray(fc.integer({ min: -10, max: 16 }), { minLength: 2, maxLength: 2 });
    const { signal } = new AbortController();
    await fc.assert(
      fc.asyncProperty(edges, async (unsorted) => {
        const [from = 0, until = 0] = unsorted.toSorted((a, b) => a - b);
        const request = requestOf({ from: hours(from), until: hours(until), now: hours(8) });
        const { total } = await costReport(await sourceOf(given), { ...request, groupBy: ["region"], top: 3 }, signal);
        const { rows, unpriced: aside } = await exportOf(given, request);
        const sessions = new Set([...rows, ...aside].map((row) => `${row.RegionId} ${row.ResourceId}`));
        expect([sessions.size, aside.length]).toEqual([total.sessions, total.unknownSessions]);
        const billed = rows.reduce((sum, row) => sum + row.BilledCost, 0n);
        const off = billed * total.known.denominator - total.known.numerator * 10n ** 12n;
        expect((off < 0n ? -off : off) * 2n <= BigInt(rows.length) * total.known.denominator).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
