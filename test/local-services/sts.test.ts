import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { clientOptions, testAws } from "./local-aws.ts";

const aws = await testAws({ optedInRegions: ["us-gov-west-1"] });

const identity = (account: string, region: string) =>
  new STSClient({ endpoint: aws.url, ...clientOptions(account, region) }).send(new GetCallerIdentityCommand({}));

describe("GetCallerIdentity", () => {
  it.each([
    ["444455556666", "eu-west-1", "arn:aws:iam::444455556666:user/local"],
    ["111122223333", "us-gov-west-1", "arn:aws-us-gov:iam::111122223333:user/local"],
  ])("says that %s in %s is %s", async (account, region, arn) => {
    expect(await identity(account, region)).toMatchObject({ Account: account, Arn: arn });
  });

  it("knows a key that is no account as the first account's", async () => {
    expect((await identity("AKIAEXAMPLE", "us-east-1")).Account).toBe("111122223333");
  });
});
