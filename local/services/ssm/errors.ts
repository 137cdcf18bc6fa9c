import { Fault, type ServiceErrors } from "../../service.ts";
import { validationText } from "../validation-text.ts";

export const validationException = (message: string): Fault => new Fault("ValidationException", 400, message);

/** AWS names the parameter in none of these. */
export const parameterNotFound = (): Fault => new Fault("ParameterNotFound", 400, "");

export const ssmErrors: ServiceErrors = {
  invalid: (problems) =>
    problems.some((problem) => problem.kind === "type")
      ? new Fault("SerializationException", 400, problems.map((problem) => problem.message).join("; "))
      : validationException(validationText(problems)),
  throttled: () => new Fault("ThrottlingException", 400, "Rate exceeded"),
};
