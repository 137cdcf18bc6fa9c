import type { Target } from "../../inventory/target.ts";
import { startOfDay } from "../../kernel/calendar.ts";
import { type Instant, isoOf, plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { SessionBill } from "../../ledger/charge.ts";
import { type HistoryFile, keptClosedMs } from "../../ports/ledger.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import type { AccountsPorts } from "../accounts/ports.ts";
import { daysOf, readDays, rememberDays } from "./known-days.ts";

type HolePorts = Pick<AccountsPorts, "ledger" | "history" | "documents">;

const dayMs = 86_400_000;
/** Nearly all that is written is of these days: their files are looked for before each pass makes one anew, and hides a loss. */
const recentDays = 3;
/** A file of the ledger's last days may have bills that it has forgotten already. */
const lookedBack = keptClosedMs / dayMs - 1;
const billsAtOnce = 5000;

/**
 * Writes again what a file of history held that is gone: somebody removed it, or moved it away because it was damaged. The ledger
 * still has the bills that were closed within 90 days. All files are looked into once a day; what is damaged, or is none of
 * history's, is told in each pass until somebody has done something about it.
 */
export async function mendHistory(ports: HolePorts, now: Instant, target: Target): Promise<readonly Problem[]> {
  const before = await readDays(ports.documents, target);
  const whole = now - before.checkedAt >= dayMs;
  const looked = await ports.history.filesOf(target, daysBefore(now, whole ? lookedBack : recentDays), whole);
  const missing = looked.flatMap(({ state, day }) => (state === "missing" && before.days.has(day) ? [day] : []));
  const restored = missing.length === 0 ? 0 : await restoreDays(ports, target, missing);
  const found = missing.length === 0 ? [] : await ports.history.filesOf(target, missing, false);
  const lost = found.flatMap(({ state, day }) => (state === "missing" ? [day] : []));
  const odd = looked.filter(({ state }) => state === "damaged" || state === "foreign");
  await rememberDays(ports.documents, target, before, {
    // What is not as it should be is looked into again by the next pass.
    checkedAt: whole && odd.length === 0 ? now : before.checkedAt,
    days: daysToKeep(now, before.days, looked),
  });
  return [...odd.map(oddityOf), ...problemsOf(target, missing, lost, restored)];
}

const daysBefore = (now: Instant, count: number): readonly Instant[] =>
  Array.from({ length: count }, (_, back) => plusMs(startOfDay(now), -back * dayMs));

function daysToKeep(now: Instant, known: ReadonlySet<Instant>, looked: readonly HistoryFile[]): readonly Instant[] {
  const seen = looked.flatMap(({ state, day }) => (state === "there" || state === "damaged" ? [day] : []));
  const since = plusMs(startOfDay(now), -lookedBack * dayMs);
  return [...new Set([...known, ...seen])].filter((day) => day > since).toSorted((a, b) => a - b);
}

async function restoreDays({ ledger, history }: HolePorts, target: Target, days: readonly Instant[]): Promise<number> {
  let restored = 0;
  let bills: SessionBill[] = [];
  const write = async (): Promise<void> => {
    if (bills.length > 0) await history.restore(bills);
    restored += bills.length;
    bills = [];
  };
  for await (const bill of ledger.closed(target)) {
    if (!days.some((day) => liesIn(bill, day))) continue;
    bills.push(bill);
    if (bills.length === billsAtOnce) await write();
  }
  await write();
  return restored;
}

const liesIn = (bill: SessionBill, day: Instant): boolean => daysOf(bill).includes(day);

const oddityOf = ({ state, message }: HistoryFile): Problem => ({
  code: state === "foreign" ? "HistoryFileUnknown" : "HistoryDamaged",
  message: message ?? "",
});

function problemsOf(
  target: Target,
  missing: readonly Instant[],
  lost: readonly Instant[],
  restored: number,
): readonly Problem[] {
  const of = `history of ${targetPart(target)}`;
  const told = `Files of ${of} were gone (${textOf(missing)}), and ${restored} closed bills of theirs were written again from the ledger.`;
  return [
    ...(restored === 0 ? [] : [{ code: "HistoryRestored", message: told }]),
    ...(lost.length === 0
      ? []
      : [
          {
            code: "HistoryLost",
            message: `The ledger has no bill any more of some days whose file of ${of} is gone (${textOf(lost)}): restore those files from a copy, or their costs are missing from every report.`,
          },
        ]),
  ];
}

const textOf = (days: readonly Instant[]): string => days.map((day) => isoOf(day).slice(0, 10)).join(", ");
