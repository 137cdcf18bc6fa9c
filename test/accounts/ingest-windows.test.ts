import { describe, expect, it } from "vitest";
import { firstMark, nextReach, nextWindow, type WindowTerms } from "../../core/jobs/ingest/windows.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import { bucket, hour, logGroup, minute } from "./ingest-fixture.ts";

const now = instant(Date.UTC(2026, 0, 3, 12));
const ago = (ms: number) => plusMs(now, -ms);
const mark = (readAgo: number, finalAgo: number, checkedAgo = 24 * hour) => ({
  source: "log-group:/usage",
  readUntil: ago(readAgo),
  finalUntil: ago(finalAgo),
  checkedUntil: ago(checkedAgo),
});
const terms = (part: Partial<WindowTerms> = {}): WindowTerms => ({
  now,
  how: "rows",
  reachMs: 15 * minute,
  stuck: new Set(),
  ...part,
});
const shown = (window: ReturnType<typeof nextWindow>) =>
  window === null
    ? null
    : `${window.kind} ${window.how} ${(now - window.from) / minute}..${(now - window.until) / minute}`;
const marked = (window: ReturnType<typeof nextWindow>) =>
  window === null
    ? null
    : [window.after.readUntil, window.after.finalUntil, window.after.checkedUntil].map((at) => (now - at) / minute);

describe("a window of a log group", () => {
  it.each([
    { readAgo: 25 * minute, now: ago(0), expected: "soon rows 25..20" },
    { readAgo: 25 * minute, now: ago(1), expected: null },
    { readAgo: 25 * minute, now: ago(-1), expected: "soon rows 25..20" },
    { readAgo: 45 * minute, now: ago(0), expected: "soon rows 45..30" },
    { readAgo: 20 * minute, now: ago(0), expected: null },
  ])("is read soon once its end is 20 minutes ago: read until $readAgo ms ago", ({ readAgo, now: at, expected }) => {
    expect(shown(nextWindow(mark(readAgo, 120 * minute), logGroup(), terms({ now: at })))).toBe(expected);
  });

  it.each([
    { finalAgo: 125 * minute, now: ago(0), expected: "final rows 125..120" },
    { finalAgo: 125 * minute, now: ago(1), expected: null },
    { finalAgo: 125 * minute, now: ago(-1), expected: "final rows 125..120" },
    { finalAgo: 140 * minute, now: ago(0), expected: "final rows 140..125" },
    { finalAgo: 120 * minute, now: ago(0), expected: null },
  ])("is read for good once its end is 120 minutes ago: read for good until $finalAgo ms ago", (one) => {
    const window = nextWindow(mark(20 * minute, one.finalAgo), logGroup(), terms({ now: one.now }));
    expect(shown(window)).toBe(one.expected);
  });

  it("is read for good at once where it is a backlog, and never soon", () => {
    const window = nextWindow(mark(5 * hour, 5 * hour), logGroup(), terms({ reachMs: hour }));
    expect(shown(window)).toBe("final rows 300..240");
    expect(marked(window)).toEqual([240, 240, 24 * 60]);
    const stuck = terms({ stuck: new Set(["final"]) });
    expect(nextWindow(mark(5 * hour, 5 * hour), logGroup(), stuck)).toBeNull();
  });

  it("is finished row by row where it was begun so, and is summed up beyond", () => {
    const aggregated = terms({ how: "aggregated", reachMs: hour });
    expect(shown(nextWindow(mark(130 * minute, 140 * minute), logGroup(), aggregated))).toBe("final rows 140..130");
    expect(shown(nextWindow(mark(200 * minute, 200 * minute), logGroup(), aggregated))).toBe(
      "final aggregated 200..140",
    );
    expect(nextWindow(mark(120 * minute, 120 * minute), logGroup(), aggregated)).toBeNull();
  });

  it.each([
    { checkedAgo: 200 * minute, expected: 185 },
    { checkedAgo: 201 * minute, expected: 201 },
    { checkedAgo: 24 * hour, expected: 24 * 60 },
  ])("is not counted where it was summed up, and what came before is: counted until $checkedAgo ms ago", (one) => {
    const before = mark(200 * minute, 200 * minute, one.checkedAgo);
    const window = nextWindow(before, logGroup(), terms({ how: "aggregated" }));
    expect(marked(window)).toEqual([185, 185, one.expected]);
  });

  it.each([
    { checkedAgo: 25 * hour, now: ago(0), expected: "count rows 1500..1440" },
    { checkedAgo: 25 * hour, now: ago(1), expected: null },
    { checkedAgo: 25 * hour, now: ago(-1), expected: "count rows 1500..1440" },
    { checkedAgo: 24 * hour, now: ago(0), expected: null },
    { checkedAgo: 25 * hour - 5 * minute, now: ago(0), expected: "count rows 1500..1440" },
  ])("is counted by whole hours that ended a day ago: counted until $checkedAgo ms ago", (one) => {
    const read = { ...mark(20 * minute, 120 * minute, one.checkedAgo), readUntil: ago(15 * minute) };
    const window = nextWindow(read, logGroup(), terms({ now: one.now, stuck: new Set(["soon", "final"]) }));
    expect(shown(window)).toBe(one.expected);
  });

  it("is not counted before it was read for good, nor after a part of the hour has expired", () => {
    const unread = mark(26 * hour, 26 * hour, 27 * hour + minute);
    const stuck = terms({ stuck: new Set(["final"]) });
    expect(shown(nextWindow(unread, logGroup(), stuck))).toBe("count rows 1680..1620");
    expect(nextWindow(mark(26 * hour, 26 * hour, 26 * hour), logGroup(), stuck)).toBeNull();
    const expiring = mark(0, 0, 72 * hour);
    const kept = (retentionMs: number) =>
      shown(nextWindow(expiring, logGroup("/usage", { retentionMs }), terms({ stuck: new Set(["final", "soon"]) })));
    expect(kept(26 * hour)).toBe("count rows 1560..1500");
    expect(kept(26 * hour - 1)).toBe("count rows 1500..1440");
    expect(kept(25 * hour - 1)).toBeNull();
  });

  it("needs no count where it was read for good a day late", () => {
    const late = nextWindow(mark(30 * hour, 30 * hour, 30 * hour), logGroup(), terms());
    expect(marked(late)).toEqual([30 * 60 - 15, 30 * 60 - 15, 30 * 60 - 15]);
    const gap = nextWindow(mark(30 * hour, 30 * hour, 31 * hour), logGroup(), terms());
    expect(marked(gap)?.[2]).toBe(31 * 60);
    const younger = nextWindow(mark(24 * hour, 24 * hour, 24 * hour), logGroup(), terms());
    expect(marked(younger)?.[2]).toBe(24 * 60);
  });

  it.each(["soon", "final", "count"] as const)("is left to the next pass where its look failed: %s", (look) => {
    const all = mark(60 * minute, 140 * minute, 30 * hour);
    expect(nextWindow(all, logGroup(), terms({ stuck: new Set([look]) }))?.kind).toBe(
      look === "final" ? "soon" : "final",
    );
  });
});

