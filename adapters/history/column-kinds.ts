import type { SchemaElement } from "hyparquet";

/**
 * How a column's values are kept. `money` is an integer of 10^-12 as DECIMAL(38,12), `bigint` an INT64 of any size, `whole`
 * an INT64 that is a safe integer, `count` an INT32, `instant` milliseconds in UTC.
 */
export type ColumnKind = "money" | "bigint" | "whole" | "count" | "instant" | "text" | "flag";

/** In the order of the file. */
export type TableSchema<Column extends string> = Readonly<Record<Column, `${ColumnKind}${"" | "?"}`>>;

/** Some rows of a table, column by column. */
export interface TableColumns {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ArrayLike<unknown>>>;
}

/** The rows of a table that are wanted. */
export function pickedRows(table: TableColumns, isWanted: (row: number) => boolean): TableColumns {
  const rows = Array.from({ length: table.rows }, (_, row) => row).filter(isWanted);
  if (rows.length === table.rows) return table;
  const columns = Object.entries(table.columns).map(
    ([name, values]) => [name, rows.map((row) => values[row])] as const,
  );
  return { rows: rows.length, columns: Object.fromEntries(columns) };
}

export const kindOf = (spec: string): ColumnKind => spec.replace("?", "") as ColumnKind;
export const isNullable = (spec: string): boolean => spec.endsWith("?");

/**
 * Decimals lack their converted type here, because with it the writer takes bigints apart byte by byte, and the reader makes
 * floats of them; the footer gets it (`withConvertedTypes`), for readers that know no logical types.
 */
export function schemaElements<Column extends string>(schema: TableSchema<Column>): SchemaElement[] {
  const columns = Object.entries<string>(schema).map(([name, spec]) => ({
    name,
    repetition_type: isNullable(spec) ? ("OPTIONAL" as const) : ("REQUIRED" as const),
    ...elementOf(kindOf(spec)),
  }));
  return [{ name: "root", num_children: columns.length }, ...columns];
}

const decimalPrecision = 38;
const decimalScale = 12;
export const decimalBytes = 16;

export function withConvertedTypes(elements: readonly SchemaElement[]): void {
  for (const element of elements) {
    if (element.logical_type?.type !== "DECIMAL") continue;
    element.converted_type = "DECIMAL";
    element.precision = decimalPrecision;
    element.scale = decimalScale;
  }
}

/** The opposite, for reading: what is left is 16 bytes, of which nothing is lost. */
export function withoutConvertedDecimals(elements: readonly SchemaElement[]): void {
  for (const element of elements) if (element.converted_type === "DECIMAL") delete element.converted_type;
}

function elementOf(kind: ColumnKind): Omit<SchemaElement, "name"> {
  switch (kind) {
    case "money":
      return {
        type: "FIXED_LEN_BYTE_ARRAY",
        type_length: decimalBytes,
        logical_type: { type: "DECIMAL", precision: decimalPrecision, scale: decimalScale },
      };
    case "bigint":
    case "whole":
      return { type: "INT64" };
    case "count":
      return { type: "INT32" };
    case "instant":
      return {
        type: "INT64",
        converted_type: "TIMESTAMP_MILLIS",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
      };
    case "text":
      return { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
    case "flag":
      return { type: "BOOLEAN" };
  }
}
