import type { CloudWatchClient, MetricDatum as SdkDatum } from "@aws-sdk/client-cloudwatch";
import type { Problem } from "../../core/kernel/problem.ts";
import type { MetricDatum, PublishMetrics } from "../../core/ports/metrics.ts";
import { metricNamespace } from "../../core/reporting/metric-catalogue.ts";
import { abortable } from "./abortable.ts";
import { problemOf } from "./aws-error.ts";
import { batchesOf } from "./batches.ts";
import type { AwsClients } from "./clients.ts";

// PutMetricData takes 1000 data and 1 MB a request; half of the size leaves room for what the protocol adds.
const batchLimits = { items: 1000, bytes: 500_000 } as const;

/** Publishes to CloudWatch in one Region. A batch that fails is a problem of its own; the others are still sent. */
export const awsPublishMetrics =
  (clients: AwsClients, region: string): PublishMetrics =>
  async (data, signal) => {
    const finite = data.filter((datum) => Number.isFinite(datum.value));
    const problems: Problem[] = finite.length === data.length ? [] : [notFinite(data.length - finite.length)];
    for (const batch of batchesOf(finite, batchLimits, sizeOf)) {
      try {
        await abortable(signal, async () => put(await clients.cloudWatch(region), batch, signal));
      } catch (error) {
        signal.throwIfAborted();
        const subject = `${batch.length} data from ${batch[0]?.name ?? ""} on`;
        problems.push(problemOf(error, { operation: "PutMetricData", region, subject }));
      }
    }
    return problems;
  };

async function put(client: CloudWatchClient, batch: readonly MetricDatum[], signal: AbortSignal): Promise<void> {
  const { PutMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
  const command = new PutMetricDataCommand({ Namespace: metricNamespace, MetricData: batch.map(sdkDatum) });
  await client.send(command, { abortSignal: signal });
}

const sdkDatum = (datum: MetricDatum): SdkDatum => ({
  MetricName: datum.name,
  Unit: datum.unit,
  Dimensions: datum.dimensions.map(([Name, Value]) => ({ Name, Value })),
  Timestamp: new Date(datum.at),
  Value: datum.value,
});

const sizeOf = (datum: MetricDatum): number => Buffer.byteLength(JSON.stringify(sdkDatum(datum)));

const notFinite = (count: number): Problem => ({
  code: "NotANumber",
  message: `${count} metric data had no finite value and were not published.`,
  operation: "PutMetricData",
});
