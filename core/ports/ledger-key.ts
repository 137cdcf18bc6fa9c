import type { SessionKey } from "../billing/usage-record.ts";
import type { Target } from "../inventory/target.ts";
import { accountId, region } from "../kernel/ids.ts";

/**
 * Names under which a session is kept. The parts of its key come from log lines, so they are other people's text: what
 * separates parts, what a store would change (half of a surrogate pair) and what no key should hold is written as an escape,
 * so that two keys never meet in one name.
 */
export const targetPart = (target: Target): string => `${part(target.account)}/${part(target.region)}`;

/** Reads back what `targetPart` made of a target. */
export function targetOfPart(text: string): Target {
  const [account = "", name = ""] = text
    .split("/")
    .map((it) => it.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))));
  return { account: accountId(account), region: region(name) };
}

export const sessionPart = (key: SessionKey): string => `${part(key.interpreter)}/${part(key.session)}`;

// Nearly all are plain, and there are many of them.
const part = (text: string): string =>
  /^[\w.-]*$/.test(text) ? text : Array.from(text, (it) => (isPlain(it) ? it : escapeOf(it))).join("");

// One character; a half of a surrogate pair that lacks the other is one by itself.
const isPlain = (character: string): boolean =>
  character >= " " && character !== "\u007f" && !"%/#".includes(character) && character.isWellFormed();
const escapeOf = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
