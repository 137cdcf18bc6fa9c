import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { LocalAws } from "../../../local/server.ts";

interface Call {
  readonly service: string;
  readonly operation: string;
}

/** What the embedded AWS has received, as its control interface and its own CloudWatch say. */
export function receivedBy(aws: LocalAws, account: string) {
  const control = async (what: string, init: RequestInit = {}): Promise<Readonly<Record<string, unknown>>> =>
    (await (await fetch(`${aws.url}/_local/${what}`, init)).json()) as Record<string, unknown>;
  return {
    events: async () => (await control("events"))["events"],
    calls: async () => (await control("calls?limit=10000"))["calls"] as readonly Call[],
    addFault: (fault: object) => control("faults", { method: "POST", body: JSON.stringify({ faults: [fault] }) }),
    clearFaults: () => control("faults", { method: "DELETE" }),
    /** Every value of a metric of a target between two instants, oldest first. */
    metric: (name: string, region: string, from: number, to: number) => metric(aws, account, name, region, from, to),
  };
}

async function metric(aws: LocalAws, account: string, MetricName: string, region: string, from: number, to: number) {
  const client = new CloudWatchClient({
    endpoint: aws.url,
    region: "us-east-1",
    credentials: { accessKeyId: account, secretAccessKey: "local" },
  });
  const Dimensions = [
    { Name: "Account", Value: account },
    { Name: "Region", Value: region },
  ];
  const Metric = { Namespace: "Sandmeter", MetricName, Dimensions };
  const answer = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(from),
      EndTime: new Date(to),
      ScanBy: "TimestampAscending",
      MetricDataQueries: [{ Id: "one", MetricStat: { Metric, Period: 60, Stat: "Maximum" } }],
    }),
  );
  client.destroy();
  return answer.MetricDataResults?.[0]?.Values ?? [];
}
