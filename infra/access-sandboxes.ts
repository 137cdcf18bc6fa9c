import { inRegions, type PolicyPlace, regionsOf, type Statement } from "./statement.ts";

/** The account's own interpreters. */
export const customInterpreters = (place: PolicyPlace): readonly string[] =>
  regionsOf(place).map(
    (region) => `arn:${place.partition}:bedrock-agentcore:${region}:${place.account}:code-interpreter-custom/*`,
  );

/** The interpreter that AWS provides: its account is the word `aws`, not the caller's number. */
export const systemInterpreter = (place: PolicyPlace): readonly string[] =>
  regionsOf(place).map(
    (region) => `arn:${place.partition}:bedrock-agentcore:${region}:aws:code-interpreter/aws.codeinterpreter.v1`,
  );

/**
 * Reading interpreters and sessions. Resource types by action: service authorization reference of AgentCore, read in
 * November 2026. The listing of interpreters takes no resource, so the Region is all that can narrow it.
 */
export const readSandboxes = (place: PolicyPlace): readonly Statement[] => [
  {
    sid: "ListInterpreters",
    effect: "allow",
    actions: ["bedrock-agentcore:ListCodeInterpreters"],
    resources: ["*"],
    ...inRegions(place),
  },
  {
    sid: "ReadSessions",
    effect: "allow",
    actions: ["bedrock-agentcore:GetCodeInterpreterSession", "bedrock-agentcore:ListCodeInterpreterSessions"],
    resources: [...customInterpreters(place), ...systemInterpreter(place)],
  },
];

/**
 * A deny of everything that changes a session or an interpreter. It wins over whatever is attached to a role later: a role
 * with this reads, whoever edits it.
 */
export const neverAct: Statement = {
  sid: "NeverAct",
  effect: "deny",
  actions: [
    "bedrock-agentcore:CreateCodeInterpreter",
    "bedrock-agentcore:DeleteCodeInterpreter",
    "bedrock-agentcore:InvokeCodeInterpreter",
    "bedrock-agentcore:StartCodeInterpreterSession",
    "bedrock-agentcore:StopCodeInterpreterSession",
  ],
  resources: ["*"],
};
