import { type Instant, instant } from "../kernel/instant.ts";
import type { SessionAccount } from "./session-account.ts";

/** Stamp of the first record that is in its sums; null where there is none. */
export function firstRecordAtOf({ sealed, open }: SessionAccount): Instant | null {
  let first = sealed?.firstAt ?? null;
  for (let i = 0; i < open.length; i += 1) {
    const at = open.at[i] ?? 0;
    if (first === null || at < first) first = instant(at);
  }
  return first;
}
