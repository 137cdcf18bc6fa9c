import type { BucketDelivery, LogGroupDelivery, UsageLogs } from "../world.ts";
import type { ApplicationLogsSpec, UsageLogsSpec } from "./fleet-spec.ts";

/** The group that AWS's console and documentation name for logs of this kind of an interpreter. */
const usualLogGroup = (logType: "USAGE_LOGS" | "APPLICATION_LOGS", interpreterId: string): string =>
  `/aws/vendedlogs/bedrock-agentcore/code-interpreter/${logType}/${interpreterId}`;

/** Where a fleet says that an interpreter's usage logs go. */
export function usageLogsOf(spec: UsageLogsSpec, interpreterId: string): UsageLogs | null {
  if (spec === false) return null;
  if (spec === true) {
    return {
      to: "log-group",
      logGroup: usualLogGroup("USAGE_LOGS", interpreterId),
      retentionDays: null,
      state: "present",
    };
  }
  if ("bucket" in spec) return bucketDelivery(spec);
  const { logGroup, retentionDays, state } = spec;
  return { to: "log-group", logGroup: logGroup ?? usualLogGroup("USAGE_LOGS", interpreterId), retentionDays, state };
}

/** Where a fleet says that an interpreter's application logs go. */
export function applicationLogs(spec: ApplicationLogsSpec, interpreterId: string): LogGroupDelivery | null {
  if (spec === false) return null;
  const usual = usualLogGroup("APPLICATION_LOGS", interpreterId);
  if (spec === true) return { to: "log-group", logGroup: usual, retentionDays: null, state: "present" };
  return { to: "log-group", logGroup: spec.logGroup ?? usual, retentionDays: spec.retentionDays, state: spec.state };
}

export const bucketDelivery = ({ bucket, prefix }: { bucket: string; prefix: string }): BucketDelivery => ({
  to: "bucket",
  bucket,
  prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
});
