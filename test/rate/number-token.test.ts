import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cursor, readNumber } from "../../adapters/files/number-token.ts";

function read(text: string): { readonly value: number; readonly rest: string } {
  const cursor: Cursor = { at: 0 };
  const value = readNumber(Buffer.from(`${text}\n`), cursor);
  return { value, rest: text.slice(cursor.at) };
}

const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: least, maxLength: most });
const exponents = fc
  .tuple(fc.constantFrom("e", "E"), fc.constantFrom("", "+", "-"), digits(1, 3))
  .map((parts) => parts.join(""));
const numbers = fc
  .tuple(
    fc.oneof(
      fc.constant("0"),
      fc.tuple(fc.constantFrom(..."123456789"), digits(0, 22)).map((parts) => parts.join("")),
    ),
    fc.oneof(
      fc.constant(""),
      digits(1, 25).map((text) => `.${text}`),
    ),
    fc.oneof(fc.constant(""), exponents),
  )
  .map((parts) => parts.join(""));

describe("reading a number from bytes", () => {
  it("gives the very double that JSON.parse gives, for any unsigned JSON number", () => {
    fc.assert(
      fc.property(numbers, (text) => {
        expect(read(text)).toEqual({ value: JSON.parse(text), rest: "" });
      }),
      { numRuns: 3000 },
    );
  });

  it("gives it for every double as JavaScript writes it", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noDefaultInfinity: true, noNaN: true }), (value) => {
        expect(read(String(value)).value).toBe(value + 0);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "1e22",
    "1e23",
    "1e-22",
    "1e-23",
    "0.1",
    "123456789012345678e-10",
  ])("is right at the edge of what is exact: %s", (text) => expect(read(text).value).toBe(Number(text)));

  it.each(["", "-1", "+1", ".5", "1.", "1.e5", "1e", "1e+", "x", " 1"])("finds no number in %j", (text) => {
    expect(read(text).value).toBeNaN();
  });

  it.each([
    ["1}", "}"],
    ["00", "0"],
    ["1.5.5", ".5"],
    ["12,", ","],
  ])("leaves of %j the rest %j to the caller", (text, rest) => expect(read(text).rest).toBe(rest));
});
