import { type AwsCall, AwsError, awsErrorOf } from "./aws-error.ts";

const fromFile = "or reconcile with a file of the bill: --bill FILE";

/** What Cost Explorer threw, with what helps: whose bill is asked for matters as much as what the caller may do. */
export function costExplorerErrorOf(error: unknown, call: AwsCall): AwsError {
  const known = awsErrorOf(error, call);
  const told = (code: string, message: string): AwsError => new AwsError(code, call, message, { cause: known.cause });
  switch (known.code) {
    case "AccessDenied":
      // Cost Explorer has no error of its own for an account that never turned it on.
      return /not enabled/i.test(known.message)
        ? told(
            "CostExplorerNotEnabled",
            `Cost Explorer is not turned on for the account: turn it on in Billing and Cost Management, and ask again a day later, ${fromFile}.`,
          )
        : told(
            "AccessDenied",
            `${known.message} The bill of linked accounts is seen with credentials of the payer account; a linked account sees its own, if the payer lets it. Give those, ${fromFile}.`,
          );
    case "LimitExceededException":
      return told(
        "Throttled",
        `Cost Explorer takes a few requests a second at most: try again in a minute, ${fromFile}.`,
      );
    case "DataUnavailableException":
      return told(
        known.code,
        `Cost Explorer has no data for that time, or none yet: it fills within a day of being turned on. Ask again later, ${fromFile}.`,
      );
    case "BillExpirationException":
      return told(
        known.code,
        `Cost Explorer no longer has the bill of that time: it keeps days for 14 months. ${only}`,
      );
    case "ValidationException":
      return told(known.code, `${known.message} Cost Explorer keeps days for 14 months. ${only}`);
    default:
      return known;
  }
}

const only = "For an older month, reconcile with a file of the bill: --bill FILE.";
