/** The JSON that aws.iam.getPolicyDocument makes of its input. */
export function policyJson(input: PolicyInput): string {
  return JSON.stringify({
    Version: input.version ?? "2012-10-17",
    Statement: (input.statements ?? []).map((statement) => ({
      ...(statement.sid !== undefined && { Sid: statement.sid }),
      Effect: statement.effect ?? "Allow",
      Action: statement.actions,
      ...(statement.resources !== undefined && { Resource: statement.resources }),
      ...(statement.principals !== undefined && {
        Principal: Object.fromEntries(statement.principals.map((item) => [item.type, item.identifiers])),
      }),
      ...(statement.conditions !== undefined && {
        Condition: Object.fromEntries(
          statement.conditions.map((item) => [item.test, { [item.variable]: item.values }]),
        ),
      }),
    })),
  });
}

export interface PolicyInput {
  readonly version?: string;
  readonly statements?: readonly {
    readonly sid?: string;
    readonly effect?: string;
    readonly actions: readonly string[];
    readonly resources?: readonly string[];
    readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
    readonly conditions?: readonly {
      readonly test: string;
      readonly variable: string;
      readonly values: readonly string[];
    }[];
  }[];
}
