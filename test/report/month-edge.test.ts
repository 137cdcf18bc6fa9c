import { describe, expect, it } from "vitest";
import { plusMs } from "../../core/kernel/instant.ts";
import { exportOf, seen } from "../focus/fixture.ts";
import { day } from "../history/fixture.ts";
import { bill, charge, hours } from "../ledger-store/bills.ts";
import { reportOf } from "./fixture.ts";

/** Began two seconds before midnight; all of its records are of the next day. */
const createdAt = plusMs(day(1), -2000);
const endedAt = plusMs(day(1), 600_000);
const record = seen("x", { createdAt, firstSeenAt: plusMs(day(1), 30_000), lastSeenAt: endedAt, goneAt: endedAt });
const settled = bill("x", { createdAt, endedAt, charges: [charge({ hourAt: hours(12) })] });
const firstDay = { from: day(0), until: day(1) };
const secondDay = { from: day(1), until: day(2) };

describe("a session at the edge of a window, settled with charges behind it alone", () => {
  it("is no session of the window, and one of the next", async () => {
    const given = { closed: [bill("a"), settled], seen: [record] };
    const first = await reportOf(given, firstDay);
    expect(first.counts).toMatchObject({ sessions: 1, settled: 1, provisional: 0, bounded: 0 });
    expect((await reportOf(given, secondDay)).counts).toMatchObject({ sessions: 1, settled: 1, bounded: 0 });
  });

  it("lacks no figure in an export of the window", async () => {
    const given = { closed: [bill("a"), settled], seen: [record] };
    expect((await exportOf(given, firstDay)).unpriced).toEqual([]);
    expect((await exportOf(given, secondDay)).unpriced).toEqual([]);
  });

  it("is without a figure in the window while it is not settled", async () => {
    const given = { closed: [bill("a")], seen: [record] };
    expect((await reportOf(given, firstDay)).counts).toMatchObject({ sessions: 2, provisional: 1, bounded: 1 });
    expect((await exportOf(given, firstDay)).unpriced).toHaveLength(1);
  });

  it.each([
    [8 * 3600, 0],
    [8 * 3600 + 1, 1],
  ])(
    "that began %i s before its end is looked for as long as one can live: %i without a figure",
    async (s, lacking) => {
      const began = plusMs(day(1), -s * 1000);
      const given = {
        closed: [bill("x", { createdAt: began, endedAt, charges: [charge({ hourAt: hours(12) })] })],
        seen: [seen("x", { createdAt: began, lastSeenAt: endedAt, goneAt: endedAt })],
      };
      expect((await reportOf(given, firstDay)).counts.bounded).toBe(lacking);
    },
  );
});
