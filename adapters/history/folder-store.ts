import { randomUUID } from "node:crypto";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { FileStore, StoredFile } from "./file-store.ts";
import { withFolderLock } from "./folder-lock.ts";
import { HistoryError } from "./history-error.ts";
import { makeFolder } from "./make-folder.ts";

/** A suffix that no path of history has: what a killed writer leaves behind is never listed, nor read by a query over `*.parquet`. */
const unfinished = ".unfinished";

/** Keeps files under a folder. A file is written beside its place, brought to the disk, and renamed over the old one. */
export function folderStore(folder: string): FileStore {
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw folderError(error, folder);
    }
  };

  async function* under(parent: string, from: string, until: string): AsyncGenerator<string> {
    const entries = await attempt(() => entriesOf(path.join(folder, parent)));
    // With its slash a folder sorts where its files do.
    const names = entries.map((entry) => parent + entry.name + (entry.isDirectory() ? "/" : "")).sort();
    for (const name of names) {
      if (name.endsWith("/")) {
        // Every path below starts with `name`.
        if (`${name}\u{10ffff}` >= from && name < until) yield* under(name, from, until);
      } else if (name > from && name < until && !name.endsWith(unfinished)) yield name;
    }
  }

  return {
    place: folder,
    list: (from, until) => under("", from, until),
    open: (name) =>
      attempt(async () => {
        const file = await openFile(path.join(folder, name));
        return file === null ? null : { ...file, slice: (start, end) => attempt(() => file.slice(start, end)) };
      }),
    put: (name, bytes, revision) =>
      attempt(async () => {
        const file = path.join(folder, name);
        const beside = `${file}.${randomUUID()}${unfinished}`;
        makeFolder(path.dirname(file));
        try {
          await writeToDisk(beside, bytes);
          return await withFolderLock(folder, async () => {
            if ((await revisionOf(file)) !== revision) return "stale";
            await rename(beside, file);
            return "written";
          });
        } finally {
          await rm(beside, { force: true });
        }
      }),
  };
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function writeToDisk(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "wx");
  try {
    await handle.writeFile(bytes);
    // Without this a rename can outlive a power cut that the content does not.
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openFile(file: string): Promise<StoredFile | null> {
  try {
    const handle = await open(file, "r");
    const stats = await handle.stat({ bigint: true });
    const byteLength = Number(stats.size);
    return {
      revision: identityOf(stats),
      byteLength,
      slice: async (start, end = byteLength) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(end, byteLength) - start));
        for (let read = 0; read < bytes.byteLength; ) {
          const { bytesRead } = await handle.read(bytes, read, bytes.byteLength - read, start + read);
          if (bytesRead === 0)
            throw new HistoryError("corrupt", `${file} was cut off while it was read: read it again.`);
          read += bytesRead;
        }
        return bytes.buffer;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function revisionOf(file: string): Promise<string | null> {
  try {
    return identityOf(await stat(file, { bigint: true }));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

// Each write makes a new file, so the inode changes; where a file system gives the number out again, the time differs.
const identityOf = (stats: { readonly ino: bigint; readonly mtimeNs: bigint; readonly size: bigint }): string =>
  `${stats.ino}-${stats.mtimeNs}-${stats.size}`;

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");
const isMissing = (error: unknown): boolean => codeOf(error) === "ENOENT";

/** Whatever the system answers, of the folder or of the lock in it, it is about the place; other errors are faults of the program. */
function folderError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof HistoryError) return error;
  if (!("syscall" in error || "errcode" in error)) return error;
  return new HistoryError(
    "denied",
    `The history folder ${folder} cannot be used (${error.message}): make it readable and writable with space left, or name another folder.`,
    { cause: error },
  );
}
