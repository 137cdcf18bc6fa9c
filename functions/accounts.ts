import { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import { accountsKeeperOf } from "./accounts-keeper.ts";
import { type AccountsSummary, concludeAccounts } from "./accounts-summary.ts";
import { withinDeadline } from "./deadline.ts";
import { accountsEnvironment } from "./environment.ts";
import { functionPlace } from "./function-place.ts";
import { refuseOtherTimes, scheduledAt } from "./scheduled-event.ts";

const environment = accountsEnvironment();
const logger = new Logger({
  serviceName: "sandmeter",
  logLevel: environment.logLevel,
  persistentKeys: { version: environment.version },
});
const keep = accountsKeeperOf(environment);

/** One scheduled pass over the cost ledger: read usage records, settle, check budgets. */
export async function handler(event: unknown, context: Context): Promise<AccountsSummary> {
  logger.addContext(context);
  const now = scheduledAt(event);
  refuseOtherTimes(now, Date.now());
  const place = functionPlace(context.invokedFunctionArn);
  const outcome = await withinDeadline(
    context.getRemainingTimeInMillis(),
    "SANDMETER_ACCOUNTS_EVERY_MINUTES",
    (signal) => keep(now, place, signal),
  );
  return concludeAccounts(outcome, logger);
}
