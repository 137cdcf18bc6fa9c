import { describe, expect, it } from "vitest";
import { mayHoldDeliveries } from "../../adapters/files/dated-folder.ts";
import { instantOfIso } from "../../core/kernel/calendar.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";

describe("the date in a key", () => {
  const at = (text: string): Instant => instantOfIso(text) ?? instant(0);
  const from = at("2026-11-20T13:30:00Z");
  const until = at("2026-11-20T13:35:00Z");

  it.each([
    ["2026/11/20/13/", true],
    ["AWSLogs/1/x/2026/11/20/13/", true],
    ["2026/11/20/14/", true],
    ["2026/11/20/15/", false],
    ["2026/11/20/10/", true],
    ["2026/11/20/09/", false],
    ["2026/11/20/", true],
    ["2026/11/19/", false],
    ["2026/11/21/", false],
    ["2026/11/", true],
    ["2026/10/", false],
    ["2026/12/", false],
    ["year=2026/month=10/", false],
    ["year=2026/month=11/day=20/hour=09/", false],
    ["dt=2026-11-19/", false],
    ["dt=2026-11-20/hour=12/", true],
    ["2026-10/", false],
    // A number alone, and what is no date, may be anything.
    ["2019/", true],
    ["2026/", true],
    ["2026/13/", true],
    ["2026/02/31/", true],
    ["2026/11/20/99/", true],
    ["tool-2026/10/", true],
    ["20261020/", true],
  ])("leaves %s in: %s", (folder, expected) => {
    expect(mayHoldDeliveries(folder, from, until)).toBe(expected);
  });
});
