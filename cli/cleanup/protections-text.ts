import { toldProtectionText } from "../../core/cleanup/policy/told-protection.ts";
import type { StopOutcome, StopReport } from "../../core/reporting/stop-report.ts";
import { safeText } from "../render/safe-text.ts";

/** A line for each protection that bars a stop by hand, or is overridden by it: whoever overrides one is to know whose it is, and why. */
export function protectionsText({ acted, outcomes }: Pick<StopReport, "acted" | "outcomes">): string {
  const lines = Map.groupBy(outcomes, (outcome) => lineOf(outcome, acted));
  return [...lines]
    .flatMap(([line, { length }]) => (line === null ? [] : [length === 1 ? line : `${line} (${length} sessions)`]))
    .join("\n");
}

function lineOf({ outcome, refusal, protection }: StopOutcome, acted: boolean): string | null {
  const isBarred = refusal === "protected";
  // What something else refused, or had ended, overrode nothing.
  if (protection === null || outcome === "already-gone" || (outcome === "refused" && !isBarred)) return null;
  const verb = isBarred ? "Bars it" : acted ? "Was overridden" : "Would be overridden";
  return safeText(`${verb}: ${toldProtectionText(protection)}`);
}
