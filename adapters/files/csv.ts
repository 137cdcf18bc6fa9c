/** Reads CSV as RFC 4180 has it: quoted fields may hold commas, line breaks and doubled quotes. Blank lines are no records. */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const match of text.replace(/^\ufeff/, "").matchAll(field)) {
    const [, quoted, plain = "", end] = match;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
    if (end === "") break;
  }
  return records;
}

/** A field and what ends it: a comma, a line break, or the end of the text. */
const field = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|\r|$)/g;
