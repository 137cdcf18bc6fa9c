import type { Fault, OperationDefinition, Reply, ServiceDefinition } from "../service.ts";
import type { HttpReply, HttpRequest } from "./http.ts";

/** The service and operation that a request is for. */
export interface Target {
  readonly service: ServiceDefinition;
  readonly name: string;
  readonly operation: OperationDefinition;
  /** Members found in the path. */
  readonly labels: Readonly<Record<string, string>>;
}

/** How one protocol reads requests and writes answers. */
export interface Protocol {
  /** The operation asked for. Throws `UnknownOperationException` or the like. */
  readonly route: (services: readonly ServiceDefinition[], http: HttpRequest) => Target;
  /** The members of the request, before validation. Throws where the body cannot be read. */
  readonly read: (target: Target, http: HttpRequest) => Record<string, unknown>;
  readonly writeReply: (target: Target, reply: Reply, requestId: string) => HttpReply;
  readonly writeFault: (fault: Fault, requestId: string, http: HttpRequest) => HttpReply;
}
