import { type PolicyInput, policyJson } from "./policy-json.ts";

/** What AWS would say of a resource once it exists, as far as this stack asks. */
export function stateOf(resource: NewResource, region: string, account: string): { id: string; state: Json } {
  const { type, inputs } = resource;
  const physical = String(inputs["name"] ?? inputs["bucket"] ?? inputs["dashboardName"] ?? resource.name);
  const id =
    type === "aws:sqs/queue:Queue"
      ? `https://sqs.${region}.amazonaws.com/${account}/${physical}`
      : resource.id || physical;
  const arn = arnOf[type]?.(physical, region, account) ?? `arn:aws:mock:${region}:${account}:${type}/${physical}`;
  return {
    id,
    state: { ...inputs, ...(resource.custom && { name: physical, arn }), ...extraOf[type]?.(id, arn) },
  };
}

/** The answer to a question that a stack asks of AWS while it is deployed. */
export function answerTo(token: string, inputs: Json, region: string, account: string): Json {
  switch (token) {
    case "aws:index/getRegion:getRegion":
      return { id: region, region, name: region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
    case "aws:index/getPartition:getPartition":
      return { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { id: account, accountId: account, arn: `arn:aws:iam::${account}:root`, userId: "AIDAEXAMPLE" };
    case "aws:iam/getPolicyDocument:getPolicyDocument": {
      const policy = inputs as PolicyInput;
      const json = policyJson(policy);
      // The real provider leaves `statements` out where there are none, and SST relies on it.
      return {
        ...((policy.statements?.length ?? 0) > 0 && { statements: policy.statements }),
        id: "policy",
        json,
        minifiedJson: json,
      };
    }
    default:
      throw new Error(`the stack asks AWS for ${token}, which the test's AWS cannot answer yet`);
  }
}

export type Json = Readonly<Record<string, unknown>>;

export interface NewResource {
  readonly type: string;
  readonly name: string;
  readonly id?: string;
  readonly custom: boolean;
  readonly inputs: Json;
}

const arnOf: Readonly<Record<string, (name: string, region: string, account: string) => string>> = {
  "aws:sqs/queue:Queue": (name, region, account) => `arn:aws:sqs:${region}:${account}:${name}`,
  "aws:sns/topic:Topic": (name, region, account) => `arn:aws:sns:${region}:${account}:${name}`,
  "aws:lambda/function:Function": (name, region, account) => `arn:aws:lambda:${region}:${account}:function:${name}`,
  "aws:dynamodb/table:Table": (name, region, account) => `arn:aws:dynamodb:${region}:${account}:table/${name}`,
  "aws:s3/bucket:Bucket": (name) => `arn:aws:s3:::${name}`,
  "aws:iam/role:Role": (name, _region, account) => `arn:aws:iam::${account}:role/${name}`,
  "aws:cloudwatch/logGroup:LogGroup": (name, region, account) => `arn:aws:logs:${region}:${account}:log-group:${name}`,
};

const extraOf: Readonly<Record<string, (id: string, arn: string) => Json>> = {
  "aws:sqs/queue:Queue": (id) => ({ url: id }),
  "aws:lambda/function:Function": (_id, arn) => ({
    qualifiedArn: `${arn}:1`,
    version: "1",
    lastModified: "1970-01-01T00:00:00Z",
  }),
  "random:index/randomBytes:RandomBytes": () => ({ base64: `${"A".repeat(43)}=`, hex: "00".repeat(32) }),
};
