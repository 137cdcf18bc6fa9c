import { describe, expect, it } from "vitest";
import { instant } from "../../core/kernel/instant.ts";
import { parseUsd } from "../../core/kernel/money.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { chargesOf } from "../../core/ledger/charges-of.ts";
import { type RestatementInput, restatementOf } from "../../core/ledger/restatement.ts";
import { foldRecords, key, priceLists, record, settings, start } from "./account-fixtures.ts";

const charges =
  chargesOf(foldRecords(null, key, [record(0), record(1000)]), priceLists.newRule, settings)?.charges ?? [];

const bill: SessionBill = {
  ...key,
  name: "agent-7",
  createdAt: instant(start),
  endedAt: instant(start + 2000),
  endSource: "list",
  basis: "rated",
  approximate: null,
  charges,
  gapMs: 0,
  duplicates: 0,
  lateUnverifiable: 0,
  peakBytes: 5,
  lowUsd: null,
  highUsd: null,
  asOf: instant(start + 9_000_000),
  final: true,
  version: 3,
};
const at = instant(start + 10_000_000);
const input = (over: Partial<RestatementInput>): RestatementInput => ({
  before: bill,
  beforeUsd: parseUsd("0.1"),
  after: bill,
  afterUsd: parseUsd("0.1"),
  reason: "late-records",
  lateRecords: 2,
  at,
  ...over,
});

describe("a restatement", () => {
  it("keeps the figure before and the figure after, and closes the bill in its next version", () => {
    const after = { ...bill, gapMs: 7, final: false, version: 1, asOf: at };
    const outcome = restatementOf(input({ after, afterUsd: parseUsd("0.2") }));
    expect(outcome?.bill).toEqual({ ...after, final: true, version: 4 });
    expect(outcome?.restatement).toEqual({
      ...key,
      at,
      version: 4,
      reason: "late-records",
      beforeUsd: "0.100000000000",
      afterUsd: "0.200000000000",
      lateRecords: 2,
    });
  });

  it.each<[string, Partial<RestatementInput>]>([
    ["nothing", {}],
    ["the time it was made", { after: { ...bill, asOf: at } }],
    ["the count of redeliveries", { after: { ...bill, duplicates: 9 } }],
  ])("is not made for %s", (_, over) => {
    expect(restatementOf(input(over))).toBeNull();
  });

  it("is not made of a bill that was never closed", () => {
    expect(restatementOf(input({ before: { ...bill, final: false }, afterUsd: null }))).toBeNull();
  });

  const [first] = charges;
  it.each<[string, Partial<RestatementInput>]>([
    ["the dollars", { afterUsd: parseUsd("0.100000000001") }],
    ["a figure that is gone", { afterUsd: null }],
    ["the end", { after: { ...bill, endedAt: instant(start + 2001) } }],
    ["how the end is known", { after: { ...bill, endSource: "get" } }],
    ["the gaps", { after: { ...bill, gapMs: 1 } }],
    ["late records that cannot be verified", { after: { ...bill, lateUnverifiable: 1 } }],
    [
      "an integer of a charge",
      { after: { ...bill, charges: first ? [{ ...first, idleByteMs: first.idleByteMs + 1n }] : [] } },
    ],
  ])("is made for %s", (_, over) => {
    expect(restatementOf(input(over))?.restatement.version).toBe(4);
  });

  it("says null where there is no figure", () => {
    const outcome = restatementOf(input({ beforeUsd: null, reason: "source-reread" }));
    expect(outcome?.restatement).toMatchObject({ beforeUsd: null, afterUsd: "0.100000000000" });
  });
});
