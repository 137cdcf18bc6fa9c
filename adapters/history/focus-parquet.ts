import { type FocusColumn, type FocusRow, focusColumns } from "../../core/reporting/focus-columns.ts";
import { tableWriter } from "./parquet-writer.ts";

/** Makes a Parquet file of FOCUS rows: money as DECIMAL(38,12), instants as milliseconds in UTC. */
export function focusParquet(): {
  readonly append: (rows: readonly FocusRow[]) => void;
  readonly finish: () => Uint8Array;
} {
  const writer = tableWriter<FocusColumn>(focusColumns);
  const names = Object.keys(focusColumns) as readonly FocusColumn[];
  return {
    append: (rows) =>
      writer.append({
        rows: rows.length,
        columns: Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])])),
      }),
    finish: writer.finish,
  };
}
