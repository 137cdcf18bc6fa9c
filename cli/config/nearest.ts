import leven from "leven";

/** `: did you mean x?` where a candidate is within two edits (ignoring case), else nothing. */
export function nearestOf(word: string, candidates: readonly string[]): string {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: leven(word.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= 2 ? `: did you mean ${best.candidate}?` : "";
}
