import type { ServiceDefinition } from "../../service.ts";
import { boolean, list, oneOf, string, structure } from "../../validate.ts";
import { ssmErrors } from "./errors.ts";
import { getParameter } from "./get-parameter.ts";
import { putParameter } from "./put-parameter.ts";

const tagText = /([\p{L}\p{Z}\p{N}_.:/=+\-@]*)/u;

/** Rates: standard throughput of Parameter Store, read 2026-11. */
export const ssm: ServiceDefinition = {
  protocol: "aws-json",
  name: "ssm",
  signingName: "ssm",
  targetPrefix: "AmazonSSM",
  version: "1.1",
  errors: ssmErrors,
  operations: {
    GetParameter: {
      input: structure({ Name: string({ min: 1, max: 2048 }) }, { WithDecryption: boolean }),
      handle: getParameter,
      ratePerSecond: () => 40,
      optionalOutput: ["Type", "Version", "Selector", "LastModifiedDate", "ARN", "DataType"],
    },
    PutParameter: {
      input: structure(
        { Name: string({ min: 1, max: 2048 }), Value: string({ min: 1 }) },
        {
          Description: string({ min: 0, max: 1024 }),
          Type: oneOf("String", "StringList", "SecureString"),
          KeyId: string({ min: 1, max: 256, pattern: /([a-zA-Z0-9:/_-]+)/ }),
          Overwrite: boolean,
          AllowedPattern: string({ min: 0, max: 1024 }),
          Tags: list(
            structure({
              Key: string({ min: 1, max: 128, pattern: tagText }),
              Value: string({ min: 0, max: 256, pattern: tagText }),
            }),
            { max: 1000 },
          ),
          Tier: oneOf("Standard", "Advanced", "Intelligent-Tiering"),
          Policies: string({ min: 1, max: 4096 }),
          DataType: string({ min: 0, max: 128 }),
        },
      ),
      handle: putParameter,
      ratePerSecond: () => 3,
      optionalOutput: ["Version", "Tier"],
    },
  },
};
