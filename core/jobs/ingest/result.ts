import type { Target } from "../../inventory/target.ts";
import { collapseProblems } from "../../kernel/collapse-problems.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import { type Located, locationKey } from "../../ports/usage-source.ts";
import type { SourceOutcome } from "../accounts/outcome.ts";
import type { IngestedTarget } from "./outcome.ts";
import type { WatchedTarget } from "./pass.ts";
import type { LedgerMarks } from "./places.ts";
import { notesOf, type PlaceTally, problemsOf } from "./tally.ts";

/** What the pass read of one target, from what it read of all places. `told`: what went wrong beside that. */
export function ingestedTarget(
  { target, places, marks }: WatchedTarget,
  read: readonly PlaceTally[],
  told: readonly Problem[],
): IngestedTarget {
  const own = read.filter((tally) => memberOf(tally, target) !== null);
  const problems = [...told, ...places.problems, ...own.flatMap(problemsOf)];
  const touched = new Set(
    read.flatMap((tally) => [...tally.touched].filter((name) => name.startsWith(`${targetPart(target)}/`))),
  );
  return {
    target,
    status: problems.length === 0 && own.every(({ complete }) => complete) ? "ok" : "partial",
    listed: places.listed,
    located: places.located,
    knownPlaces: places.known,
    finalUntil: new Map([...readBefore(places.located, marks), ...finalUntilOf(own, target)]),
    sources: own.map((tally) => sourceOf(tally, target)),
    touched: touched.size,
    problems: collapseProblems([...problems, ...own.flatMap(notesOf)]),
  };
}

/** How far the places of a target have been read after the pass. */
export function marksAfter({ target, marks }: WatchedTarget, read: readonly PlaceTally[]): LedgerMarks {
  const after = new Map(marks);
  for (const tally of read) {
    const mark = tally.marks.get(targetPart(target)) ?? null;
    if (mark !== null) after.set(mark.source, mark);
  }
  return after;
}

const memberOf = ({ place }: PlaceTally, target: Target) =>
  place.members.find((member) => targetPart(member.target) === targetPart(target)) ?? null;

/** An interpreter that vanished is read no more, and what was read of it counts. */
const readBefore = (
  located: ReadonlyMap<InterpreterId, Located>,
  marks: LedgerMarks,
): readonly (readonly [InterpreterId, Instant])[] =>
  [...located].flatMap(([interpreter, it]) => {
    const mark = it.kind === "found" ? marks.get(locationKey(it.location)) : undefined;
    return mark === undefined ? [] : [[interpreter, mark.finalUntil] as const];
  });

/** An interpreter with records in two places is read for good as far as both are. */
function finalUntilOf(own: readonly PlaceTally[], target: Target): ReadonlyMap<InterpreterId, Instant> {
  const finalUntil = new Map<InterpreterId, Instant>();
  const unread = new Set<InterpreterId>();
  for (const tally of own) {
    const mark = tally.marks.get(targetPart(target)) ?? null;
    for (const interpreter of memberOf(tally, target)?.interpreters ?? []) {
      if (mark === null) unread.add(interpreter);
      else
        finalUntil.set(interpreter, instant(Math.min(finalUntil.get(interpreter) ?? mark.finalUntil, mark.finalUntil)));
    }
  }
  for (const interpreter of unread) finalUntil.delete(interpreter);
  return finalUntil;
}

/** Lines and what was set aside are told once, where several targets share a place: for the one through which it is read. */
function sourceOf(tally: PlaceTally, target: Target): SourceOutcome {
  const { place, marks, lines, records, skipped, complete, approximate } = tally;
  const mark = marks.get(targetPart(target)) ?? null;
  const isReader = targetPart(place.members[0].target) === targetPart(target);
  return {
    place: place.location.place,
    interpreters: memberOf(tally, target)?.interpreters ?? [],
    readUntil: mark?.readUntil ?? null,
    finalUntil: mark?.finalUntil ?? null,
    lines: isReader ? lines : 0,
    records: records.get(targetPart(target)) ?? 0,
    skipped: isReader ? skipped : new Map(),
    complete,
    approximate,
  };
}
