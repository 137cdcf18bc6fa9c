import type { Problem } from "../kernel/problem.ts";

/** What a store throws is told; what is no failure of a store is a fault of the program, and goes on. */
export function storeProblem(what: string, error: unknown): Problem {
  if (!(error instanceof Error && "retryable" in error)) throw error;
  return {
    code: "StateUnavailable",
    message: `Budgets are checked without ${what}, which cannot be read: ${error.message}`,
  };
}
