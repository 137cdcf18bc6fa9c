import type { Dimension } from "@aws-sdk/client-cloudwatch";
import type { Target } from "../../core/inventory/target.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { abortable } from "./abortable.ts";
import { type AwsCall, AwsError, problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";
import { record, text } from "./members.ts";

/** Where AgentCore publishes its own metrics. */
export const agentCoreNamespace = "AWS/Bedrock-AgentCore";

// CloudWatch has a page of 500 metrics; this many pages are more than an account has interpreters.
const mostPages = 200;

/**
 * The sets of dimensions under which a metric of AgentCore had data of an interpreter in the last two weeks, by the interpreter's
 * id, whether AWS says the id or the ARN; with `resource`, those of what AWS calls so. A listing that failed is a problem, and
 * what it lacks is not known.
 */
export async function listedDimensions(
  clients: AwsClients,
  target: Target,
  metric: string,
  signal: AbortSignal,
  problems: Problem[],
  resource: string | null = null,
): Promise<ReadonlyMap<string, readonly (readonly Dimension[])[]>> {
  const call: AwsCall = { operation: "ListMetrics", region: target.region, subject: metric };
  const found = new Map<string, (readonly Dimension[])[]>();
  const only = resource === null ? {} : { Dimensions: [{ Name: "Resource", Value: resource }] };
  const seen = new Set<string>();
  let token: string | undefined;
  try {
    do {
      if (seen.size >= mostPages || (token !== undefined && seen.has(token)))
        throw new AwsError("BadAnswer", call, endless(call));
      if (token !== undefined) seen.add(token);
      const answer = await abortable(signal, async () => {
        const { ListMetricsCommand } = await import("@aws-sdk/client-cloudwatch");
        const client = await clients.cloudWatch(target.region);
        const command = new ListMetricsCommand({
          Namespace: agentCoreNamespace,
          MetricName: metric,
          ...only,
          NextToken: token,
        });
        return client.send(command, { abortSignal: signal });
      });
      for (const { Dimensions = [] } of answer.Metrics ?? []) {
        const named = text(record(Dimensions.find(({ Name }) => Name === "Resource"))["Value"]);
        // The total of all interpreters has no Resource.
        if (named === null) continue;
        const id = named.slice(named.lastIndexOf("/") + 1);
        found.set(id, [...(found.get(id) ?? []), Dimensions]);
      }
      token = answer.NextToken;
    } while (token !== undefined);
  } catch (error) {
    signal.throwIfAborted();
    problems.push(problemOf(error, call));
  }
  return found;
}

const endless = (call: AwsCall): string =>
  `ListMetrics in ${call.region} (${call.subject}) did not come to an end: try again, and report it if it stays.`;
