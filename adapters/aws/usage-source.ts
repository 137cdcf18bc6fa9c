import { type Target, targetKey } from "../../core/inventory/target.ts";
import type { UsageSource } from "../../core/ports/usage-source.ts";
import type { AwsClients } from "./clients.ts";
import { readUsageAggregated } from "./usage-aggregated.ts";
import { readUsageDeliveries, type UsageDeliveries } from "./usage-deliveries.ts";
import { locateUsage } from "./usage-locate.ts";
import { readUsageRows } from "./usage-rows.ts";

export interface AwsUsageSettings {
  /** A log group's name with `${interpreter}` where the id stands; null: none. */
  readonly logGroup: string | null;
  /** How long to wait between two looks at a query; 1000 where absent. */
  readonly pollMs?: number;
}

interface Listed {
  readonly signal: AbortSignal;
  readonly readAt: number;
  readonly deliveries: Promise<UsageDeliveries>;
}

/** Deliveries of a target are listed once for all its interpreters, and again when they may have changed. */
const deliveriesKeptMs = 60_000;

/** Usage records in CloudWatch Logs. Where a delivery goes to a bucket it says so; another source reads it. */
export function awsUsageSource(clients: AwsClients, settings: AwsUsageSettings): UsageSource {
  const known = new Map<string, Listed>();
  const deliveriesOf = (target: Target, signal: AbortSignal): Promise<UsageDeliveries> => {
    const key = targetKey(target);
    const kept = known.get(key);
    // Another pass may be given up while this one is not: it asks for itself.
    if (kept?.signal === signal && performance.now() - kept.readAt < deliveriesKeptMs) return kept.deliveries;
    const deliveries = readUsageDeliveries(clients, target, signal);
    known.set(key, { signal, readAt: performance.now(), deliveries });
    const forget = (): void => {
      if (known.get(key)?.deliveries === deliveries) known.delete(key);
    };
    // What failed is not kept, or a moment's failure would last a minute.
    deliveries.then(({ problem }) => (problem === null ? undefined : forget()), forget);
    return deliveries;
  };
  return {
    locate: async (target, interpreter, signal) =>
      locateUsage(clients, target, interpreter, await deliveriesOf(target, signal), settings.logGroup, signal),
    read: (request, onUsage, signal) =>
      request.how === "rows"
        ? readUsageRows(clients, request, onUsage, signal)
        : readUsageAggregated(clients, request, settings.pollMs ?? 1000, onUsage, signal),
  };
}
