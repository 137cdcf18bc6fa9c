import type { RateResult } from "../../adapters/files/rate-files.ts";
import { ratedTotals } from "../../core/billing/rated-session.ts";

/** What makes the total less than what was used, in sentences. A line of plain text does not: AWS writes such lines itself. */
export function whatIsMissing(result: Pick<RateResult, "skipped" | "reasons" | "sessions">): readonly string[] {
  const lost = result.skipped - (result.reasons.get("plain-text") ?? 0);
  const unpriced = ratedTotals(result.sessions).unpricedSessions;
  const lines = lost === 1 ? "1 line was" : `${lost} lines were`;
  const sessions = unpriced === 1 ? "1 session has" : `${unpriced} sessions have`;
  return [
    ...(lost === 0 ? [] : [`${lines} set aside that may be of usage records, whose cost is missing from the total`]),
    ...(unpriced === 0
      ? []
      : [`${sessions} no price in the Region: the cost is missing from the total; see \`sandmeter prices show\``]),
  ];
}
