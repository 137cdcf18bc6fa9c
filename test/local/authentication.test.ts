import { BedrockAgentCoreControlClient, ListCodeInterpretersCommand } from "@aws-sdk/client-bedrock-agentcore-control";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountOf, temporaryAccessKeyId } from "../../local/wire/account.ts";
import { basic, type RawRequest, rawRequest } from "./raw-request.ts";
import { type Emulated, emulated, startAt } from "./world-fixture.ts";

let aws: Emulated;
let wallNow: number;
const minute = 60_000;

beforeEach(async () => {
  wallNow = Date.UTC(2026, 10, 21);
  aws = await emulated({ wallNow: () => wallNow });
});
afterEach(() => aws.close());

const list = (more: Partial<RawRequest> = {}) =>
  rawRequest(aws.url, { method: "POST", path: "/code-interpreters", date: new Date(wallNow), ...more });

describe("the Authorization header", () => {
  it("lets a well-formed request in, whatever its signature", async () => {
    expect((await list()).status).toBe(200);
  });

  it("is required", async () => {
    const answer = await list({ without: ["authorization"] });
    expect([answer.status, answer.code]).toEqual([403, "MissingAuthenticationTokenException"]);
    expect(answer.json()["message"]).toBe("Missing Authentication Token");
  });

  const good = (date = "20261121"): Record<string, string> => ({
    algorithm: "AWS4-HMAC-SHA256",
    credential: `111122223333/${date}/us-east-1/bedrock-agentcore/aws4_request`,
    signed: "host;x-amz-date",
    signature: "0".repeat(64),
  });
  const header = (parts: Record<string, string>): string =>
    `${parts["algorithm"]} Credential=${parts["credential"]}, SignedHeaders=${parts["signed"]}, Signature=${parts["signature"]}`;

  it.each([
    { what: "another algorithm", authorization: "Bearer abc" },
    { what: "no credential", authorization: header(good()).replace("Credential=", "Other=") },
    { what: "no signed headers", authorization: header(good()).replace("SignedHeaders=", "Other=") },
    { what: "no signature", authorization: header(good()).replace("Signature=", "Other=") },
    { what: "a scope of four parts", authorization: header({ ...good(), credential: "1/20261121/us-east-1/x" }) },
    { what: "a signature that is too short", authorization: header({ ...good(), signature: "0".repeat(63) }) },
  ])("is incomplete with $what", async ({ authorization }) => {
    const answer = await list({ headers: { authorization } });
    expect([answer.status, answer.code]).toEqual([403, "IncompleteSignatureException"]);
  });

  it("is incomplete without X-Amz-Date, or with one that is no date", async () => {
    expect((await list({ without: ["x-amz-date"] })).code).toBe("IncompleteSignatureException");
    const broken = await list({ headers: { "x-amz-date": "20261121 noon" } });
    expect(broken.code).toBe("IncompleteSignatureException");
  });

  it.each([
    { what: "a scope of another day", parts: good("20261120") },
    { what: "a host that is not signed", parts: { ...good(), signed: "x-amz-date" } },
  ])("does not match with $what", async ({ parts }) => {
    const answer = await list({ headers: { authorization: header(parts) } });
    expect([answer.status, answer.code]).toEqual([403, "InvalidSignatureException"]);
  });

  it("must be scoped to the service that is called", async () => {
    const answer = await list({ service: "monitoring" });
    expect([answer.status, answer.code]).toEqual([403, "InvalidSignatureException"]);
    expect(answer.text).toContain("'bedrock-agentcore'");
  });
});

