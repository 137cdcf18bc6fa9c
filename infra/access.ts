import { customInterpreters, neverAct, readSandboxes } from "./access-sandboxes.ts";
import { readCalls, readUsage, type UsagePlaces, usualUsageGroups } from "./access-usage.ts";
import { inRegions, type PolicyPlace, type Statement } from "./statement.ts";

/**
 * What each of the product's parts may do. The stack turns it into the functions' roles, the documentation prints it, and a
 * test holds all three equal.
 */

/** What whoever runs the read-only verbs needs; docs/deploy.md says which statement is for which verb. */
export const readerStatements = (place: PolicyPlace): readonly Statement[] => [
  ...readSandboxes(place),
  readQuotas(place),
  {
    sid: "ReadInterpreters",
    effect: "allow",
    actions: ["bedrock-agentcore:GetCodeInterpreter"],
    resources: customInterpreters(place),
  },
  ...readUsage(place, { logGroups: [usualUsageGroups], buckets: [], trailBucket: null }),
  readCalls(place),
  {
    // Cost Explorer is asked in one Region, whatever the Region of the bill.
    sid: "ReadBill",
    effect: "allow",
    actions: ["ce:GetCostAndUsage"],
    resources: ["*"],
  },
];

/** What both functions write to. */
export interface FunctionResources {
  /** The Region that the monitor lives in: its metrics, events and state are there. */
  readonly homeRegion: string;
  readonly tableArn: string;
  readonly deadLetterArn: string;
  readonly logGroupArn: string;
}

export interface AccountsResources extends FunctionResources {
  readonly historyArn: string;
}

/** Everything that the scan's role may do. */
export const monitorStatements = (place: PolicyPlace, own: FunctionResources): readonly Statement[] => [
  ...readSandboxes(place),
  readQuotas(place),
  neverAct,
  keepState(own),
  {
    // PutMetricData takes no resource: the namespace is what narrows it.
    sid: "PublishMetrics",
    effect: "allow",
    actions: ["cloudwatch:PutMetricData"],
    resources: ["*"],
    conditions: [{ test: "StringEquals", variable: "cloudwatch:namespace", values: ["Sandmeter"] }],
  },
  ...tell(place, own),
];

/** Everything that the role of what keeps accounts may do. */
export const accountsStatements = (
  place: PolicyPlace,
  own: AccountsResources,
  usage: UsagePlaces,
): readonly Statement[] => [
  ...readSandboxes(place),
  ...readUsage(place, usage),
  neverAct,
  keepState(own),
  {
    // A file is replaced under a condition. Nothing is ever deleted.
    sid: "KeepHistory",
    effect: "allow",
    actions: ["s3:GetObject", "s3:ListBucket", "s3:PutObject"],
    resources: [own.historyArn, `${own.historyArn}/*`],
  },
  ...tell(place, own),
];

/** Service Quotas' reads take no resource. */
const readQuotas = (place: PolicyPlace): Statement => ({
  sid: "ReadQuotas",
  effect: "allow",
  actions: ["servicequotas:GetAWSDefaultServiceQuota", "servicequotas:GetServiceQuota"],
  resources: ["*"],
  ...inRegions(place),
});

export const keepState = (own: FunctionResources): Statement => ({
  sid: "KeepState",
  effect: "allow",
  actions: ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
  resources: [own.tableArn],
});

export const tell = (place: PolicyPlace, own: FunctionResources): readonly Statement[] => [
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
