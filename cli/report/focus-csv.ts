import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { formatUsd, usd } from "../../core/kernel/money.ts";

export interface CsvWriter<Name extends string> {
  readonly head: string;
  readonly rows: (rows: readonly { readonly [N in Name]: unknown }[]) => string;
}

/** Writes rows as RFC 4180 has them, with line feeds; null is an empty cell. The columns are those of the schema, in its order. */
export function csvWriter<Name extends string>(schema: Readonly<Record<Name, string>>): CsvWriter<Name> {
  const names = Object.keys(schema) as Name[];
  const columns = names.map((name) => ({ name, cellOf: repeated(cellsOf(schema[name])) }));
  return {
    head: `${names.join(",")}\n`,
    rows: (rows) => {
      let text = "";
      for (const row of rows) {
        let separator = "";
        for (const { name, cellOf } of columns) {
          text += separator + cellOf(row[name]);
          separator = ",";
        }
        text += "\n";
      }
      return text;
    },
  };
}

type CellOf = (value: unknown) => string;

/** Most columns say one of a few things, row after row. */
function repeated(cellOf: CellOf): CellOf {
  const known = new Map<unknown, string>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const text = value === null ? "" : cellOf(value);
    if (known.size === 256) known.clear();
    known.set(value, text);
    return text;
  };
}

function cellsOf(spec: string): CellOf {
  switch (spec.replace("?", "")) {
    case "money":
      return (value) => formatUsd(usd(value as bigint, 10n ** 12n));
    case "instant":
      return (value) => isoOf(value as Instant).replace(".000Z", "Z");
    case "text":
      return (value) => textCell(value as string);
    default:
      return String;
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
  return safe === "" || needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// The wide forms of East Asian scripts count as well.
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const needsQuotes = /[",\r\n]|^\s|\s$/;
