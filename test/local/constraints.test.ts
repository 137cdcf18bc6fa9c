import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawRequest } from "./raw-request.ts";
import { type Emulated, emulated, putSession, system } from "./world-fixture.ts";

let aws: Emulated;

beforeAll(async () => {
  aws = await emulated();
  putSession(aws.place, { id: "S" });
});
afterAll(() => aws.close());

const base = `/code-interpreters/${system}`;
const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  rawRequest(aws.url, {
    method,
    path,
    headers,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });

const list = (body: unknown) => send("POST", `${base}/sessions/list`, body);
const start = (body: unknown) => send("PUT", `${base}/sessions/start`, body);
const create = (body: object) =>
  send("PUT", "/code-interpreters", { name: "tool", networkConfiguration: { networkMode: "PUBLIC" }, ...body });
const invoke = (body: unknown) =>
  send("POST", `${base}/tools/invoke`, body, { "x-amzn-code-interpreter-session-id": "S" });

const vpc = (securityGroups: unknown, subnets: unknown) => ({
  networkConfiguration: { networkMode: "VPC", vpcConfig: { securityGroups, subnets } },
});
const efs = (mountPath: string) => ({
  filesystemConfigurations: [
    {
      efsConfiguration: {
        accessPointArn: "arn:aws:elasticfilesystem:us-east-1:111122223333:access-point/fsap-0123abcd",
        fileSystemArn: "arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-0123abcd",
        mountPath,
      },
    },
  ],
});

describe("a value out of bounds is refused with its field", () => {
  it.each([
    { request: () => list({ maxResults: 0 }), field: "maxResults" },
    { request: () => list({ maxResults: 101 }), field: "maxResults" },
    { request: () => list({ nextToken: "" }), field: "nextToken" },
    { request: () => list({ nextToken: "a b" }), field: "nextToken" },
    { request: () => list({ nextToken: "a".repeat(2049) }), field: "nextToken" },
    { request: () => list({ status: "ACTIVE" }), field: "status" },
    { request: () => start({ name: "" }), field: "name" },
    { request: () => start({ name: "n".repeat(101) }), field: "name" },
    { request: () => start({ sessionTimeoutSeconds: 0 }), field: "sessionTimeoutSeconds" },
    { request: () => start({ sessionTimeoutSeconds: 28_801 }), field: "sessionTimeoutSeconds" },
    { request: () => start({ clientToken: "a".repeat(32) }), field: "clientToken" },
    { request: () => start({ clientToken: "a".repeat(257) }), field: "clientToken" },
    { request: () => start({ clientToken: `-${"a".repeat(40)}` }), field: "clientToken" },
    { request: () => start({ certificates: [] }), field: "certificates" },
    { request: () => start({ certificates: [{}] }), field: "certificates.1.member.location" },
    { request: () => start({ filesystemConfigurations: Array(11).fill({}) }), field: "filesystemConfigurations" },
    {
      request: () => start(efs("/tmp/x")),
      field: "filesystemConfigurations.1.member.efsConfiguration.mountPath",
    },
    { request: () => send("GET", `${base}/sessions/get`), field: "sessionId" },
    { request: () => send("GET", `${base}/sessions/get?sessionId=a-b`), field: "sessionId" },
    { request: () => send("GET", `${base}/sessions/get?sessionId=${"a".repeat(41)}`), field: "sessionId" },
    { request: () => send("PUT", `${base}/sessions/stop`, {}), field: "sessionId" },
    { request: () => send("PUT", `${base}/sessions/stop?sessionId=S`, { clientToken: "short" }), field: "clientToken" },
    { request: () => send("POST", "/code-interpreters?maxResults=101"), field: "maxResults" },
    { request: () => send("POST", "/code-interpreters?type=BOTH"), field: "type" },
    { request: () => send("GET", "/code-interpreters/no_hyphen"), field: "codeInterpreterId" },
    { request: () => send("DELETE", "/code-interpreters/x-short"), field: "codeInterpreterId" },
    { request: () => send("PUT", "/code-interpreters", {}), field: "name" },
    { request: () => create({ name: "1tool" }), field: "name" },
    { request: () => create({ name: "n".repeat(49) }), field: "name" },
    { request: () => create({ description: "" }), field: "description" },
    { request: () => create({ executionRoleArn: "arn:aws:iam::1:role/x" }), field: "executionRoleArn" },
    { request: () => create({ networkConfiguration: {} }), field: "networkConfiguration.networkMode" },
    {
      request: () => create({ networkConfiguration: { networkMode: "OPEN" } }),
      field: "networkConfiguration.networkMode",
    },
    { request: () => create(vpc([], ["subnet-12345678"])), field: "networkConfiguration.vpcConfig.securityGroups" },
    {
      request: () => create(vpc(["sg-12345678"], ["subnet-1"])),
      field: "networkConfiguration.vpcConfig.subnets.1.member",
    },
    { request: () => create({ tags: { "a*": "b" } }), field: "tags.a*" },
    { request: () => invoke({ name: "runCode" }), field: "name" },
    { request: () => invoke({}), field: "name" },
    { request: () => invoke({ name: "executeCode", arguments: { language: "perl" } }), field: "arguments.language" },
    {
      request: () => invoke({ name: "writeFiles", arguments: { content: [{ text: "x" }] } }),
      field: "arguments.content.1.member.path",
    },
  ])("$field", async ({ request, field }) => {
    const answer = await request();
    expect([answer.status, answer.code]).toEqual([400, "ValidationException"]);
    const body = answer.json();
    expect(body["reason"]).toBe("FieldValidationFailed");
    expect((body["fieldList"] as { name: string }[]).map(({ name }) => name)).toContain(field);
  });
});

