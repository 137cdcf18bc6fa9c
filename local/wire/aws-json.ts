import { Fault } from "../service.ts";
import { parseObject } from "./json-body.ts";
import type { Protocol } from "./protocol.ts";

export const awsJson: Protocol = {
  route: (services, http) => {
    const header = http.headers["x-amz-target"] ?? "";
    const [prefix = "", name = ""] = header.split(".");
    for (const service of services) {
      if (service.protocol !== "aws-json" || service.targetPrefix !== prefix || http.path !== "/") continue;
      const operation = service.operations[name];
      if (operation !== undefined && http.method === "POST") return { service, name, operation, labels: {} };
    }
    throw new Fault("UnknownOperationException", 400, `No operation for X-Amz-Target '${header.slice(0, 200)}'`);
  },
  read: (target, http) => parseObject(target.service, http.body),
  writeReply: (target, reply) => {
    const version = target.service.protocol === "aws-json" ? target.service.version : "1.0";
    return {
      status: reply.status ?? 200,
      headers: { "content-type": `application/x-amz-json-${version}`, ...reply.headers },
      body: JSON.stringify(reply.body),
    };
  },
  writeFault: (fault, _requestId, http) => ({
    status: fault.status,
    headers: {
      "content-type": http.headers["content-type"] ?? "application/x-amz-json-1.0",
      "x-amzn-errortype": fault.code,
      ...fault.headers,
    },
    body: JSON.stringify({ __type: fault.code, message: fault.message, ...fault.members }),
  }),
};
