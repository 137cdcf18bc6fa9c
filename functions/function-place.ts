import { type AccountId, accountId } from "../core/kernel/ids.ts";

export interface FunctionPlace {
  readonly account: AccountId;
  /** For example `aws` or `aws-us-gov`. */
  readonly partition: string;
}

/** Where a function runs, from its own ARN: that spares the call to STS which the command line needs. */
export function functionPlace(invokedFunctionArn: string): FunctionPlace {
  const match = /^arn:([^:]+):lambda:[^:]+:(\d{12}):/.exec(invokedFunctionArn);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new TypeError(`not the ARN of a Lambda function: ${invokedFunctionArn}`);
  }
  return { partition: match[1], account: accountId(match[2]) };
}
