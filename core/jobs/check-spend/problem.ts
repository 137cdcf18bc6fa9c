import type { Problem } from "../../kernel/problem.ts";
import { RegistryError } from "../../ports/registry-error.ts";

/** What a store throws is told; what is no failure of a store is a fault of the program, and goes on. */
export function storeProblem(what: string, error: unknown): Problem {
  if (!(error instanceof RegistryError)) throw error;
  return {
    code: "StateUnavailable",
    message: `Budgets are checked without ${what}, which cannot be read: ${error.message}`,
  };
}
