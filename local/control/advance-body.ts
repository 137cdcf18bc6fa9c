import { parseBody } from "./parse-body.ts";

/** A year: a larger jump is a mistake in the unit, and would make the fleet's history endless. */
const maxSeconds = 366 * 86_400;

export function readAdvance(body: Buffer): { readonly seconds: number } | { readonly problems: readonly string[] } {
  const parsed = parseBody(body, '{"seconds":60}');
  if ("problems" in parsed) return parsed;
  const { seconds } = parsed.value;
  if (typeof seconds === "number" && seconds >= 0 && seconds <= maxSeconds) return { seconds };
  return {
    problems: [`seconds must be a number from 0 to ${maxSeconds}: the clock only goes forward, as in {"seconds":60}`],
  };
}
