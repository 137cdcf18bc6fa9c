import type { Target } from "../../core/inventory/target.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { mapConcurrently } from "../../core/kernel/map-concurrently.ts";
import type { HistoryFile } from "../../core/ports/ledger.ts";
import type { FileStore, StoredFile } from "./file-store.ts";
import { HistoryError } from "./history-error.ts";
import { historySchema } from "./history-schema.ts";
import { groupsOf } from "./parquet-reader.ts";
import { dayOf, daysLater, isPartitionPath, partitionPath, partitionRange } from "./partition.ts";

const filesAtOnce = 4;

/**
 * Whether the files of some days of a target are there, and, where `whole`, whether they end as a file of history does, and what
 * else lies beside them.
 */
export async function filesOf(
  store: FileStore,
  target: Target,
  days: readonly Instant[],
  whole: boolean,
): Promise<readonly HistoryFile[]> {
  const found = await mapConcurrently(days, filesAtOnce, (day) => fileOf(store, target, day, whole));
  return whole ? [...found, ...(await foreignFiles(store, target, days))] : found;
}

async function fileOf(store: FileStore, target: Target, day: Instant, whole: boolean): Promise<HistoryFile> {
  const path = pathOf(target, day);
  const file = await store.open(path);
  if (file === null) return { day, state: "missing", message: null };
  try {
    const message = whole ? await damageOf(file, `${path} in ${store.place}`) : null;
    return { day, state: message === null ? "there" : "damaged", message };
  } finally {
    await file.close();
  }
}

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

/** Copies that a tool made of a file beside it, for example. */
async function foreignFiles(
  store: FileStore,
  target: Target,
  days: readonly Instant[],
): Promise<readonly HistoryFile[]> {
  if (days.length === 0) return [];
  const folders = new Map(days.map((day) => [folderOf(pathOf(target, day)), day]));
  const foreign: HistoryFile[] = [];
  const [first, last] = [Math.min(...days) as Instant, Math.max(...days) as Instant];
  for await (const path of store.list(...partitionRange("history", first, daysLater(last, 1)))) {
    const day = folders.get(folderOf(path));
    if (day === undefined || isPartitionPath(path) || !path.endsWith(".parquet")) continue;
    const message = `${path} in ${store.place} is no file that Sandmeter wrote, and is not read: move it away, for a query over all files of history counts its rows too.`;
    foreign.push({ day, state: "foreign", message });
  }
  return foreign;
}

const pathOf = ({ account, region }: Target, day: Instant): string =>
  partitionPath("history", dayOf(day), account, region);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));
