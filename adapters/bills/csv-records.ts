import { BillFileError } from "./bill-file-error.ts";

/** A quoted cell may go on over lines; one that never ends would take the rest of the file into memory. */
const longestRecord = 10_000_000;

/** Records of CSV text that comes in pieces, as RFC 4180 has it. Blank lines are none. Throws `BillFileError`. */
export async function* csvRecords(pieces: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let rest = "";
  let record = "";
  let isOpen = false;
  for await (const piece of pieces) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      record = isOpen ? `${record}\n${line}` : line;
      if (hasOddQuotes(line)) isOpen = !isOpen;
      if (isOpen) continue;
      const cells = cellsOf(record);
      if (cells !== null) yield cells;
    }
    if (rest.length + (isOpen ? record.length : 0) > longestRecord) {
      throw new BillFileError("a line is longer than 10 MB: a quote may be missing");
    }
  }
  if (isOpen !== hasOddQuotes(rest)) throw new BillFileError("it ends within a quoted cell: it is not whole");
  const last = cellsOf(isOpen ? `${record}\n${rest}` : rest);
  if (last !== null) yield last;
}

function hasOddQuotes(line: string): boolean {
  let odd = false;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) odd = !odd;
  return odd;
}

const cell = /(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/gy;

function cellsOf(record: string): readonly string[] | null {
  const line = record.endsWith("\r") ? record.slice(0, -1) : record;
  if (line === "" || line === "\ufeff") return null;
  const text = line.startsWith("\ufeff") ? line.slice(1) : line;
  if (!text.includes('"')) return text.split(",");
  const cells: string[] = [];
  // A comma at the end begins one more cell, an empty one.
  for (const [whole, quoted, plain = ""] of text.matchAll(cell)) {
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (!whole.endsWith(",")) break;
  }
  return cells;
}
