import type { SessionKey } from "../billing/usage-record.ts";
import { type Target, targetKey } from "../inventory/target.ts";
import type { Documents } from "../ports/documents.ts";
import { type Attribution, attribute, type Labels } from "./attribution.ts";
import { type InterpreterTags, readInterpreterTags } from "./interpreter-tags.ts";

interface NamedSession extends SessionKey {
  readonly name: string | null;
}

/** Labels of sessions, with the tags of interpreters as they were read last; each target's are read once. */
export function sessionLabeller<Session extends NamedSession>(
  attribution: Attribution,
  documents: Documents,
  principalOf: (session: Session) => string | null | Promise<string | null>,
): (session: Session) => Promise<Labels> {
  const known = new Map<string, InterpreterTags["byInterpreter"]>();
  const tagsOf = async ({ account, region }: Target): Promise<InterpreterTags["byInterpreter"]> => {
    const key = targetKey({ account, region });
    const found = known.get(key) ?? (await readInterpreterTags(documents, { account, region })).byInterpreter;
    known.set(key, found);
    return found;
  };
  return async (session) => {
    const { account, region, interpreter, name } = session;
    const tags = (await tagsOf(session)).get(interpreter)?.tags ?? null;
    const principal = await principalOf(session);
    return attribute(attribution, { account, region, interpreter, name, tags, principal });
  };
}
