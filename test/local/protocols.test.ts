import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Fault, type ServiceDefinition } from "../../local/service.ts";
import { list, string, structure } from "../../local/validate.ts";
import { rawRequest } from "./raw-request.ts";
import { type Emulated, emulated } from "./world-fixture.ts";

const errors: ServiceDefinition["errors"] = {
  invalid: (problems) => new Fault("Invalid", 400, problems.map((problem) => problem.message).join("; ")),
  throttled: () => new Fault("Throttled", 400, "slower"),
};
const shape = structure({ Name: string({ max: 5 }) }, { NextToken: string() });
const echo = {
  input: shape,
  handle: ({ input }: { input: Readonly<Record<string, unknown>> }) => ({
    body: { Name: input["Name"], Items: ["<a>", "b&c"], Nothing: null, Inner: { Deep: 1 } },
  }),
};
const broken = {
  input: structure({}, { Items: list(string()) }),
  handle: (): never => {
    throw new TypeError("a defect");
  },
};
const refusing = {
  input: structure({}),
  handle: (): never => {
    throw new Fault("Refused", 409, "no <way>", { Detail: 1 }, { "x-extra": "yes" });
  },
};
const operations = { Echo: echo, Broken: broken, Refusing: refusing };

const json: ServiceDefinition = {
  protocol: "aws-json",
  name: "things",
  signingName: "things",
  targetPrefix: "Things",
  version: "1.1",
  errors,
  operations,
};
const query: ServiceDefinition = {
  protocol: "aws-query",
  name: "forms",
  signingName: "forms",
  apiVersion: "2011-01-01",
  xmlNamespace: "https://forms.example/",
  errors,
  operations,
};

let aws: Emulated;
beforeAll(async () => {
  aws = await emulated({ services: [json, query] });
});
afterAll(() => aws.close());

const sendJson = (operation: string, body: string, path = "/") =>
  rawRequest(aws.url, {
    method: "POST",
    path,
    body,
    service: "things",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `Things.${operation}` },
  });
const sendForm = (body: string) =>
  rawRequest(aws.url, {
    method: "POST",
    path: "/",
    body,
    service: "forms",
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
  });

describe("aws-json", () => {
  it("answers in the version of its service", async () => {
    const answer = await sendJson("Echo", '{"Name":"x"}');
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/x-amz-json-1.1");
    expect(answer.json()).toMatchObject({ Name: "x", Items: ["<a>", "b&c"] });
  });

  it("names an error in the body and in a header, with its own members and headers", async () => {
    const answer = await sendJson("Refusing", "{}");
    expect([answer.status, answer.code, answer.headers.get("x-extra")]).toEqual([409, "Refused", "yes"]);
    expect(answer.json()).toEqual({ __type: "Refused", message: "no <way>", Detail: 1 });
  });

  it("lets the service word what is invalid", async () => {
    expect((await sendJson("Echo", "{}")).json()["__type"]).toBe("Invalid");
    expect((await sendJson("Echo", '{"Name":"toolong"}')).json()["__type"]).toBe("Invalid");
  });

  it.each(["{", "[]", "null", "1"])("answers SerializationException for the body %s", async (body) => {
    const answer = await sendJson("Echo", body);
    expect([answer.status, answer.code]).toEqual([400, "SerializationException"]);
  });

  it("takes an empty body for an empty structure", async () => {
    expect((await sendJson("Refusing", "")).code).toBe("Refused");
  });

  it("knows no operation beneath another path", async () => {
    expect((await sendJson("Echo", "{}", "/things")).code).toBe("UnknownOperationException");
  });

  it("answers a defect of its own with 500 and the reason, and counts it as refused", async () => {
    const answer = await sendJson("Broken", "{}");
    expect([answer.status, answer.code]).toEqual([500, "InternalFailure"]);
    expect(answer.json()["message"]).toContain("a defect");
    const { counts } = (await aws.local("GET", "calls")).body as { counts: { operation: string; refused: number }[] };
    expect(counts.find(({ operation }) => operation === "Broken")?.refused).toBe(1);
  });
});

describe("aws-query", () => {
  it("reads a form and answers XML, with other people's text escaped", async () => {
    const answer = await sendForm("Action=Echo&Version=2011-01-01&Name=a%3Cb");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/xml");
    expect(answer.text).toMatch(
      /^<EchoResponse xmlns="https:\/\/forms\.example\/"><EchoResult><Name>a&lt;b<\/Name><Items><member>&lt;a&gt;<\/member><member>b&amp;c<\/member><\/Items><Inner><Deep>1<\/Deep><\/Inner><\/EchoResult><ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata><\/EchoResponse>$/,
    );
  });

  it("answers an error in XML", async () => {
    const answer = await sendForm("Action=Refusing&Version=2011-01-01");
    expect(answer.status).toBe(409);
    expect(answer.text).toMatch(
      /^<ErrorResponse><Error><Type>Sender<\/Type><Code>Refused<\/Code><Message>no &lt;way&gt;<\/Message><\/Error><RequestId>[0-9a-f-]{36}<\/RequestId><\/ErrorResponse>$/,
    );
    expect((await sendForm("Action=Broken&Version=2011-01-01")).text).toContain("<Type>Receiver</Type>");
  });

  it("knows an operation in its own version only", async () => {
    expect((await sendForm("Action=Echo&Version=2010-01-01&Name=x")).text).toContain("<Code>InvalidAction</Code>");
  });
});
