import type { Value } from "./evaluate.ts";

/**
 * The field of a JSON message by its flattened name: Insights joins nested keys, and places in lists, with dots. A key that
 * has dots of its own is joined as it is, so `metrics` with a member "a.b" is found as `metrics.a.b`.
 */
export function jsonField(message: unknown, name: string): Value {
  if (typeof message !== "object" || message === null) return null;
  const members = message as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(members, name)) {
    const value = members[name];
    return typeof value === "string" || typeof value === "number"
      ? value
      : typeof value === "boolean"
        ? String(value)
        : null;
  }
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    const key = name.slice(0, dot);
    if (!Object.hasOwn(members, key)) continue;
    const found = jsonField(members[key], name.slice(dot + 1));
    if (found !== null) return found;
  }
  return null;
}

/** A message as JSON; null where it is none, whose fields are then absent. */
export function parsedMessage(message: string): unknown {
  if (!message.startsWith("{")) return null;
  try {
    return JSON.parse(message);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
