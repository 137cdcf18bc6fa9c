import type { Reply } from "../../service.ts";
import type { Place } from "../../world.ts";
import { validation } from "./errors.ts";

interface Answered {
  readonly parameters: string;
  readonly reply: Reply;
}

const answered = new WeakMap<Place, Map<string, Answered>>();

/**
 * Runs `act` once for each client token: the same token with the same parameters gets the first answer again, and
 * with others it is refused. An answer that was an error is not kept, so that the caller may try again.
 */
export function once(
  place: Place,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  act: () => Reply,
): Reply {
  const { clientToken, traceId: _traceId, traceParent: _traceParent, ...rest } = input;
  if (typeof clientToken !== "string") return act();
  const tokens = answered.get(place) ?? new Map<string, Answered>();
  answered.set(place, tokens);
  const parameters = JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
  const earlier = tokens.get(`${operation}/${clientToken}`);
  if (earlier !== undefined) {
    if (earlier.parameters === parameters) return earlier.reply;
    throw validation(
      "IdempotentParameterMismatchException",
      "The clientToken was used before with other parameters. Use a new one for a new request.",
    );
  }
  const reply = act();
  tokens.set(`${operation}/${clientToken}`, { parameters, reply });
  return reply;
}
