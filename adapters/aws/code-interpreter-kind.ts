import { codeInterpreterSize } from "../../core/billing/bounded-cost.ts";
import type { SandboxKind } from "../../core/inventory/sandbox-kind.ts";

/** The service code of the quotas below. */
export const quotaServiceCode = "bedrock-agentcore";

/** AgentCore Code Interpreter, as its documentation says (read 2026-09-26). Another kind of sandbox is another such value. */
export const codeInterpreterKind: SandboxKind = {
  name: "Code Interpreter",
  size: codeInterpreterSize,
  maxTimeoutSeconds: 28_800,
  quotas: [
    {
      code: "L-CAF6F552",
      name: "Concurrent active Code Interpreter sessions",
      subject: "ready-sessions",
      builtInLimit: 1000,
    },
    {
      code: "L-D8BDCBA9",
      name: "Code Interpreter configurations",
      subject: "custom-interpreters",
      builtInLimit: 1000,
    },
  ],
  regions: {
    aws: [
      "us-east-1",
      "us-east-2",
      "us-west-2",
      "ca-central-1",
      "sa-east-1",
      "eu-central-1",
      "eu-west-1",
      "eu-west-2",
      "eu-west-3",
      "eu-north-1",
      "eu-south-1",
      "eu-south-2",
      "ap-northeast-1",
      "ap-northeast-2",
      "ap-south-1",
      "ap-southeast-1",
      "ap-southeast-2",
      "ap-southeast-5",
      "ap-southeast-7",
    ],
    "aws-us-gov": ["us-gov-west-1"],
  },
};
