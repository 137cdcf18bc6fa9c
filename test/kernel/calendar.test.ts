import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instantOfIso, startOfDay, startOfMonth, startOfWeek } from "../../core/kernel/calendar.ts";
import { type Instant, instant, isoOf } from "../../core/kernel/instant.ts";

const at = (iso: string): Instant => instant(Date.parse(iso));
const anyInstant = fc
  .integer({ min: Date.parse("1900-01-01T00:00:00Z"), max: Date.parse("2400-01-01T00:00:00Z") })
  .map(instant);

describe("an instant written as ISO 8601", () => {
  it.each([
    ["2026-11-20", "2026-11-20T00:00:00.000Z"],
    ["2026-11-20T12:34:56Z", "2026-11-20T12:34:56.000Z"],
    ["2026-11-20T12:34:56.789Z", "2026-11-20T12:34:56.789Z"],
    ["2028-02-29", "2028-02-29T00:00:00.000Z"],
  ])("%s is read", (text, iso) => expect(isoOf(instantOfIso(text) ?? instant(0))).toBe(iso));

  it.each([
    "2026-02-29",
    "2026-13-01",
    "2026-00-01",
    "2026-01-00",
    "2026-01-32",
    "2026-11-20T24:00:00Z",
    "2026-11-20T12:60:00Z",
    "2026-11-20T12:00:60Z",
    "2026-11-20T12:00:00",
    "2026-11-20T12:00:00+01:00",
    "2026-11-20T12:00Z",
    "20 November",
    "",
  ])("%j is none", (text) => expect(instantOfIso(text)).toBeNull());

  it("comes back as it was written", () => {
    fc.assert(fc.property(anyInstant, (instant) => instantOfIso(isoOf(instant)) === instant));
  });
});

describe("calendar windows", () => {
  it.each([
    ["2026-11-22T23:59:59.999Z", "2026-11-22", "2026-11-16", "2026-11-01", "2026-12-01"],
    ["2026-11-23T00:00:00.000Z", "2026-11-23", "2026-11-23", "2026-11-01", "2026-12-01"],
    ["2026-12-31T23:59:59.999Z", "2026-12-31", "2026-12-28", "2026-12-01", "2027-01-01"],
    ["2028-02-29T12:00:00.000Z", "2028-02-29", "2028-02-28", "2028-02-01", "2028-03-01"],
  ])("of %s", (iso, day, week, month, next) => {
    const starts = [startOfDay(at(iso)), startOfWeek(at(iso)), startOfMonth(at(iso)), startOfMonth(at(iso), 1)];
    expect(starts.map((start) => isoOf(start).slice(0, 10))).toEqual([day, week, month, next]);
  });

  it("agree with the calendar of the machine", () => {
    fc.assert(
      fc.property(anyInstant, fc.integer({ min: -30, max: 30 }), (instant, months) => {
        const date = new Date(instant);
        expect(startOfMonth(instant, months)).toBe(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
        expect(new Date(startOfWeek(instant)).getUTCDay()).toBe(1);
        expect(instant - startOfWeek(instant)).toBeLessThan(7 * 86_400_000);
      }),
    );
  });
});
