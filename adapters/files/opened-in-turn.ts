import type { DeliveredFile, DeliveredFiles, FileContent } from "./delivered-files.ts";

/** Files that are being fetched while one is read. */
const openedAhead = 4;

/** The files with their contents, of which some are opened ahead. Whoever takes a content closes it. */
export async function* openedInTurn(files: DeliveredFiles, items: readonly DeliveredFile[], signal: AbortSignal) {
  const ahead: { readonly file: DeliveredFile; readonly content: () => Promise<FileContent> }[] = [];
  const open = (file: DeliveredFile): void => {
    const opening = files.open(file, signal);
    // Whoever awaits it sees the error; until then it is no unhandled one.
    opening.catch(() => undefined);
    ahead.push({ file, content: () => opening });
  };
  let next = 0;
  try {
    while (next < items.length || ahead.length > 0) {
      for (; ahead.length < openedAhead && next < items.length; next += 1) {
        const file = items[next];
        if (file !== undefined) open(file);
      }
      const first = ahead.shift();
      if (first !== undefined) yield first;
    }
  } finally {
    await Promise.all(
      ahead.map(({ content }) =>
        content().then(
          (opened) => opened.close(),
          () => undefined,
        ),
      ),
    );
  }
}
