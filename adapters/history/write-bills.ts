import type { SessionBill } from "../../core/ledger/charge.ts";
import type { TableColumns } from "./column-kinds.ts";
import type { FileStore } from "./file-store.ts";
import { heldInstead } from "./held-bills.ts";
import { historyColumnsOf, historySchema } from "./history-schema.ts";
import { readTable } from "./parquet-reader.ts";
import { replaceFile } from "./replace-file.ts";
import type { RowTerms } from "./rows-of-bill.ts";
import { keyColumns, nameOf, type Share, type SharesByFile, shareFinder, sharesOf, tablesOf } from "./shares.ts";
import { keepSuperseded } from "./superseded.ts";

/**
 * Writes bills into the files of their days, earlier days first. A file that holds them already is not written, so a repeated
 * call costs two reads. Each file is rewritten as a whole: there is one for each day, account and Region, whatever the number
 * of passes, and no moment at which it holds two versions of a bill.
 */
export async function writeBills(
  store: FileStore,
  bills: readonly SessionBill[],
  terms: RowTerms,
): Promise<readonly SessionBill[]> {
  const files = sharesOf(bills);
  const { outdated, known } = await storedVersions(store, files);
  for (const [path, shares] of files) {
    const current = new Map([...shares].filter(([name]) => !outdated.has(name)));
    if (current.size > 0) await writeShares(store, path, current, terms);
  }
  return known.size === 0 ? [] : await heldInstead(store, files, known);
}

interface StoredVersions {
  /** Names of bills of which a file holds a higher version. */
  readonly outdated: ReadonlySet<string>;
  /** Those, and names of bills of which a file holds the very version. */
  readonly known: ReadonlySet<string>;
}

/**
 * A bill may be in two files: a writer that lags behind would else add its old rows to that one of them in which the later
 * version has none.
 */
async function storedVersions(store: FileStore, files: SharesByFile): Promise<StoredVersions> {
  const outdated = new Set<string>();
  const known = new Set<string>();
  for (const [path, shares] of files) {
    const file = await store.open(path);
    if (file === null) continue;
    try {
      const stored = readTable(file, `${path} in ${store.place}`, historySchema, versionColumns);
      for (const [{ bill }, version] of await versionsIn(stored, shares)) {
        if (version > bill.version) outdated.add(nameOf(bill));
        if (version >= bill.version) known.add(nameOf(bill));
      }
    } finally {
      await file.close();
    }
  }
  return { outdated, known };
}

const versionColumns = [...keyColumns, "x_Version"] as const;

/** The highest version that is stored of each share's session. */
async function versionsIn(
  stored: AsyncIterable<TableColumns>,
  shares: ReadonlyMap<string, Share>,
): Promise<ReadonlyMap<Share, number>> {
  const shareAt = shareFinder(shares);
  const versions = new Map<Share, number>();
  for await (const table of stored) {
    const find = shareAt(table);
    const { x_Version } = historyColumnsOf<"x_Version">(table).columns;
    for (let row = 0; row < table.rows; row += 1) {
      const share = find(row);
      if (share !== null) versions.set(share, Math.max(versions.get(share) ?? -1, x_Version[row] ?? -1));
    }
  }
  return versions;
}

async function writeShares(
  store: FileStore,
  path: string,
  shares: ReadonlyMap<string, Share>,
  terms: RowTerms,
): Promise<void> {
  const shareAt = shareFinder(shares);
  await replaceFile(store, path, historySchema, {
    looksAt: versionColumns,
    decide: async (stored) => {
      const versions = await versionsIn(stored, shares);
      // A version is written once: what is there with the same number is the same bill.
      const newer = [...shares.values()].filter(
        (share) => (versions.get(share) ?? -1) < share.bill.version && (share.hasRows || versions.has(share)),
      );
      if (newer.length === 0) return null;
      const replaced = new Set(newer.filter((share) => versions.has(share)));
      const replacedBy = (table: TableColumns) => {
        const find = shareAt(table);
        return (row: number): Share | null => {
          const share = find(row);
          return share !== null && replaced.has(share) ? share : null;
        };
      };
      return {
        keeps: (table) => {
          const find = replacedBy(table);
          return (row) => find(row) === null;
        },
        adds: tablesOf(
          newer.filter((share) => share.hasRows),
          terms,
        ),
        // Where nothing is replaced, nothing is read for the audit.
        ...(replaced.size === 0 ? {} : { before: (dropped) => keepSuperseded(store, dropped, terms.at) }),
      };
    },
  });
}
