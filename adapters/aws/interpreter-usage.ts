import type { Dimension, MetricDataQuery, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { InterpreterHour, ReadInterpreterUsage } from "../../core/ports/interpreter-usage.ts";
import type { AwsClients } from "./clients.ts";
import { agentCoreNamespace, listedDimensions } from "./listed-dimensions.ts";
import { metricData } from "./metric-data.ts";

const hourMs = 3_600_000;
const meters = [
  { metric: "CPUUsed-vCPUHours", figure: "vcpuHours" },
  { metric: "MemoryUsed-GBHours", figure: "gbHours" },
] as const;

/** What is asked for one interpreter and meter. */
interface Asked {
  readonly interpreter: InterpreterId;
  readonly figure: (typeof meters)[number]["figure"];
  readonly metric: string;
  readonly dimensions: readonly Dimension[];
}

/**
 * Reads the two metrics of each interpreter from CloudWatch. Whether their dimension Resource is an interpreter's id or its
 * ARN is not documented for Code Interpreter, so ListMetrics says which dimensions there are. A metric that it does not
 * list has no data: those hours are unknown.
 */
export const awsInterpreterUsage =
  (clients: AwsClients): ReadInterpreterUsage =>
  async (target, interpreters, from, until, signal) => {
    const problems: Problem[] = [];
    const asked: Asked[] = [];
    for (const { metric, figure } of meters) {
      const listed = await listedDimensions(clients, target, metric, signal, problems);
      for (const interpreter of interpreters) {
        for (const dimensions of listed.get(interpreter) ?? []) asked.push({ interpreter, figure, metric, dimensions });
      }
    }
    const read = await metricData(clients, target.region, asked.map(queryOf), { from, until }, signal);
    const sums = new Map<string, number>();
    for (const [index, { interpreter, figure }] of asked.entries()) {
      addSums(sums, interpreter, figure, read.results[index] ?? []);
    }
    const hours = new Map(interpreters.map((id) => [id, hoursOf(id, from, until, sums)]));
    return { hours, problems: [...problems, ...read.problems] };
  };

const queryOf = ({ metric, dimensions }: Asked): Omit<MetricDataQuery, "Id"> => ({
  MetricStat: {
    Metric: { Namespace: agentCoreNamespace, MetricName: metric, Dimensions: [...dimensions] },
    Period: hourMs / 1000,
    Stat: "Sum",
  },
});

/** Two sets of dimensions of one interpreter would be the same usage twice: the first that has an hour counts. */
function addSums(
  sums: Map<string, number>,
  interpreter: InterpreterId,
  figure: Asked["figure"],
  results: readonly MetricDataResult[],
): void {
  for (const { Timestamps = [], Values = [] } of results) {
    for (const [index, at] of Timestamps.entries()) {
      const value = Values[index];
      const key = keyOf(interpreter, figure, at.getTime());
      if (value !== undefined && Number.isFinite(value) && !sums.has(key)) sums.set(key, value);
    }
  }
}

function hoursOf(
  interpreter: InterpreterId,
  from: Instant,
  until: Instant,
  sums: ReadonlyMap<string, number>,
): readonly InterpreterHour[] {
  const count = Math.max(0, Math.ceil((until - from) / hourMs));
  return Array.from({ length: count }, (_, index) => {
    const hourAt = instant(from + index * hourMs);
    return {
      hourAt,
      vcpuHours: sums.get(keyOf(interpreter, "vcpuHours", hourAt)) ?? null,
      gbHours: sums.get(keyOf(interpreter, "gbHours", hourAt)) ?? null,
    };
  });
}

const keyOf = (interpreter: InterpreterId, figure: string, hourAt: number): string =>
  `${interpreter}/${figure}/${hourAt}`;
