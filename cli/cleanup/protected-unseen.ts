import type { SessionMatch } from "../../core/cleanup/policy/policy.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import type { Stores } from "../accounts/stores.ts";
import { safeText } from "../render/safe-text.ts";

/**
 * What to say where the state knows no live session that a new protection is about: most often the id is typed wrong, and whoever made it relies
 * on it. Null where it knows one, and for patterns of names, which are about sessions to come. The protection holds either way.
 */
export async function unseenText(
  { registry, targets }: Pick<Stores, "registry" | "targets">,
  { session, interpreter }: Pick<SessionMatch, "session" | "interpreter">,
): Promise<string | null> {
  if (session === null && interpreter === null) return null;
  const named = session === null ? `live session of interpreter ${interpreter ?? ""}` : `live session ${session}`;
  const hint = "The protection is made all the same: see that the id is right (`sandmeter scan` shows all).";
  try {
    const watched = await targets();
    const records = await Promise.all(watched.map(registry.load));
    const isIt = records
      .flatMap(({ openSessions }) => openSessions)
      .some((it) => (session === null ? it.interpreter === interpreter : it.session === session));
    if (isIt) return null;
    const why = watched.length === 0 ? ", with which nothing has been watched yet" : "";
    return safeText(`no ${named} is known to this state${why}. ${hint}`);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return safeText(`whether there is a ${named} is not known: ${error.message} ${hint}`);
  }
}
