import { Fault, type ServiceErrors } from "../../service.ts";
import { validationText } from "../validation-text.ts";

export const invalid = (message: string): Fault => new Fault("ValidationException", 400, message);

const refusals = {
  DataUnavailableException: "The requested data is unavailable.",
  BillExpirationException: "The requested report expired. Update the date interval and try again.",
  LimitExceededException: "You made too many calls in a short period of time. Try again later.",
} as const;

/** Cost Explorer's own errors, all of status 400. */
export const refusal = (code: keyof typeof refusals): Fault => new Fault(code, 400, refusals[code]);

export const invalidNextToken = (): Fault =>
  new Fault("InvalidNextTokenException", 400, "The pagination token is invalid.");

export const requestChanged = (): Fault =>
  new Fault(
    "RequestChangedException",
    400,
    "Your request parameters changed between pages. Try again with the old parameters or without a pagination token.",
  );

export const costExplorerErrors: ServiceErrors = {
  invalid: (problems) => invalid(validationText(problems)),
  throttled: () => refusal("LimitExceededException"),
};
