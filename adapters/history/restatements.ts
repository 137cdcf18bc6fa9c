import type { Instant } from "../../core/kernel/instant.ts";
import type { Restatement } from "../../core/ledger/charge.ts";
import { restatementOfText, textOfRestatement } from "../../core/ports/ledger-text.ts";
import type { TableColumns, TableSchema } from "./column-kinds.ts";
import type { FileStore } from "./file-store.ts";
import { readTable } from "./parquet-reader.ts";
import { dayOf, daysLater, isPartitionPath, partitionPath, partitionRange } from "./partition.ts";
import { replaceFile } from "./replace-file.ts";

type Column = keyof Restatement;

const schema: TableSchema<Column> = {
  at: "instant",
  account: "text",
  region: "text",
  interpreter: "text",
  session: "text",
  version: "count",
  reason: "text",
  beforeUsd: "text?",
  afterUsd: "text?",
  lateRecords: "count",
};
const names = Object.keys(schema) as readonly Column[];

/** One file for each day, account and Region. A restatement that is there already is not added again. */
export async function writeRestatements(store: FileStore, restatements: readonly Restatement[]): Promise<void> {
  const files = Map.groupBy(restatements, (it) =>
    partitionPath("audit/restatements", dayOf(it.at), it.account, it.region),
  );
  for (const [path, added] of files) {
    await replaceFile(store, path, schema, {
      looksAt: names,
      decide: async (stored) => {
        const known = new Set<string>();
        for await (const table of stored) for (const it of restatementsOf(table)) known.add(identityOf(it));
        const fresh = [...new Map(added.map((it) => [identityOf(it), it])).values()].filter(
          (it) => !known.has(identityOf(it)),
        );
        return fresh.length === 0 ? null : { keeps: () => () => true, adds: [tableOf(fresh)] };
      },
    });
  }
}

/** Those made in [from, until). */
export async function* readRestatements(store: FileStore, from: Instant, until: Instant): AsyncGenerator<Restatement> {
  for await (const path of store.list(...partitionRange("audit/restatements", dayOf(from), daysLater(until, 1)))) {
    const file = isPartitionPath(path) ? await store.open(path) : null;
    if (file === null) continue;
    try {
      for await (const table of readTable(file, `${path} in ${store.place}`, schema, names)) {
        yield* restatementsOf(table).filter((it) => it.at >= from && it.at < until);
      }
    } finally {
      await file.close();
    }
  }
}

const identityOf = (it: Restatement): string =>
  JSON.stringify([it.account, it.region, it.interpreter, it.session, it.version]);

const tableOf = (restatements: readonly Restatement[]): TableColumns => ({
  rows: restatements.length,
  columns: Object.fromEntries(names.map((name) => [name, restatements.map((it) => it[name])])),
});

// Through the reader of stored texts, which checks each value.
const restatementsOf = (table: TableColumns): readonly Restatement[] =>
  Array.from({ length: table.rows }, (_, row) => {
    const values = Object.fromEntries(names.map((name) => [name, table.columns[name]?.[row] ?? null]));
    return restatementOfText(textOfRestatement(values as unknown as Restatement));
  });
