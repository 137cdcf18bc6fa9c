const prefixOf: Readonly<Record<string, string>> = {
  GetServiceQuota: "servicequotas",
  GetAWSDefaultServiceQuota: "servicequotas",
  GetCallerIdentity: "sts",
  PutMetricData: "cloudwatch",
  PutDashboard: "cloudwatch",
  GetDashboard: "cloudwatch",
  PutEvents: "events",
  GetMetricData: "cloudwatch",
  ListMetrics: "cloudwatch",
  FilterLogEvents: "logs",
  DescribeLogGroups: "logs",
  DescribeDeliveries: "logs",
  DescribeDeliverySources: "logs",
  DescribeDeliveryDestinations: "logs",
  StartQuery: "logs",
  GetQueryResults: "logs",
  StopQuery: "logs",
  GetCostAndUsage: "ce",
  GetParameter: "ssm",
  PutParameter: "ssm",
  GetObject: "s3",
  HeadObject: "s3",
  PutObject: "s3",
  ListObjectsV2: "s3",
};

/** Where the action is not called as the operation is. */
const actionOf: Readonly<Record<string, string>> = { ListObjectsV2: "ListBucket", HeadObject: "GetObject" };

/** The IAM action that an operation needs. All others that are called here are AgentCore's. */
export const iamActionOf = (operation: string): string =>
  `${prefixOf[operation] ?? "bedrock-agentcore"}:${actionOf[operation] ?? operation}`;
