import { describe, expect, it } from "vitest";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { restsOnAsMuch } from "../../core/ledger/same-figures.ts";
import { bill, charge } from "../ledger-store/bills.ts";

const rated = (records: number, approximate: string | null = null): SessionBill =>
  bill("s", { approximate, charges: [charge({ records })] });
const allocated = bill("s", { basis: "allocated" });
const bounded = bill("s", { basis: "bounded", charges: [] });

describe("a bill that was made from nothing takes the place of a closed one", () => {
  it.each<[string, SessionBill, SessionBill, boolean]>([
    ["one record less", rated(9), rated(10), false],
    ["as many records", rated(10), rated(10), true],
    ["one record more", rated(11), rated(10), true],
    ["minutes that were summed up, where seconds were", rated(100, "by the minute"), rated(10), false],
    ["seconds, where minutes were summed up", rated(1), rated(10, "by the minute"), true],
    ["records, where it was shared out", rated(1), allocated, true],
    ["shares, where there were records", allocated, rated(1), false],
    ["shares, where there were others", allocated, allocated, false],
    ["shares, where there were bounds", allocated, bounded, true],
    ["bounds, where there were others", bounded, bounded, false],
  ])("with %s", (_, after, closed, may) => {
    expect(restsOnAsMuch(after, closed)).toBe(may);
  });
});
