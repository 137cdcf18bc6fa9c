import { Fault, type ServiceErrors } from "../../service.ts";
import type { FieldProblem } from "../../validate.ts";
import { validationText } from "../validation-text.ts";

/**
 * CloudWatch once spoke the query protocol: beside the exception's name, its errors carry the old code in a header, and
 * the SDK's clients look that one up first.
 */
function queryFault(name: string, code: string, message: string, options: Options = {}): Fault {
  return new Fault(name, options.status ?? 400, message, options.members, { "x-amzn-query-error": `${code};Sender` });
}

interface Options {
  readonly status?: number;
  readonly members?: Readonly<Record<string, unknown>>;
}

export const invalidValue = (message: string): Fault =>
  queryFault("InvalidParameterValueException", "InvalidParameterValue", message);

export const invalidCombination = (message: string): Fault =>
  queryFault("InvalidParameterCombinationException", "InvalidParameterCombination", message);

export const missingParameter = (message: string): Fault =>
  queryFault("MissingRequiredParameterException", "MissingParameter", message);

/** What GetMetricData and ListMetrics answer for most bad input. */
export const validationError = (message: string): Fault =>
  queryFault("ValidationException", "ValidationError", message);

export const invalidNextToken = (): Fault =>
  queryFault("InvalidNextToken", "InvalidNextToken", "The next token that was specified is not valid.");

export const tooLarge = (bytes: number, limit: number): Fault =>
  queryFault(
    "RequestEntityTooLargeException",
    "RequestEntityTooLarge",
    `Request size ${bytes} exceeded ${limit} bytes`,
    {
      status: 413,
    },
  );

export const dashboardNotFound = (name: string): Fault =>
  queryFault("DashboardNotFoundError", "ResourceNotFound", `Dashboard ${name} does not exist`, { status: 404 });

export const invalidDashboard = (message: string, problems: readonly object[]): Fault =>
  queryFault("DashboardInvalidInputError", "InvalidParameterInput", message, {
    members: { dashboardValidationMessages: problems },
  });

export const cloudWatchErrors: ServiceErrors = {
  invalid: faultOf,
  throttled: () => queryFault("ThrottlingException", "Throttling", "Rate exceeded"),
};

/** Missing members and wrong types have codes of their own; all else is a ValidationError. */
function faultOf(problems: readonly FieldProblem[]): Fault {
  const missing = problems.filter((problem) => problem.kind === "missing");
  if (missing.length > 0) {
    return missingParameter(missing.map((problem) => `The parameter ${indexed(problem.name)} is required.`).join("\n"));
  }
  if (problems.some((problem) => problem.kind === "type")) {
    return queryFault(
      "SerializationException",
      "MalformedInput",
      problems.map((problem) => problem.message).join("; "),
    );
  }
  return validationError(validationText(problems));
}

/** `MetricData.1.member.Value` as CloudWatch writes it: `MetricData.member.1.Value`. */
const indexed = (path: string): string => path.replaceAll(/\.(\d+)\.member/g, ".member.$1");
