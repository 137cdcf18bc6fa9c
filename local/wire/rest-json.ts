import { Fault, type RestOperation } from "../service.ts";
import type { Shape } from "../validate.ts";
import { encodeEvents } from "./event-stream.ts";
import type { HttpRequest } from "./http.ts";
import { parseObject } from "./json-body.ts";
import type { Protocol } from "./protocol.ts";

export const restJson: Protocol = {
  route: (services, http) => {
    for (const service of services) {
      if (service.protocol !== "rest-json") continue;
      for (const [name, operation] of Object.entries(service.operations)) {
        if (operation.method !== http.method) continue;
        const labels = labelsOf(operation.path, http.path);
        if (labels !== null) return { service, name, operation, labels };
      }
    }
    throw new Fault("UnknownOperationException", 404, `No operation for ${http.method} ${http.path}`);
  },
  read: (target, http) => {
    const operation = target.operation as RestOperation;
    return {
      ...parseObject(target.service, http.body),
      ...queryOf(operation, http),
      ...headersOf(operation, http),
      ...target.labels,
    };
  },
  writeReply: (target, reply) => {
    const status = reply.status ?? (target.operation as RestOperation).status;
    const headers = { ...reply.headers };
    return reply.events === undefined
      ? { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(reply.body) }
      : {
          status,
          headers: { "content-type": "application/vnd.amazon.eventstream", ...headers },
          body: encodeEvents(reply.events),
        };
  },
  writeFault: (fault) => ({
    status: fault.status,
    headers: { "content-type": "application/json", "x-amzn-errortype": fault.code, ...fault.headers },
    body: JSON.stringify({ message: fault.message, ...fault.members }),
  }),
};

/** The members of the path, or null where the path is another one. */
function labelsOf(template: string, path: string): Record<string, string> | null {
  const wanted = template.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const labels: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? "";
    if (part.startsWith("{")) {
      const value = decoded(text);
      if (value === null || value === "") return null;
      labels[part.slice(1, -1)] = value;
    } else if (part !== text) return null;
  }
  return labels;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // A broken percent escape matches no path.
    if (error instanceof URIError) return null;
    throw error;
  }
}

function queryOf(operation: RestOperation, http: HttpRequest): Record<string, unknown> {
  const found = (operation.query ?? []).flatMap((name) => {
    const text = http.query.get(name);
    return text === null ? [] : [[name, typed(memberShape(operation, name), text)] as const];
  });
  return Object.fromEntries(found);
}

function headersOf(operation: RestOperation, http: HttpRequest): Record<string, unknown> {
  const found = Object.entries(operation.headers ?? {}).flatMap(([name, header]) => {
    const text = http.headers[header.toLowerCase()];
    return text === undefined ? [] : [[name, typed(memberShape(operation, name), text)] as const];
  });
  return Object.fromEntries(found);
}

function memberShape(operation: RestOperation, name: string): Shape | undefined {
  const shape = operation.input;
  return shape.kind === "structure" ? (shape.required[name] ?? shape.optional[name]) : undefined;
}

/** Text that is no number stays text, for the validation to refuse. */
function typed(shape: Shape | undefined, text: string): unknown {
  if (shape?.kind === "integer" || shape?.kind === "number") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (shape?.kind === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}
