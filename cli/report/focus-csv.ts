import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { formatUsd, usd } from "../../core/kernel/money.ts";

type Schema = Readonly<Record<string, string>>;
type Values<S extends Schema> = { readonly [Name in keyof S]: unknown };

export const csvHead = (schema: Schema): string => csvLine(Object.keys(schema));

/** Rows as RFC 4180 has them, with line feeds; null is an empty cell. */
export const csvRows = <S extends Schema>(schema: S, rows: readonly Values<S>[]): string =>
  rows.map((row) => csvLine(Object.entries(schema).map(([name, spec]) => cellOf(spec, row[name])))).join("");

const csvLine = (cells: readonly string[]): string => `${cells.join(",")}\n`;

function cellOf(spec: string, value: unknown): string {
  if (value === null) return "";
  switch (spec.replace("?", "")) {
    case "money":
      return formatUsd(usd(value as bigint, 10n ** 12n));
    case "instant":
      return isoOf(value as Instant).replace(".000Z", "Z");
    case "text":
      return textCell(value as string);
    default:
      return String(value);
  }
}

/**
 * Names are other people's text. A program that shows tables runs what begins like a formula: such a text gets an apostrophe
 * before it, which shows it as it is. Numbers are ours, and stay numbers. What no text can hold becomes the replacement character.
 */
function textCell(text: string): string {
  const plain = text.toWellFormed().replaceAll("\u0000", "\ufffd");
  const safe = formula.test(plain) ? `'${plain}` : plain;
  // An empty text is quoted: an empty cell is null.
  return safe === "" || /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// The wide forms of East Asian scripts count as well.
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
