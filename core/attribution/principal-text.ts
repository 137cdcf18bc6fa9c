import type { SessionKey } from "../billing/usage-record.ts";
import type { SessionPrincipal } from "../ports/principals.ts";
import { array, integer, string } from "../ports/read-stored.ts";

/** Principals of the sessions that started in one hour, by `principalKey`. */
export type HourPrincipals = ReadonlyMap<string, string>;

type KeyInTarget = Pick<SessionKey, "interpreter" | "session">;

export const noPrincipals: HourPrincipals = new Map();
export const principalKey = ({ interpreter, session }: KeyInTarget): string => keyOf(interpreter, session);

const keyOf = (interpreter: string, session: string): string => `${session} ${interpreter}`;
const groupOf = (principal: string, interpreter: string): string => JSON.stringify([principal, interpreter]);

/** What an hour's page says with some sessions more: at most so many characters, and which of them had no room. */
export function textOfPrincipals<T extends SessionPrincipal>(
  hour: number,
  held: HourPrincipals,
  more: readonly T[],
  longest: number,
): { readonly text: string; readonly left: readonly T[] } {
  const groups = new Map<string, string[]>();
  let length = 0;
  const add = (principal: string, interpreter: string, session: string, isHeld: boolean): boolean => {
    const name = groupOf(principal, interpreter);
    const group = groups.get(name);
    const grows = session.length + 3 + (group === undefined ? name.length + 5 : 0);
    if (!isHeld && length > 0 && length + grows > longest) return false;
    length += grows;
    if (group === undefined) groups.set(name, [session]);
    else group.push(session);
    return true;
  };
  for (const [key, principal] of held) {
    const space = key.indexOf(" ");
    add(principal, key.slice(space + 1), key.slice(0, space), true);
  }
  const left = more.filter(({ principal, interpreter, session }) => !add(principal, interpreter, session, false));
  return {
    text: `[${hour},[${[...groups].map(([name, sessions]) => `[${name},${JSON.stringify(sessions)}]`).join()}]]`,
    left,
  };
}

/** Empty where the text is of another hour; null where it is damaged. */
export function principalsOfText(text: string, hour: number): HourPrincipals | null {
  const known = new Map<string, string>();
  try {
    const [ofHour, groups] = array(JSON.parse(text), "page");
    if (integer(ofHour, "page[0]") !== hour) return noPrincipals;
    for (const group of array(groups, "page[1]")) {
      const [who, sessions] = array(group, "page[1]");
      const [principal, interpreter] = array(who, "page[1]");
      const [arn, id] = [string(principal, "page[1]"), string(interpreter, "page[1]")];
      for (const session of array(sessions, "page[1]")) known.set(keyOf(id, string(session, "page[1]")), arn);
    }
    return known;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
