/** One statement of a policy, as data: exact actions on exact resources. */
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

/** `*` where the Region is open. */
export const regionsOf = ({ regions }: PolicyPlace): readonly string[] => (regions === "all" ? ["*"] : regions);

/** What narrows an action that takes no resource: the Region alone. */
export const inRegions = ({ regions }: PolicyPlace): Pick<Statement, "conditions"> =>
  regions === "all"
    ? {}
    : { conditions: [{ test: "StringEquals" as const, variable: "aws:RequestedRegion", values: regions }] };

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
