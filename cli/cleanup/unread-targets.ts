import type { TargetScan } from "../../core/jobs/scan/outcome.ts";
import type { StopReport } from "../../core/reporting/stop-report.ts";
import { safeText } from "../render/safe-text.ts";

type RegionProblem = StopReport["problems"][number];

/**
 * Why nobody knows all live sessions of some targets, or of one interpreter in them; empty where all are known. What else could not be
 * read of a target, as the limits of its quotas, hides no session.
 */
export const unreadProblems = (targets: readonly TargetScan[], interpreter: string | null): readonly RegionProblem[] =>
  targets
    .filter((target) => !isRead(target, interpreter))
    .flatMap(({ target: { region }, problems }) =>
      (problems.length === 0 ? [unexplained] : problems).map((problem) => ({ ...problem, region })),
    );

function isRead(target: TargetScan, interpreter: string | null): boolean {
  const { status, interpreters, interpretersComplete, readySessions } = target;
  if (status === "skipped" || readySessions !== null) return true;
  if (interpreter === null || interpreters === null) return false;
  const own = interpreters.find(({ id }) => id === interpreter);
  return own === undefined ? interpretersComplete : own.readySessions !== null;
}

const unexplained = { code: "Unread", message: "Its sessions could not be listed." };

/** Where sessions may be that were not found, and why nobody knows. */
export const unreadText = (problems: readonly RegionProblem[]): string => {
  const regions = [...new Set(problems.map(({ region }) => region ?? ""))].map(safeText).join(", ");
  return [
    `${regions} could not be read`,
    ...problems.map(({ region, code, message }) => safeText(`${region ?? ""}: ${code}: ${message}`)),
  ].join("\n");
};
