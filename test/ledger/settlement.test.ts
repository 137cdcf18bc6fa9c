import { describe, expect, it } from "vitest";
import { instant } from "../../core/kernel/instant.ts";
import { type Settlement, type SettlementFacts, settlementOf } from "../../core/ledger/settlement.ts";

const minutes = 60_000;
const end = instant(Date.parse("2026-01-01T10:00:00Z"));
const endPlus = (ms: number): ReturnType<typeof instant> => instant(end + ms);

/** A session that ended, read for good, long ago. */
const facts: SettlementFacts = {
  now: endPlus(600 * minutes),
  ended: { at: end, source: "get" },
  finalUntil: endPlus(480 * minutes),
  timeoutAt: null,
  lastRecordAt: end,
};

const told = (settlement: Settlement): string =>
  settlement.state === "ready"
    ? `ready ${settlement.end.source} ${settlement.end.at - end}`
    : `${settlement.reason} ${settlement.end?.source ?? "-"}`;
const settled = (over: Partial<SettlementFacts>): string => told(settlementOf({ ...facts, ...over }));

describe("the settlement of a session", () => {
  it.each([
    [75 * minutes - 1, "too-soon get"],
    [75 * minutes, "ready get 0"],
    [75 * minutes + 1, "ready get 0"],
  ])("comes 75 minutes after its end (%i ms after)", (ms, expected) => {
    expect(settled({ now: endPlus(ms) })).toBe(expected);
    expect(settled({ now: endPlus(ms), finalUntil: null })).toBe(expected);
  });

  it.each([
    [-1, "unread get"],
    [0, "unread get"],
    [1, "ready get 0"],
  ])("waits until its records are read for good beyond its end (up to %i ms after it)", (ms, expected) => {
    expect(settled({ finalUntil: endPlus(ms) })).toBe(expected);
  });

  it.each([
    [799, "unread list"],
    [800, "unread list"],
    [801, "ready list 0"],
  ])("waits for a last record that is stamped behind the end (read up to %i ms after it)", (ms, expected) => {
    const over = { ended: { at: end, source: "list" }, lastRecordAt: endPlus(800) } as const;
    expect(settled({ ...over, finalUntil: endPlus(ms) })).toBe(expected);
  });

  it("never comes while nothing says that the session has ended", () => {
    expect(settled({ ended: null, lastRecordAt: null })).toBe("no-end -");
    expect(settled({ ended: null, finalUntil: null })).toBe("no-end -");
  });

  it("believes a service before a time limit or a silence", () => {
    const over = { timeoutAt: endPlus(-9 * minutes), lastRecordAt: endPlus(-300 * minutes) };
    expect(settled(over)).toBe("ready get 0");
  });

  it("waits for an end that lies ahead", () => {
    expect(settled({ now: endPlus(-5 * minutes), finalUntil: endPlus(-60 * minutes) })).toBe("too-soon get");
  });
});

describe("an end that only the time limit shows", () => {
  it.each([
    [-1, "no-end -"],
    [0, "too-soon timeout"],
    [1, "too-soon timeout"],
    [75 * minutes - 1, "too-soon timeout"],
    [75 * minutes, "ready timeout 0"],
    [75 * minutes + 1, "ready timeout 0"],
  ])("holds from the limit on (%i ms after it)", (ms, expected) => {
    expect(settled({ ended: null, timeoutAt: end, lastRecordAt: null, now: endPlus(ms), finalUntil: null })).toBe(
      expected,
    );
  });
});

describe("an end that only silence shows", () => {
  it.each([
    [120 * minutes - 1, "no-end -"],
    [120 * minutes, "ready last-record 0"],
    [120 * minutes + 1, "ready last-record 0"],
  ])("holds once 120 minutes without a record are read for good (%i ms)", (ms, expected) => {
    expect(settled({ ended: null, finalUntil: endPlus(ms) })).toBe(expected);
  });

  it.each([
    [120 * minutes - 1, `ready timeout ${120 * minutes - 1}`],
    [120 * minutes, "ready last-record 0"],
    [120 * minutes + 1, "ready last-record 0"],
  ])("holds where all of the silence lies before the time limit (%i ms after it)", (ms, expected) => {
    expect(settled({ ended: null, timeoutAt: endPlus(ms) })).toBe(expected);
  });

  it("does not hold where nobody can read", () => {
    expect(settled({ ended: null, finalUntil: null, timeoutAt: endPlus(900 * minutes) })).toBe("no-end -");
  });
});
