import leven from "leven";

const leastOfPart = 3;

/** `: did you mean x?` where a candidate is within two edits (ignoring case) or the only one that begins so, else nothing. */
export function nearestOf(word: string, candidates: readonly string[]): string {
  const small = word.toLowerCase();
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: leven(small, candidate.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best !== undefined && best.distance <= 2) return didYouMean(best.candidate);
  const begun = candidates.filter((candidate) => candidate.toLowerCase().startsWith(small));
  return small.length >= leastOfPart && begun[0] !== undefined && begun.length === 1 ? didYouMean(begun[0]) : "";
}

const didYouMean = (candidate: string): string => `: did you mean ${candidate}?`;
