import type { AccountsOutcome } from "../../core/jobs/accounts/outcome.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import { safeText } from "../render/safe-text.ts";

/** What became of the ledger, in one line. */
export function accountsLine(outcome: AccountsOutcome): string {
  const sum = (figure: (target: AccountsOutcome["targets"][number]) => number): number =>
    outcome.targets.reduce((total, target) => total + figure(target), 0);
  const restated = sum((target) => target.restated);
  const late = sum((target) => target.lateUnverifiable);
  const uncertain = sum((target) => target.lateUncertain);
  const unmetered = sum((target) => target.usage.filter(({ located }) => located.kind === "none").length);
  return [
    `costs as of ${isoOf(outcome.asOf)}: ${plural(
      sum((target) => target.closed),
      "session",
    )} closed`,
    `${sum((target) => target.open)} open`,
    ...(restated === 0 ? [] : [`${restated} restated`]),
    ...(outcome.repriced === 0 ? [] : [`${outcome.repriced} restated at new prices`]),
    ...(late === 0 ? [] : [`${plural(late, "late record")} that nothing can verify`]),
    ...(uncertain === 0 ? [] : [`${plural(uncertain, "delivery", "deliveries")} that may be late or repeated`]),
    `${sum((target) => sumOf(target.sources.map((source) => source.records)))} usage records read`,
    ...(unmetered === 0 ? [] : [`${plural(unmetered, "interpreter")} without usage logs`]),
    outcome.complete ? "complete" : "INCOMPLETE",
  ].join(", ");
}

/** Everything that went wrong with the ledger, with the place it went wrong in. */
export const accountsProblemLines = (outcome: AccountsOutcome): readonly string[] => [
  ...outcome.targets.flatMap((target) =>
    target.problems.map(({ code, message }) => `${target.target.region}: ${safeText(code)}: ${safeText(message)}`),
  ),
  ...outcome.problems.map(({ code, message }) => `costs: ${safeText(code)}: ${safeText(message)}`),
];

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
