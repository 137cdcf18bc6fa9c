import { type Instant, instant } from "../kernel/instant.ts";
import type { SessionAccount } from "./session-account.ts";

/** Stamp of the last record; null where there is none. Late ones are older than others, so they say nothing of it. */
export function lastRecordAtOf({ sealed, open }: SessionAccount): Instant | null {
  let last = sealed?.lastAt ?? null;
  for (let i = 0; i < open.length; i += 1) {
    const at = open.at[i] ?? 0;
    if (last === null || at > last) last = instant(at);
  }
  return last;
}
