import { type FocusColumn, type FocusRow, focusColumns } from "../../core/reporting/focus-columns.ts";
import { tableWriter } from "./parquet-writer.ts";

/** Fewer than history has in one: there are twice as many columns, most of them amounts. */
const groupRows = 4096;

/** Makes a Parquet file of FOCUS rows: money as DECIMAL(38,12), instants as milliseconds in UTC. */
export function focusParquet(): {
  /** Takes rows, and answers bytes of the file that are to be written next: none until there is a row group of them. */
  readonly append: (rows: readonly FocusRow[]) => Uint8Array;
  /** The bytes that end the file. */
  readonly finish: () => Uint8Array;
} {
  const writer = tableWriter<FocusColumn>(focusColumns, groupRows);
  const names = Object.keys(focusColumns) as readonly FocusColumn[];
  return {
    append: (rows) => {
      writer.append({
        rows: rows.length,
        columns: Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])])),
      });
      return writer.take();
    },
    finish: writer.finish,
  };
}
