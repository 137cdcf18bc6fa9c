import { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import { withinDeadline } from "./deadline.ts";
import { scanEnvironment } from "./environment.ts";
import { functionPlace } from "./function-place.ts";
import { monitorOf } from "./monitor.ts";
import { concludePass, type PassSummary } from "./pass-summary.ts";
import { scheduledAt } from "./scheduled-event.ts";

const environment = scanEnvironment();
const logger = new Logger({
  serviceName: "sandmeter",
  logLevel: environment.logLevel,
  persistentKeys: { version: environment.version },
});
const monitor = monitorOf(environment);

/** One scheduled pass: scan, record, tell. */
export async function handler(event: unknown, context: Context): Promise<PassSummary> {
  logger.addContext(context);
  const now = scheduledAt(event);
  const place = functionPlace(context.invokedFunctionArn);
  const outcome = await withinDeadline(context.getRemainingTimeInMillis(), "SANDMETER_EVERY_MINUTES", (signal) =>
    monitor(now, place, signal),
  );
  return concludePass(outcome, logger);
}
