import type { AwsClients } from "../../adapters/aws/clients.ts";
import type { Target } from "../../core/inventory/target.ts";
import { UsageError } from "../cli-error.ts";

/** Where metrics, events and dashboards go unless the user says otherwise: the profile's Region, or the only one there is. */
export async function homeRegion(clients: AwsClients, targets: readonly Target[]): Promise<string> {
  const own = await clients.defaultRegion();
  if (own !== null) return own;
  const [only, ...others] = targets;
  if (only !== undefined && others.length === 0) return only.region;
  throw new UsageError([
    "no Region to publish in: name one with --publish-region, or set AWS_REGION or a region in the profile",
  ]);
}
