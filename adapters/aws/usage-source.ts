import type { UsageSource } from "../../core/ports/usage-source.ts";
import type { AwsClients } from "./clients.ts";
import { rememberedDeliveries } from "./deliveries.ts";
import { readUsageAggregated } from "./usage-aggregated.ts";
import { locateUsage } from "./usage-locate.ts";
import { readUsageRows } from "./usage-rows.ts";

export interface AwsUsageSettings {
  /** A log group's name with `${interpreter}` where the id stands; null: none. */
  readonly logGroup: string | null;
  /** How long to wait between two looks at a query; 1000 where absent. */
  readonly pollMs?: number;
}

/** Usage records in CloudWatch Logs. Where a delivery goes to a bucket it says so; another source reads it. */
export function awsUsageSource(clients: AwsClients, settings: AwsUsageSettings): UsageSource {
  const deliveriesOf = rememberedDeliveries(clients, ["USAGE_LOGS"]);
  return {
    locate: async (target, interpreter, signal) =>
      locateUsage(clients, target, interpreter, await deliveriesOf(target, signal), settings.logGroup, signal),
    read: (request, onUsage, signal) =>
      request.how === "rows"
        ? readUsageRows(clients, request, onUsage, signal)
        : readUsageAggregated(clients, request, settings.pollMs ?? 1000, onUsage, signal),
  };
}
