/** Where a reader of bytes stands; readers move it. */
export interface Cursor {
  at: number;
}

const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const notANumber = Number.NaN;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

/**
 * Reads an unsigned JSON number and moves the cursor behind it; NaN where there is none, or one with a sign. The result
 * is the double that `JSON.parse` gives: a mantissa below 2^53 and a power of ten up to 10^22 are exact doubles, so that
 * one multiplication or division of them rounds correctly (Clinger 1990); all else goes through `Number`.
 */
export function readNumber(bytes: Uint8Array, cursor: Cursor): number {
  const start = cursor.at;
  let at = start;
  let byte = bytes[at];
  let mantissa = 0;
  if (byte === 48) {
    at += 1;
    byte = bytes[at];
  } else {
    while (byte !== undefined && byte >= 48 && byte <= 57) {
      mantissa = mantissa * 10 + (byte - 48);
      at += 1;
      byte = bytes[at];
    }
    if (at === start) return notANumber;
  }
  let exponent = 0;
  if (byte === 46) {
    at += 1;
    const fraction = at;
    byte = bytes[at];
    while (byte !== undefined && byte >= 48 && byte <= 57) {
      mantissa = mantissa * 10 + (byte - 48);
      at += 1;
      byte = bytes[at];
    }
    if (at === fraction) return notANumber;
    exponent = fraction - at;
  }
  cursor.at = at;
  if (byte === 101 || byte === 69) {
    const written = readExponent(bytes, cursor);
    if (written === null) return notANumber;
    exponent += written;
  }
  // A mantissa that lost digits on the way is larger than this too.
  if (mantissa <= Number.MAX_SAFE_INTEGER && exponent >= -22 && exponent <= 22) {
    return exponent < 0 ? mantissa / (powersOfTen[-exponent] ?? 1) : mantissa * (powersOfTen[exponent] ?? 1);
  }
  return Number(textOf(bytes, start, cursor.at));
}

function readExponent(bytes: Uint8Array, cursor: Cursor): number | null {
  let at = cursor.at + 1;
  const sign = bytes[at];
  if (sign === 43 || sign === 45) at += 1;
  const digits = at;
  while (isDigit(bytes[at])) at += 1;
  cursor.at = at;
  if (at === digits) return null;
  const size = Number(textOf(bytes, digits, at));
  return sign === 45 ? -size : size;
}

const textOf = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));
