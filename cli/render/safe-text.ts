/**
 * Other people's text (session and interpreter names, messages of a service) made harmless and visible on a terminal:
 * what would move the cursor, colour, ring, break the line or reorder what stands beside it is written as an escape.
 */
export const safeText = (text: string): string =>
  text.toWellFormed() === text ? text.replace(harmful, escapeOf) : Array.from(text, safeUnit).join("");

/** JSON that a terminal can show: JSON itself leaves C1 controls and direction marks as they are. */
export const safeJson = (value: unknown, indent = 2): string =>
  JSON.stringify(value, null, indent).replace(harmfulInJson, (unit) =>
    Array.from({ length: unit.length }, (_, index) => unicodeEscape(unit.charCodeAt(index))).join(""),
  );

// Line and paragraph separators break lines; bidirectional marks and overrides reorder text; invisible ones and tag
// characters hide it. The zero-width joiners stay: names in some scripts, and emoji, need them.
const invisible =
  "\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}";
const harmful = new RegExp(`[\\u0000-\\u001f\\u007f-\\u009f${invisible}]`, "gu");
// The line breaks in laid-out JSON are its own: those in a text are escaped already.
const harmfulInJson = new RegExp(`[\\u007f-\\u009f${invisible}]`, "gu");

const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e" };

const safeUnit = (character: string): string =>
  character.toWellFormed() === character
    ? character.replace(harmful, escapeOf)
    : unicodeEscape(character.charCodeAt(0));

const escapeOf = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\u{${code.toString(16)}}`;
  return named[character] ?? (code <= 0xff ? `\\x${code.toString(16).padStart(2, "0")}` : unicodeEscape(code));
};

const unicodeEscape = (code: number): string => `\\u${code.toString(16).padStart(4, "0")}`;
