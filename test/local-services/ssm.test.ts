import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { beforeAll, describe, expect, it } from "vitest";
import { ACCOUNT, clientOptions, REGION, refusalOf, START, type TestAws, testAws } from "./local-aws.ts";

let aws: TestAws;
let ssm: SSMClient;
const to = (account: string, region: string): SSMClient =>
  new SSMClient({ endpoint: aws.url, ...clientOptions(account, region) });

beforeAll(async () => {
  aws = await testAws();
  ssm = to(ACCOUNT, REGION);
});

const put = (Name: string, Value: string, more: object = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: "String", ...more }));
const get = (Name: string, more: object = {}) => ssm.send(new GetParameterCommand({ Name, ...more }));

describe("a parameter", () => {
  it("is read as it was put, with its version and date", async () => {
    expect(await put("/app/switch", "armed")).toMatchObject({ Version: 1, Tier: "Standard" });
    expect((await get("/app/switch")).Parameter).toEqual({
      Name: "/app/switch",
      Type: "String",
      Value: "armed",
      Version: 1,
      LastModifiedDate: new Date(START),
      ARN: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/app/switch`,
      DataType: "text",
    });
  });

  it("is changed only where overwriting is asked for, and keeps its type and its versions", async () => {
    await put("/app/changing", "one");
    expect(await refusalOf(put("/app/changing", "two"))).toMatchObject({ name: "ParameterAlreadyExists", status: 400 });
    const typeless = new PutParameterCommand({ Name: "/app/changing", Value: "two", Overwrite: true });
    expect(await ssm.send(typeless)).toMatchObject({ Version: 2 });
    expect((await get("/app/changing")).Parameter).toMatchObject({ Value: "two", Type: "String", Version: 2 });
    expect((await get("/app/changing:1")).Parameter).toMatchObject({ Value: "one", Selector: ":1" });
    expect((await refusalOf(get("/app/changing:3"))).name).toBe("ParameterVersionNotFound");
    const retyped = put("/app/changing", "x", { Type: "SecureString", Overwrite: true });
    expect((await refusalOf(retyped)).name).toBe("HierarchyTypeMismatchException");
  });

  it("can be asked for by its ARN, of this place alone", async () => {
    await put("plain", "1");
    expect((await get(`arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/plain`)).Parameter?.Value).toBe("1");
    const foreign = get(`arn:aws:ssm:${REGION}:444455556666:parameter/plain`);
    expect((await refusalOf(foreign)).name).toBe("ParameterNotFound");
  });

  it("belongs to one account and Region", async () => {
    await put("/app/here", "1");
    for (const [account, region] of [
      ["444455556666", REGION],
      [ACCOUNT, "eu-west-1"],
    ] as const) {
      const elsewhere = to(account, region).send(new GetParameterCommand({ Name: "/app/here" }));
      expect(await refusalOf(elsewhere)).toMatchObject({ name: "ParameterNotFound", status: 400 });
    }
  });

  it("comes back sealed where it is secure and nobody asks for its plain text", async () => {
    await put("/app/secret", "s3cret", { Type: "SecureString" });
    expect((await get("/app/secret")).Parameter?.Value).not.toBe("s3cret");
    expect((await get("/app/secret", { WithDecryption: true })).Parameter?.Value).toBe("s3cret");
  });

  it("holds as many characters as its tier allows", async () => {
    await put("/app/full", "x".repeat(4096));
    expect((await refusalOf(put("/app/over", "x".repeat(4097)))).message).toContain("4096 characters");
    await put("/app/large", "x".repeat(8192), { Tier: "Advanced" });
    expect(await put("/app/own", "x".repeat(4097), { Tier: "Intelligent-Tiering" })).toMatchObject({
      Tier: "Advanced",
    });
    expect((await refusalOf(put("/app/over", "x".repeat(8193), { Tier: "Advanced" }))).name).toBe(
      "ValidationException",
    );
  });
});

describe("a parameter is refused", () => {
  it.each([
    ["without a type", "/app/new", { Type: undefined }, "ValidationException"],
    ["with a name of AWS's", "/aws/x", {}, "ValidationException"],
    ["with a name of Systems Manager's", "ssmthing", {}, "ValidationException"],
    ["with a path that does not begin at its root", "app/x", {}, "ValidationException"],
    ["with other characters", "/app/a b", {}, "ValidationException"],
    ["of an unknown type", "/app/x", { Type: "Number" }, "ValidationException"],
    ["beyond 15 levels", "/a".repeat(16), {}, "HierarchyLevelLimitExceededException"],
    ["that its pattern does not allow", "/app/x", { AllowedPattern: "^[0-9]+$" }, "ParameterPatternMismatchException"],
    ["with a pattern that is none", "/app/x", { AllowedPattern: "(" }, "InvalidAllowedPatternException"],
    [
      "with tags while it overwrites",
      "/app/x",
      { Overwrite: true, Tags: [{ Key: "a", Value: "b" }] },
      "ValidationException",
    ],
  ])("%s", async (_, name, more, error) => {
    expect(await refusalOf(put(name, "value", more))).toMatchObject({ name: error, status: 400 });
  });

  it("where it was never put", async () => {
    expect(await refusalOf(get("/app/absent"))).toMatchObject({ name: "ParameterNotFound", status: 400 });
  });
});
