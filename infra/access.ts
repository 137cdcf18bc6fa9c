/**
 * What the monitor may do, as data: exact actions on exact resources. The stack turns it into the function's role, the
 * documentation prints it, and a test holds all three equal.
 */
export interface Statement {
  readonly sid: string;
  readonly effect: "allow" | "deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: readonly {
    readonly test: "StringEquals";
    readonly variable: string;
    readonly values: readonly string[];
  }[];
}

/** Where a policy applies. */
export interface PolicyPlace {
  readonly partition: string;
  /** Twelve digits, or `*` in a policy that is printed for any account. */
  readonly account: string;
  /** The Regions that are scanned; `all` leaves the Region open. */
  readonly regions: readonly string[] | "all";
}

/** Everything that changes a session or an interpreter. The monitor has no use for any of it. */
const actionsThatAct: readonly string[] = [
  "bedrock-agentcore:CreateCodeInterpreter",
  "bedrock-agentcore:DeleteCodeInterpreter",
  "bedrock-agentcore:InvokeCodeInterpreter",
  "bedrock-agentcore:StartCodeInterpreterSession",
  "bedrock-agentcore:StopCodeInterpreterSession",
];

interface Resources {
  /** The account's own interpreters. */
  readonly custom: readonly string[];
  /** The interpreter that AWS provides: its account is the word `aws`, not the caller's number. */
  readonly system: readonly string[];
}

function interpretersIn({ partition, account, ...place }: PolicyPlace): Resources {
  const regions = place.regions === "all" ? ["*"] : place.regions;
  return {
    custom: regions.map(
      (region) => `arn:${partition}:bedrock-agentcore:${region}:${account}:code-interpreter-custom/*`,
    ),
    system: regions.map(
      (region) => `arn:${partition}:bedrock-agentcore:${region}:aws:code-interpreter/aws.codeinterpreter.v1`,
    ),
  };
}

/** What whoever runs `sandmeter scan` needs: a pass, and the look-up of interpreters for `--interpreters`. */
export const readerStatements = (place: PolicyPlace): readonly Statement[] => [
  ...passStatements(place),
  {
    sid: "ReadInterpreters",
    effect: "allow",
    actions: ["bedrock-agentcore:GetCodeInterpreter"],
    resources: interpretersIn(place).custom,
  },
];

/**
 * What one read-only pass needs, and no more.
 * Resource types by action: service authorization reference of AgentCore, read in November 2026. Service Quotas' reads
 * take no resource, and neither does the listing of interpreters, so the Region is all that can narrow them.
 */
function passStatements(place: PolicyPlace): readonly Statement[] {
  const { custom, system } = interpretersIn(place);
  const inRegions =
    place.regions === "all"
      ? {}
      : { conditions: [{ test: "StringEquals" as const, variable: "aws:RequestedRegion", values: place.regions }] };
  return [
    {
      sid: "ListInterpreters",
      effect: "allow",
      actions: ["bedrock-agentcore:ListCodeInterpreters"],
      resources: ["*"],
      ...inRegions,
    },
    {
      sid: "ReadSessions",
      effect: "allow",
      actions: ["bedrock-agentcore:GetCodeInterpreterSession", "bedrock-agentcore:ListCodeInterpreterSessions"],
      resources: [...custom, ...system],
    },
    {
      sid: "ReadQuotas",
      effect: "allow",
      actions: ["servicequotas:GetAWSDefaultServiceQuota", "servicequotas:GetServiceQuota"],
      resources: ["*"],
      ...inRegions,
    },
  ];
}

/** What the scheduled pass writes to. */
export interface MonitorResources {
  /** The Region that the monitor lives in: its metrics, events and state are there. */
  readonly homeRegion: string;
  readonly tableArn: string;
  readonly deadLetterArn: string;
  readonly logGroupArn: string;
}

/** Everything that the scan's role may do. */
export function monitorStatements(place: PolicyPlace, own: MonitorResources): readonly Statement[] {
  return [
    ...passStatements(place),
    {
      // A deny wins over whatever is attached to the role later: this role reads, whoever edits it.
      sid: "NeverAct",
      effect: "deny",
      actions: actionsThatAct,
      resources: ["*"],
    },
    {
      sid: "KeepState",
      effect: "allow",
      actions: ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
      resources: [own.tableArn],
    },
    {
      // PutMetricData takes no resource: the namespace is what narrows it.
      sid: "PublishMetrics",
      effect: "allow",
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      conditions: [{ test: "StringEquals", variable: "cloudwatch:namespace", values: ["Sandmeter"] }],
    },
    {
      sid: "SendEvents",
      effect: "allow",
      actions: ["events:PutEvents"],
      resources: [`arn:${place.partition}:events:${own.homeRegion}:${place.account}:event-bus/default`],
      conditions: [{ test: "StringEquals", variable: "events:source", values: ["sandmeter"] }],
    },
    {
      sid: "KeepFailures",
      effect: "allow",
      actions: ["sqs:SendMessage"],
      resources: [own.deadLetterArn],
    },
    {
      sid: "WriteLogs",
      effect: "allow",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [`${own.logGroupArn}:*`],
    },
  ];
}

/** The JSON of an IAM policy. */
export function policyDocument(statements: readonly Statement[]): Readonly<Record<string, unknown>> {
  return {
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({
      Sid: statement.sid,
      Effect: statement.effect === "allow" ? "Allow" : "Deny",
      Action: statement.actions,
      Resource: statement.resources,
      ...(statement.conditions !== undefined && {
        Condition: Object.fromEntries(
          statement.conditions.map((condition) => [condition.test, { [condition.variable]: condition.values }]),
        ),
      }),
    })),
  };
}