describe("the date of the signature", () => {
  it.each([
    { off: -5 * minute - 1000, status: 403 },
    { off: -5 * minute, status: 200 },
    { off: 5 * minute, status: 200 },
    { off: 5 * minute + 1000, status: 403 },
  ])("is judged by wall time: $off ms off is answered $status", async ({ off, status }) => {
    expect((await list({ date: new Date(wallNow + off) })).status).toBe(status);
  });

  it.each([
    { off: -5 * minute - 1000, status: 403 },
    { off: -5 * minute, status: 200 },
    { off: 5 * minute, status: 200 },
    { off: 5 * minute + 1000, status: 403 },
  ])("or by emulated time: $off ms off is answered $status", async ({ off, status }) => {
    expect((await list({ date: new Date(startAt + off) })).status).toBe(status);
  });

  it("says what AWS says for an expired one", async () => {
    const answer = await list({ date: new Date(startAt - 6 * minute) });
    expect(answer.code).toBe("InvalidSignatureException");
    expect(answer.json()["message"]).toContain(
      `Signature expired: ${basic(new Date(startAt - 6 * minute))} is now earlier than ${basic(new Date(startAt - 5 * minute))}`,
    );
  });

  it("accepts a client that learned the time before the clock jumped", async () => {
    expect((await list({ date: new Date(startAt) })).status).toBe(200);
    aws.advance(3600);
    expect((await list({ date: new Date(startAt) })).status).toBe(200);
    expect((await list({ date: new Date(startAt + 3_600_000) })).status).toBe(200);
    expect((await list({ date: new Date(startAt - 6 * minute) })).status).toBe(403);
  });

  it("accepts a client that learned the time of a clock that stands still", async () => {
    wallNow += 20 * minute;
    expect((await list({ date: new Date(startAt + 20 * minute) })).status).toBe(200);
  });
});

describe("accounts and Regions", () => {
  it("takes an access key of 12 digits for the account, and any other for the first one", () => {
    expect(accountOf("999988887777", aws.world)).toBe("999988887777");
    expect(accountOf("AKIAIOSFODNN7EXAMPLE", aws.world)).toBe("111122223333");
    expect(accountOf("99998888777", aws.world)).toBe("111122223333");
    expect(accountOf(temporaryAccessKeyId("999988887777", "AAAA"), aws.world)).toBe("999988887777");
  });

  it.each(["eu-south-1", "xx-nowhere-1", "us-gov-west-1"])(
    "refuses a token for %s, which is not enabled",
    async (region) => {
      const answer = await list({ region });
      expect([answer.status, answer.code]).toEqual([403, "UnrecognizedClientException"]);
      expect(answer.json()["message"]).toBe("The security token included in the request is invalid.");
    },
  );
});

describe("an SDK client", () => {
  it("keeps its clock although emulated time is far off, so that no error is retried as a clock error", async () => {
    const own = await emulated();
    const client = new BedrockAgentCoreControlClient({
      endpoint: own.url,
      region: "us-east-1",
      credentials: { accessKeyId: "111122223333", secretAccessKey: "any" },
    });
    await client.send(new ListCodeInterpretersCommand({}));
    await expect(client.send(new ListCodeInterpretersCommand({ maxResults: 0 }))).rejects.toThrow("maxResults");
    expect((await own.local("GET", "calls")).body["total"]).toBe(2);
    client.destroy();
    await own.close();
  });
});

describe("what does not exist", () => {
  it.each([
    { what: "an unknown path", request: { method: "GET", path: "/nothing" }, status: 404 },
    { what: "an unknown method", request: { method: "DELETE", path: "/code-interpreters" }, status: 404 },
    {
      what: "an unknown target",
      request: { method: "POST", path: "/", headers: { "x-amz-target": "GraniteServiceVersion20100801.Nothing" } },
      status: 400,
    },
  ])("answers UnknownOperationException for $what", async ({ request, status }) => {
    const answer = await rawRequest(aws.url, { ...request, date: new Date(wallNow) });
    expect([answer.status, answer.code]).toEqual([status, "UnknownOperationException"]);
  });

  it("answers InvalidAction in XML for an unknown query action", async () => {
    const answer = await rawRequest(aws.url, {
      method: "POST",
      path: "/",
      body: "Action=Nothing&Version=2011-06-15",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      service: "sts",
      date: new Date(wallNow),
    });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("<Code>InvalidAction</Code>");
  });
});
