import { countLate } from "./late-records.ts";
import { settle } from "./open-records.ts";
import type { SessionAccount } from "./session-account.ts";

/** Whether `after`, which came of `before`, holds records that are new to it, late ones among them. */
export const hasGained = (before: SessionAccount | null, after: SessionAccount): boolean =>
  before === null || recordsOf(after) > recordsOf(before) || countLate(after.late) > countLate(before.late);

const recordsOf = ({ sealed, open }: SessionAccount): number =>
  (sealed?.charges ?? []).reduce((sum, charge) => sum + charge.records, 0) + settle(open).length;
