import type { RestOperation, ServiceDefinition } from "../service.ts";
import { oneOf, structure } from "../validate.ts";
import type { World } from "../world.ts";
import { agentCoreErrors } from "./agentcore/errors.ts";
import { getInterpreter } from "./agentcore/get-interpreter.ts";
import { listInterpreters } from "./agentcore/list-interpreters.ts";
import { controlInterpreterId, maxResults, nextToken } from "./agentcore/shapes.ts";

const reads = (world: World): number => world.limits.requestsPerSecond;

const list: RestOperation = {
  method: "POST",
  path: "/code-interpreters",
  query: ["maxResults", "nextToken", "type"],
  status: 200,
  ratePerSecond: reads,
  input: structure({}, { maxResults, nextToken, type: oneOf("SYSTEM", "CUSTOM") }),
  optionalOutput: ["name", "description", "lastUpdatedAt"],
  handle: listInterpreters,
};

const get: RestOperation = {
  method: "GET",
  path: "/code-interpreters/{codeInterpreterId}",
  status: 200,
  ratePerSecond: reads,
  input: structure({ codeInterpreterId: controlInterpreterId }),
  optionalOutput: ["description", "executionRoleArn", "vpcConfig", "certificates", "filesystemConfigurations"],
  handle: getInterpreter,
};

/** The control plane: interpreters. */
export const agentCoreControl: ServiceDefinition = {
  protocol: "rest-json",
  name: "bedrock-agentcore-control",
  signingName: "bedrock-agentcore",
  errors: agentCoreErrors,
  operations: {
    ListCodeInterpreters: list,
    GetCodeInterpreter: get,
  },
};
