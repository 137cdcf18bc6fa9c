import type { FaultKind } from "./fault-kind.ts";
import type { Shape } from "./validate.ts";
import type { Place, World } from "./world.ts";

/** A request after routing, decoding and authentication. */
export interface Request {
  readonly world: World;
  readonly place: Place;
  /** The emulated time at which it came; one value for the whole request. */
  readonly now: number;
  readonly requestId: string;
  /** Members from body, path, query and headers, by the model's names. */
  readonly input: Readonly<Record<string, unknown>>;
  /**
   * A fault that was asked for and that only the operation itself can act out (`partial-put-events`). Faults that every
   * operation shows alike are the dispatcher's work, and do not arrive here.
   */
  readonly fault?: FaultKind;
}

/** Answers are plain JSON by the model's names; the protocol writes them. Timestamps are written by the service, in its protocol's way. */
type Handler = (request: Request) => Reply | Promise<Reply>;

export interface Reply {
  readonly body: Readonly<Record<string, unknown>>;
  /** Defaults to the operation's status. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where set, the answer is an event stream of these messages. */
  readonly events?: readonly { readonly type: string; readonly payload: Readonly<Record<string, unknown>> }[];
  /** Where set, the answer is these bytes: what an object store gives. */
  readonly bytes?: Uint8Array;
}

/** An error that the service model declares. The protocol writes it as AWS does. */
export class Fault extends Error {
  readonly code: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
  /** Headers of this error alone, such as the `x-amzn-query-error` of services that once spoke the query protocol. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    code: string,
    status: number,
    message: string,
    members: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.members = members;
    this.headers = headers;
  }
}

export interface OperationDefinition {
  readonly input: Shape;
  readonly handle: Handler;
  /** Attempts per second, account and Region; absent: not limited here. */
  readonly ratePerSecond?: (world: World) => number;
  /** Members of the answer, at any depth, that the model does not require: the fault `missing-optional` leaves them out. */
  readonly optionalOutput?: readonly string[];
  /** True where the answer does not follow from the place's sessions: `empty-region` would never show. */
  readonly isBeyondPlace?: boolean;
}

/** An operation of a REST service: where its members are in the request. */
export interface RestOperation extends OperationDefinition {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** For example `/code-interpreters/{codeInterpreterIdentifier}/sessions/list`. */
  readonly path: string;
  /** Query parameter by member; a member whose shape is an integer is read as one. */
  readonly query?: readonly string[];
  /** Header name by member. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
}

/** An operation of the object store: on a bucket, or on an object where the path has a key. */
export interface ObjectOperation extends OperationDefinition {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  readonly on: "bucket" | "object";
  /** The query parameter and value that tell it from its neighbours, such as `list-type=2`. */
  readonly marker?: readonly [string, string];
  /** Query parameter by member. */
  readonly query?: Readonly<Record<string, string>>;
  /** Header by member. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The member that takes the whole body. */
  readonly body?: string;
  readonly status: number;
}

/** How a service turns the problems of its validation, throttling and unknown Regions into its own errors. */
export interface ServiceErrors {
  readonly invalid: (problems: readonly import("./validate.ts").FieldProblem[]) => Fault;
  readonly throttled: () => Fault;
  /** For a body that is no JSON structure; absent: `SerializationException`. */
  readonly unreadable?: () => Fault;
}

export type ServiceDefinition =
  | {
      readonly protocol: "rest-json";
      /** First part of the client's own host name, for example `bedrock-agentcore`. */
      readonly name: string;
      /** Name in the credential scope of the signature. */
      readonly signingName: string;
      readonly errors: ServiceErrors;
      readonly operations: Readonly<Record<string, RestOperation>>;
    }
  | {
      readonly protocol: "rest-xml";
      readonly name: string;
      readonly signingName: string;
      readonly errors: ServiceErrors;
      readonly operations: Readonly<Record<string, ObjectOperation>>;
    }
  | {
      readonly protocol: "aws-json";
      readonly name: string;
      readonly signingName: string;
      /** Before the dot in `x-amz-target`, for example `GraniteServiceVersion20100801`. */
      readonly targetPrefix: string;
      readonly version: "1.0" | "1.1";
      readonly errors: ServiceErrors;
      readonly operations: Readonly<Record<string, OperationDefinition>>;
    }
  | {
      readonly protocol: "aws-query";
      readonly name: string;
      readonly signingName: string;
      readonly apiVersion: string;
      readonly xmlNamespace: string;
      readonly errors: ServiceErrors;
      readonly operations: Readonly<Record<string, OperationDefinition>>;
    };
