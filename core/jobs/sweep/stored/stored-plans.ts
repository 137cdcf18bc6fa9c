import type { Plan, PlanEntry } from "../../../cleanup/plan/plan.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { Document, Documents } from "../../../ports/documents.ts";
import { array, at, integer, object, string } from "../../../ports/read-stored.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import { planEntryOf } from "../../../ports/stop-text.ts";

/** An item of DynamoDB holds 400 kB, and an entry is about 2. */
const entriesPerPart = 100;

/** Who looks at a plan of yesterday still learns that it has expired. */
const keptMs = 24 * 3_600_000;
// Each time that another run was faster, that run got on.
const mostAttempts = 20;

/**
 * Keeps a plan, so that what is applied later is exactly what was made now, and empties those that expired a day ago. Throws
 * `RegistryError`.
 */
export async function storePlan(documents: Documents, plan: Plan): Promise<void> {
  const { id, madeAt, expiresAt } = plan;
  const parts = Math.ceil(plan.entries.length / entriesPerPart);
  // First, so that there is no plan that nobody would find to empty it.
  await enlist(documents, { id, expiresAt, parts }, madeAt);
  for (let part = 0; part < parts; part += 1) {
    const entries = plan.entries.slice(part * entriesPerPart, (part + 1) * entriesPerPart);
    await documents.write(partName(id, part), { revision: 0, text: JSON.stringify(entries) });
  }
  // The head comes last: a plan without it was never made.
  await documents.write(headName(id), { revision: 0, text: JSON.stringify({ id, madeAt, expiresAt, parts }) });
}

interface Listed {
  readonly id: string;
  readonly expiresAt: Instant;
  readonly parts: number;
}

async function enlist(documents: Documents, plan: Listed, now: Instant): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const document = await documents.read(listName);
    const listed = document === null ? [] : listOf(document.text);
    const isOver = ({ expiresAt }: Listed): boolean => expiresAt + keptMs < now;
    for (const old of listed.filter(isOver)) await empty(documents, old);
    const kept = listed.filter((it) => !isOver(it) && it.id !== plan.id);
    const text = JSON.stringify([...kept, plan]);
    if ((await documents.write(listName, { revision: document?.revision ?? 0, text })) === "written") return;
  }
}

async function empty(documents: Documents, { id, parts }: Listed): Promise<void> {
  const names = [headName(id), ...Array.from({ length: parts }, (_, part) => partName(id, part))];
  for (const name of names) {
    const document = await documents.read(name);
    if (document !== null && document.text !== "") {
      await documents.write(name, { revision: document.revision, text: "" });
    }
  }
}

/** A damaged list costs room, and no plan. */
function listOf(text: string): readonly Listed[] {
  try {
    return array(JSON.parse(text), "plans").map((value, index) => {
      const item = object(value, `plans[${index}]`);
      const place = (name: string): string => `plans[${index}].${name}`;
      return {
        id: string(item["id"], place("id")),
        expiresAt: at(item["expiresAt"], place("expiresAt")),
        parts: integer(item["parts"], place("parts")),
      };
    });
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Null where no such plan was made here. Throws `RegistryError`, also where it is damaged. */
export async function storedPlan(documents: Documents, id: string): Promise<Plan | null> {
  const head = await documents.read(headName(id));
  if (head === null || head.text === "") return null;
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

const listName = "cleanup/plans";
const headName = (id: string): string => `plans/${id}`;
const partName = (id: string, part: number): string => `plans/${id}/${part}`;