describe("a window of deliveries", () => {
  it.each([
    { at: ago(0), expected: "delivery rows 2..1" },
    { at: ago(60_000), expected: null },
    { at: ago(60_001), expected: null },
    { at: ago(59_999), expected: `delivery rows 2..${119_999 / 60_000}` },
  ])("ends a minute before now", ({ at, expected }) => {
    expect(shown(nextWindow(mark(2 * minute, 120 * minute), bucket(), terms({ now: at })))).toBe(expected);
  });

  it("is read once, and says that what is two hours older has come", () => {
    const window = nextWindow(mark(5 * hour, 7 * hour), bucket(), terms({ reachMs: hour }));
    expect(shown(window)).toBe("delivery rows 300..240");
    expect(marked(window)).toEqual([240, 360, 360]);
    const first = nextWindow(mark(5 * hour, 5 * hour), bucket(), terms({ reachMs: hour }));
    expect(marked(first)?.[1]).toBe(300);
  });
});

describe("the reach of a window", () => {
  it("begins where the records that a place keeps begin, on five minutes", () => {
    const at = plusMs(now, 61_000);
    expect(firstMark(logGroup(), at, hour).finalUntil).toBe(ago(hour));
    expect(firstMark(logGroup("/usage", { retentionMs: 30 * minute }), at, hour).readUntil).toBe(ago(30 * minute));
    expect(firstMark(logGroup("/usage", { retentionMs: 2 * hour }), at, hour).checkedUntil).toBe(ago(hour));
  });

  it.each([
    { lines: 10_000, place: logGroup(), reach: 30 },
    { lines: 10_001, place: logGroup(), reach: 15 },
    { lines: 0, place: bucket(), reach: 30 },
  ])("grows over sparse stretches only: $lines lines", ({ lines, place, reach }) => {
    expect(nextReach(15 * minute, lines, place)).toBe(reach * minute);
  });

  it("stays below what a session can hold of a log group, and has no end for deliveries", () => {
    expect(nextReach(6 * hour, 0, logGroup())).toBe(6 * hour);
    expect(nextReach(6 * hour, 0, bucket())).toBe(12 * hour);
  });
});
