import { gunzipSync, gzipSync } from "node:zlib";
import type { CloseBook, MonthClose } from "../../core/ports/close-book.ts";
import { at, object, string } from "../../core/ports/read-stored.ts";
import type { FileStore } from "./file-store.ts";
import { HistoryError } from "./history-error.ts";

/** Keeps each closed month in a file beside history, which is written once and never replaced. */
export function fileCloseBook(store: FileStore): CloseBook {
  return {
    closed: async (month) => {
      const path = pathOf(month);
      const file = await store.open(path);
      if (file === null) return null;
      try {
        return closeOfText(gunzipSync(await file.slice(0)).toString("utf8"));
      } catch (error) {
        if (error instanceof HistoryError || (error instanceof Error && "$metadata" in error)) throw error;
        throw new HistoryError(
          "corrupt",
          `${path} in ${store.place} is not what closing a month writes (${String(error)}): restore it from a copy.`,
          { cause: error },
        );
      } finally {
        await file.close();
      }
    },
    close: async ({ month, closedAt, snapshot }) => {
      const text = gzipSync(JSON.stringify({ month, closedAt, snapshot }));
      return (await store.put(pathOf(month), text, null)) === "written" ? "closed" : "closed-before";
    },
  };
}

function pathOf(month: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new RangeError(`${month} is no month such as 2026-11`);
  return `closed/month=${month}.json.gz`;
}

function closeOfText(text: string): MonthClose {
  const close = object(JSON.parse(text), "close");
  return {
    month: string(close["month"], "month"),
    closedAt: at(close["closedAt"], "closedAt"),
    snapshot: string(close["snapshot"], "snapshot"),
  };
}
