import { Fault, type ServiceErrors } from "../../service.ts";
import type { FieldProblem } from "../../validate.ts";
import { validationText } from "../validation-text.ts";

/** The reasons that a ValidationException of AgentCore gives. */
type Reason = "CannotParse" | "FieldValidationFailed" | "IdempotentParameterMismatchException" | "ResourceConflict";

/** How both AgentCore services answer what they cannot accept. */
export const agentCoreErrors: ServiceErrors = {
  // A value of another JSON type cannot be read at all; one that breaks a constraint can, and is named.
  invalid: (problems) =>
    invalid(problems.some((problem) => problem.kind === "type") ? "CannotParse" : "FieldValidationFailed", problems),
  throttled: () => new Fault("ThrottlingException", 429, "Rate exceeded"),
  unreadable: () => validation("CannotParse", "The request body is not valid JSON."),
};

function invalid(reason: Reason, problems: readonly FieldProblem[]): Fault {
  const fieldList = problems.map(({ name, message }) => ({ name, message }));
  return new Fault("ValidationException", 400, validationText(problems), { reason, fieldList });
}

export const validation = (reason: Reason, message: string): Fault =>
  new Fault("ValidationException", 400, message, { reason });

/** One field is wrong in a way that no shape can say. */
export const invalidField = (name: string, message: string): Fault =>
  new Fault("ValidationException", 400, message, {
    reason: "FieldValidationFailed" satisfies Reason,
    fieldList: [{ name, message }],
  });

export const notFound = (what: string): Fault => new Fault("ResourceNotFoundException", 404, `${what} was not found.`);

export const conflict = (message: string): Fault => new Fault("ConflictException", 409, message);

/** AgentCore answers a used-up quota with 402, and throttling with 429. */
export const quotaExceeded = (quota: string): Fault =>
  new Fault("ServiceQuotaExceededException", 402, `${quota} limit exceeded`);
