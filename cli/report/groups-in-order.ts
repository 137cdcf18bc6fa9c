import type { CostGroup } from "../../core/reporting/cost-report.ts";

/** Time goes on from line to line; anything else begins with what costs most. */
export function groupsInOrder(groups: readonly CostGroup[], groupBy: readonly string[]): readonly CostGroup[] {
  if (groupBy[0] === "day" || groupBy[0] === "hour") return groups.toSorted((a, b) => compareTexts(a.values, b.values));
  return groups
    .map((group) => ({ group, size: Number(group.sums.known) }))
    .sort((a, b) => b.size - a.size || byKnown(a.group, b.group) || compareTexts(a.group.values, b.group.values))
    .map(({ group }) => group);
}

/** A size as a float never puts two in the wrong order, but may not tell them apart; to compare all integers takes far longer. */
const byKnown = (a: CostGroup, b: CostGroup): number =>
  a.sums.known < b.sums.known ? 1 : a.sums.known > b.sums.known ? -1 : 0;

/** What is not known comes first. */
function compareTexts(a: CostGroup["values"], b: CostGroup["values"]): number {
  for (const [place, text] of a.entries()) {
    const other = b[place] ?? null;
    if (text !== other) return text === null || (other !== null && text < other) ? -1 : 1;
  }
  return 0;
}
