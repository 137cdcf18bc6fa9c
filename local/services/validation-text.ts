import type { FieldProblem } from "../validate.ts";

/** Problems of validation in the one sentence that most AWS services answer. */
export const validationText = (problems: readonly FieldProblem[]): string =>
  `${problems.length} validation error${problems.length === 1 ? "" : "s"} detected: ${problems
    .map((problem) => problem.message)
    .join("; ")}`;
