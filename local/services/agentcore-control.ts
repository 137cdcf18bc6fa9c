import type { RestOperation, ServiceDefinition } from "../service.ts";
import { oneOf, string, structure } from "../validate.ts";
import type { World } from "../world.ts";
import { createInterpreter } from "./agentcore/create-interpreter.ts";
import { deleteInterpreter } from "./agentcore/delete-interpreter.ts";
import { agentCoreErrors } from "./agentcore/errors.ts";
import { getInterpreter } from "./agentcore/get-interpreter.ts";
import { listInterpreters } from "./agentcore/list-interpreters.ts";
import { listTags } from "./agentcore/list-tags.ts";
import {
  certificates,
  clientToken,
  controlInterpreterId,
  filesystemConfigurations,
  interpreterName,
  maxResults,
  networkConfiguration,
  nextToken,
  tags,
} from "./agentcore/shapes.ts";

const reads = (world: World): number => world.limits.requestsPerSecond;
const writes = (world: World): number => world.limits.writesPerSecond;

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

const create: RestOperation = {
  method: "PUT",
  path: "/code-interpreters",
  status: 202,
  ratePerSecond: writes,
  input: structure(
    { name: interpreterName, networkConfiguration },
    {
      description: string({ min: 1, max: 4096 }),
      executionRoleArn: string({ min: 1, max: 2048, pattern: /arn:aws(-[^:]+)?:iam::([0-9]{12})?:role\/.+/ }),
      certificates,
      filesystemConfigurations,
      clientToken,
      tags,
    },
  ),
  handle: createInterpreter,
};

const remove: RestOperation = {
  method: "DELETE",
  path: "/code-interpreters/{codeInterpreterId}",
  query: ["clientToken"],
  status: 202,
  ratePerSecond: writes,
  input: structure({ codeInterpreterId: controlInterpreterId }, { clientToken }),
  handle: deleteInterpreter,
};

const tagsOf: RestOperation = {
  method: "GET",
  path: "/tags/{resourceArn}",
  status: 200,
  ratePerSecond: reads,
  input: structure({
    resourceArn: string({
      min: 20,
      max: 1011,
      pattern: /arn:aws(-[^:]+)?:bedrock-agentcore:[a-z0-9-]+:([0-9]{12}|aws):.+/,
    }),
  }),
  optionalOutput: ["tags"],
  handle: listTags,
};

/** The control plane: interpreters and their tags. */
export const agentCoreControl: ServiceDefinition = {
  protocol: "rest-json",
  name: "bedrock-agentcore-control",
  signingName: "bedrock-agentcore",
  errors: agentCoreErrors,
  operations: {
    ListCodeInterpreters: list,
    GetCodeInterpreter: get,
    CreateCodeInterpreter: create,
    DeleteCodeInterpreter: remove,
    ListTagsForResource: tagsOf,
  },
};
