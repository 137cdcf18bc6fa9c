const prefixOf: Readonly<Record<string, string>> = {
  GetServiceQuota: "servicequotas",
  GetAWSDefaultServiceQuota: "servicequotas",
  GetCallerIdentity: "sts",
  PutMetricData: "cloudwatch",
  PutDashboard: "cloudwatch",
  GetDashboard: "cloudwatch",
  PutEvents: "events",
};

/** The IAM action that an operation needs. All others that are called here are AgentCore's. */
export const iamActionOf = (operation: string): string => `${prefixOf[operation] ?? "bedrock-agentcore"}:${operation}`;
