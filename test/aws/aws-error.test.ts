import { describe, expect, it } from "vitest";
import { AwsError, awsErrorOf, problemOf } from "../../adapters/aws/aws-error.ts";

const call = { operation: "ListCodeInterpreterSessions", region: "eu-west-1", subject: "interpreter x" };
const named = (name: string, status?: number) =>
  Object.assign(new Error("said"), { name, $metadata: { httpStatusCode: status, attempts: 5 } });
const withCode = (code: string) => Object.assign(new Error("said"), { code });

describe("an SDK error becomes one of our codes", () => {
  it.each([
    [named("ThrottlingException", 429), "Throttled", true],
    [named("TooManyRequestsException", 400), "Throttled", true],
    [named("Unknown", 429), "Throttled", true],
    [named("AccessDeniedException", 403), "AccessDenied", false],
    [named("Unknown", 403), "AccessDenied", false],
    [named("ResourceNotFoundException", 404), "NotFound", false],
    [named("Unknown", 404), "NotFound", false],
    [named("NoSuchResourceException", 400), "NotFound", false],
    [named("InternalServerException", 500), "ServiceError", true],
    [
      Object.assign(new SyntaxError("Unexpected token '<'"), { $metadata: { httpStatusCode: 503 } }),
      "ServiceError",
      true,
    ],
    [
      Object.assign(new SyntaxError("Unexpected token '<'"), { $metadata: { httpStatusCode: 200 } }),
      "BadAnswer",
      false,
    ],
    [new TypeError("RFC-3339 date-times must be expressed as strings"), "BadAnswer", false],
    [named("ServiceQuotaExceededException", 402), "ServiceQuotaExceeded", false],
    [named("UnrecognizedClientException", 403), "RegionNotEnabled", false],
    [named("InvalidClientTokenId", 403), "RegionNotEnabled", false],
    [named("OptInRequired", 403), "RegionNotEnabled", false],
    [withCode("ENOTFOUND"), "RegionNotEnabled", false],
    [named("CredentialsProviderError"), "CredentialsMissing", false],
    [
      Object.assign(new Error("The SSO session is invalid. Run aws sso login"), { name: "CredentialsProviderError" }),
      "CredentialsExpired",
      false,
    ],
    [named("ExpiredTokenException", 403), "CredentialsExpired", false],
    [named("ExpiredToken", 403), "CredentialsExpired", false],
    [named("InvalidSignatureException", 403), "CredentialsRejected", false],
    [named("TimeoutError"), "Timeout", true],
    [withCode("ETIMEDOUT"), "Timeout", true],
    [withCode("ECONNREFUSED"), "Network", true],
    [withCode("ECONNRESET"), "Network", true],
    [withCode("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "Network", true],
    [named("ValidationException", 400), "ValidationException", false],
    ["not even an error", "Unknown", false],
  ] as const)("%s is %s", (error, code, retryable) => {
    expect(awsErrorOf(error, call)).toMatchObject({ code, retryable, operation: call.operation });
  });

  it("names the operation, the Region and the IAM action that is missing", () => {
    const { message } = problemOf(named("AccessDeniedException", 403), call);
    expect(message).toContain("ListCodeInterpreterSessions in eu-west-1 (interpreter x)");
    expect(message).toContain("bedrock-agentcore:ListCodeInterpreterSessions");
    expect(problemOf(named("AccessDeniedException"), { operation: "GetServiceQuota", region: "x" }).message).toContain(
      "servicequotas:GetServiceQuota",
    );
  });

  it("names the chain that was tried where there are no credentials", () => {
    const { message } = problemOf(named("CredentialsProviderError"), { operation: "GetCallerIdentity", region: "x" });
    for (const source of [
      "environment",
      "shared configuration",
      "single sign-on",
      "web identity",
      "container",
      "instance",
    ]) {
      expect(message).toContain(source);
    }
  });

  it("says how often it tried", () => {
    expect(problemOf(named("ThrottlingException", 429), call).message).toContain("throttled 5 times");
  });

  it("keeps the cause, and passes its own error through", () => {
    const cause = named("InternalServerException", 500);
    const error = awsErrorOf(cause, call);
    expect(error).toBeInstanceOf(AwsError);
    expect(error.cause).toBe(cause);
    expect(awsErrorOf(error, { operation: "Other", region: "y" })).toBe(error);
  });

  it("repeats no more than a line of what the service said", () => {
    const long = Object.assign(new Error(`${"x".repeat(5000)}\nsecond`), { name: "InternalServerException" });
    const { message } = problemOf(long, call);
    expect(message.length).toBeLessThan(500);
    expect(message).not.toContain("second");
  });
});
