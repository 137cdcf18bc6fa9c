import { UsageError } from "./cli-error.ts";

/** The problems that reading a verb's options throws; an empty list where they are right. */
export function thrownProblems(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
}
