import type { BucketDelivery, UsageDelivery } from "../world.ts";
import type { UsageLogsSpec } from "./fleet-spec.ts";

/** The group that AWS's console and documentation name for an interpreter's usage logs. */
const usualLogGroup = (interpreterId: string): string =>
  `/aws/vendedlogs/bedrock-agentcore/code-interpreter/USAGE_LOGS/${interpreterId}`;

/** Where a fleet says that an interpreter's usage logs go. */
export function usageDelivery(spec: UsageLogsSpec, interpreterId: string): UsageDelivery | null {
  if (spec === false) return null;
  if (spec === true) {
    return { to: "log-group", logGroup: usualLogGroup(interpreterId), retentionDays: null, state: "present" };
  }
  if ("bucket" in spec) return bucketDelivery(spec);
  const { logGroup, retentionDays, state } = spec;
  return { to: "log-group", logGroup: logGroup ?? usualLogGroup(interpreterId), retentionDays, state };
}

export const bucketDelivery = ({ bucket, prefix }: { bucket: string; prefix: string }): BucketDelivery => ({
  to: "bucket",
  bucket,
  prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
});
