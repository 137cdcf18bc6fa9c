import { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import { withinDeadline } from "./deadline.ts";
import { sweepEnvironment } from "./environment.ts";
import { functionPlace } from "./function-place.ts";
import { scheduledAt } from "./scheduled-event.ts";
import { concludeSweep, type SweepSummary } from "./sweep-summary.ts";
import { sweeperOf } from "./sweeper.ts";

const environment = sweepEnvironment();
const logger = new Logger({
  serviceName: "sandmeter",
  logLevel: environment.logLevel,
  persistentKeys: { version: environment.version },
});
const sweep = sweeperOf(environment);

/** One scheduled pass of clean-up: evidence, decisions, and stops where policies enforce and the switch is armed. */
export async function handler(event: unknown, context: Context): Promise<SweepSummary> {
  logger.addContext(context);
  const now = scheduledAt(event);
  const place = functionPlace(context.invokedFunctionArn);
  const swept = await withinDeadline(context.getRemainingTimeInMillis(), "SANDMETER_EVERY_MINUTES", (signal) =>
    sweep(now, place, signal),
  );
  return concludeSweep(swept, logger);
}
