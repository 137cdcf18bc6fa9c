import {
  type CostExplorerClient,
  GetCostAndUsageCommand,
  type GetCostAndUsageCommandInput,
  type GetCostAndUsageCommandOutput,
  type ResultByTime,
} from "@aws-sdk/client-cost-explorer";

/** Asks for the six days around the start of the tests' clock. */
export const costsFrom = (
  client: CostExplorerClient,
  input: Partial<GetCostAndUsageCommandInput> = {},
): Promise<GetCostAndUsageCommandOutput> =>
  client.send(
    new GetCostAndUsageCommand({
      TimePeriod: { Start: "2026-11-18", End: "2026-11-24" },
      Granularity: "DAILY",
      Metrics: ["UnblendedCost", "UsageQuantity"],
      ...input,
    }),
  );

export const dimension = (
  Key: "USAGE_TYPE" | "RECORD_TYPE" | "REGION" | "LINKED_ACCOUNT" | "SERVICE",
  ...Values: string[]
) => ({
  Dimensions: { Key, Values },
});
export const usage = { And: [dimension("RECORD_TYPE", "Usage"), dimension("SERVICE", "Amazon Bedrock AgentCore")] };
export const groupBy = (...keys: string[]) => keys.map((Key) => ({ Type: "DIMENSION" as const, Key }));

/** Amounts of one metric, added up over time, by the groups' keys. */
export function sums(results: readonly ResultByTime[] | undefined, metric: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { Groups = [] } of results ?? []) {
    for (const { Keys = [], Metrics = {} } of Groups) {
      const key = Keys.join(" ");
      found[key] = (found[key] ?? 0) + Number(Metrics[metric]?.Amount);
    }
  }
  return found;
}
