import { Fault, type ServiceErrors } from "../../service.ts";
import { validationText } from "../validation-text.ts";

export const invalidParameter = (message: string): Fault => new Fault("InvalidParameterException", 400, message);

/** What the operations around deliveries answer for bad input; the older ones answer InvalidParameterException. */
export const validationException = (message: string): Fault => new Fault("ValidationException", 400, message);

export const malformedQuery = (message: string): Fault => new Fault("MalformedQueryException", 400, message);

export const limitExceeded = (message: string): Fault => new Fault("LimitExceededException", 400, message);

export const notFound = (message: string): Fault => new Fault("ResourceNotFoundException", 400, message);

export const logsErrors: ServiceErrors = {
  invalid: (problems) =>
    problems.some((problem) => problem.kind === "type")
      ? new Fault("SerializationException", 400, problems.map((problem) => problem.message).join("; "))
      : invalidParameter(validationText(problems)),
  throttled: () => new Fault("ThrottlingException", 400, "Rate exceeded"),
};
