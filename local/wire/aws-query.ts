import { Fault } from "../service.ts";
import type { Protocol } from "./protocol.ts";

export const awsQuery: Protocol = {
  route: (services, http) => {
    const form = new URLSearchParams(http.body.toString("utf8"));
    const action = form.get("Action") ?? "";
    const version = form.get("Version") ?? "";
    for (const service of services) {
      if (service.protocol !== "aws-query" || service.apiVersion !== version) continue;
      const operation = service.operations[action];
      if (operation !== undefined) return { service, name: action, operation, labels: {} };
    }
    throw new Fault(
      "InvalidAction",
      400,
      `Could not find operation ${action.slice(0, 100)} for version ${version.slice(0, 20)}`,
    );
  },
  // Flat members only: lists and maps (`Name.member.1`) arrive with the first operation that takes one.
  read: (_target, http) => {
    const form = new URLSearchParams(http.body.toString("utf8"));
    return Object.fromEntries([...form].filter(([name]) => name !== "Action" && name !== "Version"));
  },
  writeReply: (target, reply, requestId) => {
    const namespace = target.service.protocol === "aws-query" ? target.service.xmlNamespace : "";
    const result = elements(reply.body);
    return {
      status: reply.status ?? 200,
      headers: { "content-type": "text/xml", ...reply.headers },
      body: `<${target.name}Response xmlns="${escaped(namespace)}"><${target.name}Result>${result}</${target.name}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${target.name}Response>`,
    };
  },
  writeFault: (fault, requestId) => {
    const type = fault.status < 500 ? "Sender" : "Receiver";
    return {
      status: fault.status,
      headers: { "content-type": "text/xml", ...fault.headers },
      body: `<ErrorResponse><Error><Type>${type}</Type><Code>${escaped(fault.code)}</Code><Message>${escaped(fault.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    };
  },
};

function elements(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map((item) => `<member>${elements(item)}</member>`).join("");
  if (typeof value === "object") {
    return Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([name, item]) => `<${name}>${elements(item)}</${name}>`)
      .join("");
  }
  return escaped(String(value));
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
