import type { AwsClients } from "../adapters/aws/clients.ts";
import { awsUsageSource } from "../adapters/aws/usage-source.ts";
import type { StoredPlace } from "../adapters/config/stored-place.ts";
import type { UsageSettings } from "../adapters/config/usage-of.ts";
import { bucketUsageSource, folderUsageSource } from "../adapters/files/usage-source.ts";
import { routeUsage } from "../core/jobs/ingest/route-usage.ts";
import type { UsageSource } from "../core/ports/usage-source.ts";

/** Usage records from the bucket that is named, else from wherever the account's deliveries go. */
export function usageSourceOf(clients: AwsClients, { usageFrom, logGroup }: UsageSettings): UsageSource {
  if (usageFrom?.kind === "bucket") return bucketUsageSource(clients.s3, textOf(usageFrom));
  const logs = awsUsageSource(clients, { logGroup });
  return routeUsage(logs.locate, {
    "log-group": logs.read,
    bucket: bucketUsageSource(clients.s3, null).read,
    // A deployment refuses a configuration that names a folder.
    folder: folderUsageSource(null).read,
  });
}

export const textOf = ({ bucket, prefix }: StoredPlace & { readonly kind: "bucket" }): string =>
  `s3://${bucket}/${prefix}`;
