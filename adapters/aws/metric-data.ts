import type { MetricDataQuery, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import type { Instant } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { abortable } from "./abortable.ts";
import { problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";

// CloudWatch API reference, GetMetricData, read 2026-11.
const mostQueries = 500;
const mostPages = 1000;

/**
 * Asks for metric data over [from, until), all pages of it: for each query, in the order of the queries, its results. What a
 * page says of data that it lacks becomes a problem, for a value that is missing is not zero. A request that fails is a
 * problem too, and leaves its queries without results.
 */
export async function metricData(
  clients: AwsClients,
  region: string,
  queries: readonly Omit<MetricDataQuery, "Id">[],
  span: { readonly from: Instant; readonly until: Instant },
  signal: AbortSignal,
): Promise<{ readonly results: readonly (readonly MetricDataResult[])[]; readonly problems: readonly Problem[] }> {
  const results: MetricDataResult[][] = queries.map(() => []);
  const problems: Problem[] = [];
  for (let start = 0; start < queries.length; start += mostQueries) {
    const part = queries
      .slice(start, start + mostQueries)
      .map((query, index) => ({ ...query, Id: `q${start + index}` }));
    try {
      await readPart(clients, region, part, span, signal, results, problems);
    } catch (error) {
      signal.throwIfAborted();
      problems.push(problemOf(error, { operation: "GetMetricData", region, subject: `${part.length} queries` }));
    }
  }
  return { results, problems };
}

async function readPart(
  clients: AwsClients,
  region: string,
  queries: MetricDataQuery[],
  span: { readonly from: Instant; readonly until: Instant },
  signal: AbortSignal,
  results: MetricDataResult[][],
  problems: Problem[],
): Promise<void> {
  let token: string | undefined;
  const seen = new Set<string>();
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await abortable(signal, async () => {
      const { GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
      const client = await clients.cloudWatch(region);
      const command = new GetMetricDataCommand({
        MetricDataQueries: queries,
        StartTime: new Date(span.from),
        EndTime: new Date(span.until),
        ScanBy: "TimestampAscending",
        NextToken: token,
      });
      return client.send(command, { abortSignal: signal });
    });
    for (const result of answer.MetricDataResults ?? []) {
      results[Number(result.Id?.slice(1))]?.push(result);
      // PartialData says that another page has more of it.
      if (result.StatusCode === "InternalError" || result.StatusCode === "Forbidden") {
        problems.push(lacking(region, result.StatusCode, result.Messages?.[0]?.Value));
      }
    }
    for (const message of answer.Messages ?? [])
      problems.push(lacking(region, message.Code ?? "Incomplete", message.Value));
    token = answer.NextToken;
    if (token === undefined) return;
    if (seen.has(token)) break;
    seen.add(token);
  }
  problems.push(lacking(region, "Incomplete", "its pages do not end"));
}

const lacking = (region: string, code: string, said: string | undefined): Problem => ({
  code: "MetricDataIncomplete",
  message: `GetMetricData in ${region} lacks some of what was asked for (${code}${said === undefined ? "" : `: ${said}`}): those values are unknown, and the next pass asks again.`,
  operation: "GetMetricData",
});
