import type { Problem } from "../../kernel/problem.ts";
import { RegistryError } from "../../ports/registry-error.ts";

/**
 * Does something with a document, of which a failure costs its own purpose alone: what the store throws is told, with what it
 * means, and the rest of the pass goes on.
 */
export async function orTold(meaning: string, work: () => Promise<readonly Problem[]>): Promise<readonly Problem[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return [{ code: "StateUnavailable", message: `${meaning}: ${error.message}` }];
  }
}
