import type { FaultRule } from "../faults.ts";
import type { Reply } from "../service.ts";
import { tokenMember } from "./fault-scope.ts";
import type { Target } from "./protocol.ts";

/**
 * Pages that AWS may give and that a careless client stumbles over: an empty one with a token, and one that
 * repeats the token it was asked with. Both work on any operation that takes a token, without its help: the token
 * is marked on its way out and unmarked on its way in, so no item is lost or doubled for a client that goes on.
 */
const emptyMark = "EmptyPage.";
const endMark = "EndOfList.";

type Input = Record<string, unknown>;

/** The input with the mark taken off, and whether the request is for the page after the last. */
export function unmarked(target: Target, input: Input): { readonly input: Input; readonly pastEnd: boolean } {
  const member = tokenMember(target.operation);
  const token = member === null ? undefined : input[member];
  if (member === null || typeof token !== "string") return { input, pastEnd: false };
  const without = (text: string): Input => {
    const { [member]: _token, ...rest } = input;
    return text === "" ? rest : { ...rest, [member]: text };
  };
  if (token.startsWith(emptyMark)) return { input: without(token.slice(emptyMark.length)), pastEnd: false };
  if (token === endMark) return { input: without(""), pastEnd: true };
  return { input, pastEnd: false };
}

/** The page as the client gets it. */
export function pageSeen(target: Target, asked: Input, reply: Reply, rule: FaultRule | null, pastEnd: boolean): Reply {
  const member = tokenMember(target.operation);
  if (member === null) return reply;
  const token = asked[member];
  const page = pastEnd ? { ...reply, body: emptied(reply.body, member) } : reply;
  if (rule?.kind === "repeated-token") {
    // On a first page without a token of its own, one is made up that leads to an empty page.
    const next = token ?? page.body[member] ?? endMark;
    return { ...page, body: { ...page.body, [member]: next } };
  }
  if (rule?.kind === "empty-page" && !pastEnd) {
    const marked = `${emptyMark}${typeof token === "string" && !token.startsWith(emptyMark) ? token : ""}`;
    // A client that is on the marked token already got its empty page: a second one would never end.
    if (typeof token === "string" && token.startsWith(emptyMark)) return page;
    return { ...page, body: { ...emptied(page.body, member), [member]: marked } };
  }
  return page;
}

function emptied(body: Reply["body"], tokenName: string): Input {
  const kept = Object.entries(body).filter(([name]) => name !== tokenName);
  return Object.fromEntries(kept.map(([name, value]) => [name, Array.isArray(value) ? [] : value]));
}
