import type { AwsClients } from "../../adapters/aws/clients.ts";
import { awsInterpreterCalls } from "../../adapters/aws/interpreter-calls.ts";
import type { CallEvidence, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import type { InvocationStamp } from "../../core/cleanup/policy/policy.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { signal, target } from "../aws/embedded.ts";
import { type ToldAnswer, toldLogs } from "../aws/told-logs.ts";

/** Minute 0 of every table; `now` is minute 120. */
const start = instant(Date.UTC(2026, 10, 20, 10));
export const minute = (n: number): Instant => plusMs(start, Math.round(n * 60_000));
export const span = (from: number, until: number) => ({ from: minute(from), until: minute(until) });
const toolId = interpreterId("tool-VbMl9Hi8I4");
const arnOf = (id: string): string => `arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/${id}`;
export const tool = { id: toolId, arn: arnOf(toolId) };

export interface Told {
  /** Minutes that `ActiveSessionCount` has. */
  readonly control: readonly number[];
  /** By operation, what is counted in which minute; an operation that is here is listed. */
  readonly calls: Readonly<Record<string, Readonly<Record<number, number>>>>;
}

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: { readonly MetricName: string; readonly Dimensions: readonly { Name: string; Value: string }[] };
  };
}

interface Input {
  readonly MetricDataQueries?: readonly Query[];
  readonly StartTime?: number;
  readonly EndTime?: number;
  readonly NextToken?: string;
}

type Change = (operation: string, answer: ToldAnswer, input: Input) => ToldAnswer;

export const minutesTo = (until: number): readonly number[] => Array.from({ length: until }, (_, at) => at);

/** Control of each minute up to where it is usually there, and one call of long ago. */
export const usual: Told = { control: minutesTo(118), calls: { InvokeCodeInterpreter: { 3: 1 } } };

/** What is learned of one interpreter from a CloudWatch that says just this, after `change`. */
export async function evidenceTold(
  told: Partial<Told>,
  options: {
    readonly change?: Change;
    readonly stamp?: InvocationStamp;
    readonly now?: number;
    readonly window?: ReturnType<typeof span>;
  } = {},
): Promise<CallEvidence | Unknown> {
  const clients = await toldCloudWatch(told, options.change);
  const now = minute(options.now ?? 120);
  const read = awsInterpreterCalls(clients);
  const window = options.window ?? span(0, options.now ?? 120);
  const found = await read(target("us-east-1"), [tool], window, options.stamp ?? "start", now, signal);
  const evidence = found.get(toolId);
  if (evidence === undefined) throw new Error("nothing was said of it");
  return evidence;
}

/** A CloudWatch that says just this, after `change`. */
export function toldCloudWatch(told: Partial<Told>, change?: Change): Promise<AwsClients> {
  const { control, calls } = { ...usual, ...told };
  return toldLogs<Input>((operation, input) => {
    const plain = operation === "ListMetrics" ? listed(Object.keys(calls)) : data(input, control, calls);
    return change?.(operation, plain, input) ?? plain;
  });
}

const listed = (operations: readonly string[]): ToldAnswer => ({
  body: {
    Metrics: operations.map((operation) => ({
      Namespace: "AWS/Bedrock-AgentCore",
      MetricName: "Invocations",
      Dimensions: [
        { Name: "Resource", Value: arnOf(toolId) },
        ...(operation === "" ? [] : [{ Name: "Operation", Value: operation }]),
      ],
    })),
  },
});

function data(input: Input, control: Told["control"], calls: Told["calls"]): ToldAnswer {
  const results = (input.MetricDataQueries ?? []).map(({ Id, MetricStat: { Metric } }) => {
    const operation = Metric.Dimensions.find(({ Name }) => Name === "Operation")?.Value ?? "";
    const points: readonly (readonly [number, number])[] =
      Metric.MetricName === "ActiveSessionCount"
        ? control.map((at) => [at, 5])
        : Object.entries(calls[operation] ?? {}).map(([at, count]) => [Number(at), count]);
    const inSpan = points.filter(([at]) => {
      const seconds = minute(at) / 1000;
      return seconds >= (input.StartTime ?? 0) && seconds < (input.EndTime ?? 0);
    });
    return {
      Id,
      Label: Id,
      StatusCode: "Complete",
      Timestamps: inSpan.map(([at]) => minute(at) / 1000),
      Values: inSpan.map(([, count]) => count),
    };
  });
  return { body: { MetricDataResults: results, Messages: [] } };
}
