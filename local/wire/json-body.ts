import { Fault, type ServiceDefinition } from "../service.ts";

/** A JSON body as a structure; an empty one is an empty structure. Throws the service's fault for what cannot be read. */
export function parseObject(service: ServiceDefinition, body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  const value = parsed(body);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw service.errors.unreadable?.() ?? new Fault("SerializationException", 400, "The request body cannot be parsed.");
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