describe("a value at its bound is accepted", () => {
  it.each([
    () => list({ maxResults: 1 }),
    () => list({ maxResults: 100 }),
    () => list({ status: null }),
    () => list(undefined),
    () => list({ unknownMember: true }),
    () => start({ name: "n".repeat(100), sessionTimeoutSeconds: 28_800, clientToken: "a".repeat(33) }),
    () => start({ sessionTimeoutSeconds: 1, clientToken: "a-".repeat(127) + "ab" }),
    () => start(efs("/mnt/data")),
    () => send("GET", `${base}/sessions/get?sessionId=S`),
    () => send("GET", "/code-interpreters/aws%2Ecodeinterpreter%2Ev1"),
    () => create({ name: "n".repeat(48), description: "d".repeat(4096), tags: { a: "" } }),
  ])("request %#", async (request) => {
    expect((await request()).status).toBeLessThan(300);
  });
});

describe("a body that cannot be read", () => {
  it.each([
    { what: "no JSON", body: "{" },
    { what: "a list", body: "[]" },
    { what: "a number where text belongs", body: '{"nextToken":1}' },
    { what: "text where a number belongs", body: '{"maxResults":"10"}' },
    { what: "null", body: "null" },
  ])("is answered CannotParse: $what", async ({ body }) => {
    const answer = await list(body);
    expect([answer.status, answer.code, answer.json()["reason"]]).toEqual([400, "ValidationException", "CannotParse"]);
  });

  it("names every field that is wrong", async () => {
    const { fieldList } = (await start({ name: "", sessionTimeoutSeconds: 0 })).json() as {
      fieldList: { name: string }[];
    };
    expect(fieldList.map(({ name }) => name)).toEqual(["name", "sessionTimeoutSeconds"]);
  });
});

describe("compressed bodies", () => {
  it("are read", async () => {
    const answer = await rawRequest(aws.url, {
      method: "POST",
      path: `${base}/sessions/list`,
      body: gzipSync('{"maxResults":101}'),
      headers: { "content-encoding": "gzip" },
    });
    expect(answer.json()["fieldList"]).toMatchObject([{ name: "maxResults" }]);
  });

  it.each([
    { encoding: "gzip", body: "no gzip", status: 400 },
    { encoding: "br", body: "{}", status: 415 },
  ])("in $encoding that cannot be read are answered $status", async ({ encoding, body, status }) => {
    const answer = await rawRequest(aws.url, {
      method: "POST",
      path: `${base}/sessions/list`,
      body,
      headers: { "content-encoding": encoding },
    });
    expect(answer.status).toBe(status);
  });

  it("that would fill the memory are refused", async () => {
    const answer = await rawRequest(aws.url, {
      method: "POST",
      path: `${base}/sessions/list`,
      body: gzipSync(Buffer.alloc(150_000_000)),
      headers: { "content-encoding": "gzip" },
    });
    expect([answer.status, answer.code]).toEqual([413, "RequestEntityTooLargeException"]);
  });
});

describe("a body beyond the largest payload", () => {
  it("is answered 413", async () => {
    const answer = await send("POST", `${base}/tools/invoke`, "x".repeat(140_000_001));
    expect([answer.status, answer.code]).toEqual([413, "RequestEntityTooLargeException"]);
  });
});

describe("headers of every answer", () => {
  it("carry a request id and the emulated time", async () => {
    const answer = await list({});
    expect(answer.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get("date")).toBe(new Date(aws.world.clock.now()).toUTCString());
  });
});
