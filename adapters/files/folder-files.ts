import type { Dirent, Stats } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import {
  type DeliveredFile,
  type DeliveredFiles,
  inOrderOfDelivery,
  isDelivered,
  untilMended,
} from "./delivered-files.ts";
import { failureOf } from "./input-file.ts";
import { openStream } from "./read-stretch.ts";

/**
 * When a file came to be as it is. The time of its last change and not the time of its content: a file that is moved in, or
 * copied with its times (`aws s3 sync`, `cp -p`), has content older than its arrival, and would else never be seen.
 */
export const arrivedAt = (stats: Stats): Instant => instant(stats.ctimeMs);

/** Files of a folder and of all folders in it. Links to folders are not followed. */
export function folderFiles(folder: string, arrival = arrivedAt): DeliveredFiles {
  const problemOf = (name: string, error: unknown, mend: string): Problem => {
    const file = path.join(folder, name);
    const { code, message } = failureOf(file, error);
    return { code, message: `${file} could not be read (${message}): ${mend}.` };
  };

  return {
    place: path.join(folder, path.sep),
    list: async (from, until, signal) => {
      const items: DeliveredFile[] = [];
      const problems: Problem[] = [];
      const waiting = [""];
      for (let parent = waiting.pop(); parent !== undefined; parent = waiting.pop()) {
        signal.throwIfAborted();
        const entries = await readdir(path.join(folder, parent), { withFileTypes: true }).catch((error: unknown) => {
          const mend = "name a folder that is there and that this user may read";
          problems.push(problemOf(parent ?? "", error, mend));
          return [] as Dirent[];
        });
        for (const entry of entries) {
          if (!isDelivered(entry.name)) continue;
          const name = parent + entry.name;
          if (entry.isDirectory()) waiting.push(`${name}/`);
          else if (entry.isFile() || entry.isSymbolicLink()) {
            const stats = await statOf(path.join(folder, name)).catch((error: unknown) => {
              problems.push(problemOf(name, error, untilMended));
              return null;
            });
            if (stats?.isFile() !== true) continue;
            const file = { name, deliveredAt: arrival(stats), sizeBytes: stats.size };
            if (file.deliveredAt >= from && file.deliveredAt < until) items.push(file);
          }
        }
      }
      return { items: items.sort(inOrderOfDelivery), problems, complete: problems.length === 0 };
    },
    open: async ({ name }) => {
      const file = path.join(folder, name);
      const handle = await open(file, "r");
      try {
        const { size } = await handle.stat();
        return {
          byteLength: size,
          path: file,
          stream: async () => openStream(file),
          slice: async (start, end = size) => {
            const bytes = new Uint8Array(Math.max(0, end - start));
            const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
            return bytes.buffer.slice(0, bytesRead);
          },
          close: () => handle.close(),
        };
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
    problemOf: ({ name }, error) => problemOf(name, error, untilMended),
  };
}

/** Null for what was moved away since its folder was listed, and for a link that leads nowhere. */
async function statOf(file: string): Promise<Stats | null> {
  try {
    return await stat(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
