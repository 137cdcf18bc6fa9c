import type { SessionBill } from "../../core/ledger/charge.ts";
import { hasSameFigures } from "../../core/ledger/same-figures.ts";
import type { HistoryColumn, HistoryRow } from "../../core/ports/history-row.ts";
import { billOfRows, rowsOfWhole } from "./bills-of-rows.ts";
import { pickedRows } from "./column-kinds.ts";
import type { FileStore } from "./file-store.ts";
import { historyColumnNames, historyColumnsOf, historySchema, rowsOfTable } from "./history-schema.ts";
import { readTable } from "./parquet-reader.ts";
import { type Share, type SharesByFile, shareFinder } from "./shares.ts";

/**
 * Bills that the files hold, with other figures than those that were to be written. One whose rows are not all there is none: its
 * writer was killed, and comes back to it.
 */
export async function heldInstead(
  store: FileStore,
  files: SharesByFile,
  names: ReadonlySet<string>,
): Promise<readonly SessionBill[]> {
  const rows = new Map<SessionBill, HistoryRow[]>();
  for (const [path, shares] of files) {
    const known = new Map([...shares].filter(([name]) => names.has(name)));
    if (known.size > 0) await readRows(store, path, known, rows);
  }
  return [...rows].flatMap(([bill, stored]) => {
    const version = stored.reduce((most, row) => Math.max(most, row.x_Version), -1);
    const [first, ...others] = stored.filter((row) => row.x_Version === version);
    if (first === undefined || others.length + 1 < rowsOfWhole(first)) return [];
    const held = billOfRows([first, ...others]);
    return hasSameFigures(held, bill) ? [] : [held];
  });
}

async function readRows(
  store: FileStore,
  path: string,
  shares: ReadonlyMap<string, Share>,
  rows: Map<SessionBill, HistoryRow[]>,
): Promise<void> {
  const file = await store.open(path);
  if (file === null) return;
  const shareAt = shareFinder(shares);
  try {
    for await (const table of readTable(file, `${path} in ${store.place}`, historySchema, historyColumnNames)) {
      const find = shareAt(table);
      const own = pickedRows(table, (row) => find(row) !== null);
      const findOwn = shareAt(own);
      for (const [index, row] of [...rowsOfTable(historyColumnsOf<HistoryColumn>(own))].entries()) {
        const share = findOwn(index);
        if (share === null) continue;
        const of = rows.get(share.bill) ?? [];
        of.push(row);
        rows.set(share.bill, of);
      }
    }
  } finally {
    await file.close();
  }
}
