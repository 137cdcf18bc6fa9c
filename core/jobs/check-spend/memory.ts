import { type BudgetMemory, memoryOfText, noBudgetMemory, textOfMemory } from "../../budget/budget-memory.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { Documents } from "../../ports/documents.ts";

const name = "budgets";
// Each time that another run was faster, that run got on.
const mostAttempts = 20;

/**
 * Changes what is remembered of budgets, in one conditional write: where another run wrote in between, what it wrote is read
 * and changed instead. Null where it could not be: the next pass tries again. `change` answers null to leave it as it is.
 */
export async function changeMemory<T>(
  documents: Documents,
  change: (before: BudgetMemory) => { readonly after: BudgetMemory | null; readonly result: T },
): Promise<{ readonly result: T | null; readonly problems: readonly Problem[] }> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const document = await documents.read(name);
    const { memory, problems } = remembered(document?.text ?? null);
    const { after, result } = change(memory);
    if (after === null) return { result, problems };
    const answer = await documents.write(name, { revision: document?.revision ?? 0, text: textOfMemory(after) });
    if (answer === "written") return { result, problems };
  }
  const message = `Budgets were not checked: ${mostAttempts} times in a row another run changed their state meanwhile. Let fewer runs check the same budgets.`;
  return { result: null, problems: [{ code: "StateBusy", message }] };
}

function remembered(text: string | null): { readonly memory: BudgetMemory; readonly problems: readonly Problem[] } {
  if (text === null) return { memory: noBudgetMemory, problems: [] };
  try {
    return { memory: memoryOfText(text), problems: [] };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = `What was remembered of budgets is damaged (${error.message}), and they begin anew: levels that were told before are told again.`;
    return { memory: noBudgetMemory, problems: [{ code: "StateDamaged", message }] };
  }
}
