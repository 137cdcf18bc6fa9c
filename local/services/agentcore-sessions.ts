import type { RestOperation, ServiceDefinition } from "../service.ts";
import { integer, string, structure } from "../validate.ts";
import type { World } from "../world.ts";
import { agentCoreErrors } from "./agentcore/errors.ts";
import { getSession } from "./agentcore/get-session.ts";
import { invoke } from "./agentcore/invoke.ts";
import { listSessions } from "./agentcore/list-sessions.ts";
import {
  certificates,
  clientToken,
  dataInterpreterId,
  filesystemConfigurations,
  maxResults,
  nextToken,
  sessionIdShape,
  sessionStatus,
  traceText,
} from "./agentcore/shapes.ts";
import { startSession } from "./agentcore/start-session.ts";
import { stopSession } from "./agentcore/stop-session.ts";
import { toolArguments, toolName } from "./agentcore/tool-arguments.ts";

const at = "/code-interpreters/{codeInterpreterIdentifier}";
const trace = { traceId: "X-Amzn-Trace-Id", traceParent: "traceparent" };
const traced = { traceId: traceText, traceParent: traceText };
/** Each operation has 30 requests/s of its own, per account and Region. */
const ratePerSecond = (world: World): number => world.limits.requestsPerSecond;

const list: RestOperation = {
  method: "POST",
  path: `${at}/sessions/list`,
  status: 200,
  ratePerSecond,
  input: structure({ codeInterpreterIdentifier: dataInterpreterId }, { maxResults, nextToken, status: sessionStatus }),
  optionalOutput: ["name", "lastUpdatedAt"],
  handle: listSessions,
};

const get: RestOperation = {
  method: "GET",
  path: `${at}/sessions/get`,
  query: ["sessionId"],
  status: 200,
  ratePerSecond,
  input: structure({ codeInterpreterIdentifier: dataInterpreterId, sessionId: sessionIdShape }),
  optionalOutput: ["name", "sessionTimeoutSeconds", "status", "certificates", "filesystemConfigurations"],
  handle: getSession,
};

const start: RestOperation = {
  method: "PUT",
  path: `${at}/sessions/start`,
  headers: trace,
  status: 200,
  ratePerSecond,
  input: structure(
    { codeInterpreterIdentifier: dataInterpreterId },
    {
      ...traced,
      name: string({ min: 1, max: 100 }),
      sessionTimeoutSeconds: integer({ min: 1, max: 28_800 }),
      certificates,
      filesystemConfigurations,
      clientToken,
    },
  ),
  handle: startSession,
};

const stop: RestOperation = {
  method: "PUT",
  path: `${at}/sessions/stop`,
  query: ["sessionId"],
  headers: trace,
  status: 200,
  ratePerSecond,
  input: structure(
    { codeInterpreterIdentifier: dataInterpreterId, sessionId: sessionIdShape },
    { ...traced, clientToken },
  ),
  handle: stopSession,
};

const invokeTool: RestOperation = {
  method: "POST",
  path: `${at}/tools/invoke`,
  headers: { ...trace, sessionId: "x-amzn-code-interpreter-session-id" },
  status: 200,
  ratePerSecond,
  input: structure(
    { codeInterpreterIdentifier: dataInterpreterId, name: toolName },
    { ...traced, sessionId: sessionIdShape, arguments: toolArguments },
  ),
  handle: invoke,
};

/** The data plane: sessions and what runs in them. */
export const agentCoreSessions: ServiceDefinition = {
  protocol: "rest-json",
  name: "bedrock-agentcore",
  signingName: "bedrock-agentcore",
  errors: agentCoreErrors,
  operations: {
    ListCodeInterpreterSessions: list,
    GetCodeInterpreterSession: get,
    StartCodeInterpreterSession: start,
    StopCodeInterpreterSession: stop,
    InvokeCodeInterpreter: invokeTool,
  },
};
