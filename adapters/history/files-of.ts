import type { Target } from "../../core/inventory/target.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { mapConcurrently } from "../../core/kernel/map-concurrently.ts";
import type { HistoryFile } from "../../core/ports/ledger.ts";
import type { FileStore, StoredFile } from "./file-store.ts";
import { HistoryError } from "./history-error.ts";
import { historySchema } from "./history-schema.ts";
import { groupsOf } from "./parquet-reader.ts";
import { dayOf, partitionPath } from "./partition.ts";

const filesAtOnce = 4;

/** Whether the files of some days of a target are there, and, where `whole`, whether they end as a file of history does. */
export const filesOf = (
  store: FileStore,
  { account, region }: Target,
  days: readonly Instant[],
  whole: boolean,
): Promise<readonly HistoryFile[]> =>
  mapConcurrently(days, filesAtOnce, async (day) => {
    const path = partitionPath("history", dayOf(day), account, region);
    const file = await store.open(path);
    if (file === null) return { day, state: "missing" as const, message: null };
    try {
      const message = whole ? await damageOf(file, `${path} in ${store.place}`) : null;
      return { day, state: message === null ? ("there" as const) : ("damaged" as const), message };
    } finally {
      await file.close();
    }
  });

/** A file that was cut off has lost its end, which says where all else is. */
async function damageOf(file: StoredFile, where: string): Promise<string | null> {
  try {
    await groupsOf(file, where, historySchema);
    return null;
  } catch (error) {
    if (error instanceof HistoryError && error.code === "corrupt") return error.message;
    throw error;
  }
}
