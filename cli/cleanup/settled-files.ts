import { readFileSync, statSync } from "node:fs";
import type { Clock } from "../../core/ports/clock.ts";

/** Whoever saves a file in several writes has done so by then. */
const settledAfterMs = 2000;
const lookAgainAfterMs = 500;
const never = new AbortController().signal;

/** What stands in files, and when they were last written. */
interface FilesSeen {
  readonly text: string;
  readonly writtenAt: number;
}

/** Tells whether files are as somebody saved them, or just being saved. */
export interface SettledFiles {
  readonly look: (files: readonly string[]) => FilesSeen;
  /** Whether they are still as they were at `seen`. What was not settled before is looked at again after a while, and has to lie untouched. */
  readonly isSettled: (files: readonly string[], seen: FilesSeen) => Promise<boolean>;
}

/** `began`: the files as a command began with them, the first of whose looks waits where they were only just written. */
export function settledFiles(clock: Clock, began: readonly string[]): SettledFiles {
  const isFresh = ({ writtenAt }: FilesSeen): boolean => Math.abs(clock.now() - writtenAt) < settledAfterMs;
  const first = lookAt(began);
  let settled = isFresh(first) ? null : first.text;
  let hasWaited = settled !== null;
  return {
    look: lookAt,
    isSettled: async (files, seen) => {
      if (seen.text !== settled) {
        const firstWaitMs = settledAfterMs - Math.abs(clock.now() - seen.writtenAt);
        const waitMs = hasWaited ? lookAgainAfterMs : Math.max(lookAgainAfterMs, firstWaitMs);
        hasWaited = true;
        await clock.sleep(waitMs, never);
      }
      const again = lookAt(files);
      if (again.text !== seen.text || (seen.text !== settled && isFresh(again))) return false;
      settled = again.text;
      return true;
    },
  };
}

function lookAt(files: readonly string[]): FilesSeen {
  const each = files.map((file) => {
    try {
      return { text: readFileSync(file, "utf8"), writtenAt: statSync(file).mtimeMs };
    } catch (error) {
      // Whoever reads them in earnest says what is wrong.
      return { text: `unreadable: ${(error as NodeJS.ErrnoException).code}`, writtenAt: 0 };
    }
  });
  const text = JSON.stringify(each.map((it, index) => [files[index], it.text]));
  return { text, writtenAt: Math.max(...each.map((it) => it.writtenAt)) };
}
