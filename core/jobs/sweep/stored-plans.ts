import type { Plan, PlanEntry } from "../../cleanup/plan.ts";
import type { Document, Documents } from "../../ports/documents.ts";
import { array, at, integer, object, string } from "../../ports/read-stored.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import { planEntryOf } from "../../ports/stop-text.ts";

/** An item of DynamoDB holds 400 kB, and an entry is about 2. */
const entriesPerPart = 100;

/** Keeps a plan, so that what is applied later is exactly what was made now. Throws `RegistryError`. */
export async function storePlan(documents: Documents, plan: Plan): Promise<void> {
  const parts = Math.ceil(plan.entries.length / entriesPerPart);
  for (let part = 0; part < parts; part += 1) {
    const entries = plan.entries.slice(part * entriesPerPart, (part + 1) * entriesPerPart);
    await documents.write(partName(plan.id, part), { revision: 0, text: JSON.stringify(entries) });
  }
  const { id, madeAt, expiresAt } = plan;
  // The head comes last: a plan without it was never made.
  await documents.write(headName(id), { revision: 0, text: JSON.stringify({ id, madeAt, expiresAt, parts }) });
}

/** Null where no such plan was made here. Throws `RegistryError`, also where it is damaged. */
export async function storedPlan(documents: Documents, id: string): Promise<Plan | null> {
  const head = await documents.read(headName(id));
  if (head === null) return null;
  try {
    return await planOf(documents, id, head);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = `The plan ${JSON.stringify(id)} in the state is damaged (${error.message}): make a new one.`;
    throw new RegistryError("corrupt", message, { cause: error });
  }
}

async function planOf(documents: Documents, id: string, head: Document): Promise<Plan> {
  const item = object(JSON.parse(head.text), "plan");
  const entries: PlanEntry[] = [];
  for (let part = 0; part < integer(item["parts"], "parts"); part += 1) {
    const text = (await documents.read(partName(id, part)))?.text ?? "null";
    entries.push(
      ...array(JSON.parse(text), `part ${part}`).map((value, index) => planEntryOf(value, `entries[${index}]`)),
    );
  }
  return {
    id: string(item["id"], "id"),
    madeAt: at(item["madeAt"], "madeAt"),
    expiresAt: at(item["expiresAt"], "expiresAt"),
    entries,
  };
}

const headName = (id: string): string => `plans/${id}`;
const partName = (id: string, part: number): string => `plans/${id}/${part}`;
