import type { Problem } from "../../core/kernel/problem.ts";
import { type AwsErrorCode, codeOf, statusOf } from "./error-code.ts";
import { iamActionOf } from "./iam-actions.ts";

/** What was asked of AWS: named in every message. */
export interface AwsCall {
  /** The API operation, for example `ListCodeInterpreterSessions`. */
  readonly operation: string;
  readonly region: string;
  /** What it was asked about, for example `interpreter myTool-VbMl9Hi8I4`. */
  readonly subject?: string;
}

/** The one error of this adapter. Its message says what happened, where, and what to do. */
export class AwsError extends Error {
  readonly code: AwsErrorCode;
  readonly retryable: boolean;
  readonly operation: string;
  constructor(code: AwsErrorCode, call: AwsCall, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AwsError";
    this.code = code;
    this.operation = call.operation;
    this.retryable = retryableCodes.has(code);
  }
}

const retryableCodes: ReadonlySet<string> = new Set(["Throttled", "Timeout", "ServiceError", "Network"]);

/** Whatever the SDK threw, as this adapter's error. Our own errors pass through. */
export function awsErrorOf(error: unknown, call: AwsCall): AwsError {
  if (error instanceof AwsError) return error;
  const code = codeOf(error);
  return new AwsError(code, call, messageOf(code, error, call), { cause: error });
}

export function problemOf(error: unknown, call: AwsCall): Problem {
  const { code, message, operation } = awsErrorOf(error, call);
  return { code, message, operation };
}

function messageOf(code: AwsErrorCode, error: unknown, call: AwsCall): string {
  const what = `${call.operation} in ${call.region}${call.subject === undefined ? "" : ` (${call.subject})`}`;
  const said = saidBy(error);
  switch (code) {
    case "AccessDenied":
      return `${what} was denied: allow the IAM action ${iamActionOf(call.operation)} to the caller${said}`;
    case "Throttled":
      return `${what} was throttled${attemptsOf(error)}: others use the same quota; try again later or lower the rate share${said}`;
    case "NotFound":
      return `${what} found nothing: it does not exist there, or no longer${said}`;
    case "Timeout":
      return `${what} got no answer in time${attemptsOf(error)}: check the network to the Region, and try again${said}`;
    case "ServiceError":
      return `${what} failed in the service${attemptsOf(error)}: try again later, and see the AWS Health Dashboard${said}`;
    case "ServiceQuotaExceeded":
      return `${what} was refused for a service quota: see Service Quotas in the Region${said}`;
    case "RegionNotEnabled":
      return `${what} is not answered: the Region is not enabled for the account, or does not offer the service; enable it in the account's settings or leave it out${said}`;
    case "CredentialsMissing":
      return `${what} could not be signed: no AWS credentials were found in the environment, the shared configuration and credentials files (profile, single sign-on, process, web identity), or a container's or instance's role; set one of them up, for example with \`aws configure\`${said}`;
    case "CredentialsExpired":
      return `${what} was refused: the credentials or the sign-on they come from have expired; sign in again${said}`;
    case "CredentialsRejected":
      return `${what} was refused: AWS does not know the credentials or their signature; check the access key${said}`;
    case "BadAnswer":
      return `${what} got an answer that is none: something between here and AWS may have changed it${said}`;
    case "Network":
      return `${what} could not reach AWS${attemptsOf(error)}: check the network, the proxy and the endpoint settings${said}`;
    default:
      return `${what} failed with status ${statusOf(error) ?? "unknown"}${said}`;
  }
}

const mostSaid = 240;

/** The service's own words, cut: they help whoever mends it, and they are other people's text. */
function saidBy(error: unknown): string {
  if (!(error instanceof Error) || error.message === "") return ".";
  const line = error.message.split("\n")[0] ?? "";
  return ` (${error.name}: ${line.length > mostSaid ? `${line.slice(0, mostSaid)}…` : line}).`;
}

function attemptsOf(error: unknown): string {
  const attempts = (error as { $metadata?: { attempts?: unknown } } | null)?.$metadata?.attempts;
  return typeof attempts === "number" && attempts > 1 ? ` ${attempts} times` : "";
}
