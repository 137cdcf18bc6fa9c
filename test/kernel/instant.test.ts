import fc from "fast-check";
import { expect, it } from "vitest";
import { instant, isoOf } from "../../core/kernel/instant.ts";

it("writes an instant as Date does, from year 0 to year 9999", () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (ms) => {
      expect(isoOf(instant(ms))).toBe(new Date(ms).toISOString());
    }),
  );
});
it.each([
  [0, "1970-01-01T00:00:00.000Z"],
  [-1, "1969-12-31T23:59:59.999Z"],
  [1_709_164_800_000, "2024-02-29T00:00:00.000Z"],
  [1_798_761_599_999, "2026-12-31T23:59:59.999Z"],
])("writes %d as %s", (ms, text) => expect(isoOf(instant(ms))).toBe(text));
