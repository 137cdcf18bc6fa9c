import { isThrottling } from "./rate-share.ts";

/** The codes that Sandmeter names itself; any other is the service's own error name. */
type KnownCode =
  | "AccessDenied"
  | "BadAnswer"
  | "CredentialsExpired"
  | "CredentialsMissing"
  | "CredentialsRejected"
  | "Network"
  | "NotFound"
  | "RegionNotEnabled"
  | "ServiceError"
  | "ServiceQuotaExceeded"
  | "Throttled"
  | "Timeout";

export type AwsErrorCode = KnownCode | (string & {});

const codeByName: Readonly<Record<string, KnownCode>> = {
  AccessDenied: "AccessDenied",
  AccessDeniedException: "AccessDenied",
  UnauthorizedOperation: "AccessDenied",
  ExpiredToken: "CredentialsExpired",
  ExpiredTokenException: "CredentialsExpired",
  TokenRefreshRequired: "CredentialsExpired",
  CredentialsProviderError: "CredentialsMissing",
  TokenProviderError: "CredentialsMissing",
  InvalidSignatureException: "CredentialsRejected",
  SignatureDoesNotMatch: "CredentialsRejected",
  IncompleteSignature: "CredentialsRejected",
  MissingAuthenticationToken: "CredentialsRejected",
  // What a Region that the account has not opted into answers to credentials that it does not know.
  UnrecognizedClientException: "RegionNotEnabled",
  InvalidClientTokenId: "RegionNotEnabled",
  OptInRequired: "RegionNotEnabled",
  DashboardNotFoundError: "NotFound",
  NoSuchResourceException: "NotFound",
  ResourceNotFound: "NotFound",
  ResourceNotFoundException: "NotFound",
  ParameterNotFound: "NotFound",
  ServiceQuotaExceededException: "ServiceQuotaExceeded",
  TimeoutError: "Timeout",
  RequestTimeout: "Timeout",
  RequestTimeoutException: "Timeout",
};

const codeByNodeCode: Readonly<Record<string, KnownCode>> = {
  // A Region without the service has no such host.
  ENOTFOUND: "RegionNotEnabled",
  ETIMEDOUT: "Timeout",
  ECONNREFUSED: "Network",
  ECONNRESET: "Network",
  EPIPE: "Network",
  EAI_AGAIN: "Network",
  EHOSTUNREACH: "Network",
  ENETUNREACH: "Network",
};

export function codeOf(error: unknown): AwsErrorCode {
  if (isThrottling(error)) return "Throttled";
  if (isExpiredSignOn(error)) return "CredentialsExpired";
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  const named = codeByName[String(name)] ?? codeByNodeCode[String(code)];
  if (named !== undefined) return named;
  const status = statusOf(error);
  if (status !== null && status >= 500) return "ServiceError";
  // The SDK could not read what came: a page of HTML, a cut answer, a member of another type.
  if (error instanceof SyntaxError || error instanceof TypeError) return "BadAnswer";
  if (status === 404) return "NotFound";
  if (status === 403) return "AccessDenied";
  // TLS and socket errors carry a code of node's own.
  if (typeof code === "string" && /^(E[A-Z]+|ERR_|CERT_|UNABLE_|SELF_SIGNED|DEPTH_ZERO)/.test(code)) return "Network";
  return typeof name === "string" && name !== "" && name !== "Error" ? name : "Unknown";
}

// The SDK gives a sign-on that ran out the name of missing credentials, and tells it in words alone.
const isExpiredSignOn = (error: unknown): boolean =>
  error instanceof Error &&
  ["CredentialsProviderError", "TokenProviderError"].includes(error.name) &&
  /\b(expired|sso login|aws login)\b/i.test(error.message);

export function statusOf(error: unknown): number | null {
  const status = (error as { $metadata?: { httpStatusCode?: unknown } } | null)?.$metadata?.httpStatusCode;
  return typeof status === "number" ? status : null;
}
