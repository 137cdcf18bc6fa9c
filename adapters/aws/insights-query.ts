import { setTimeout as sleep } from "node:timers/promises";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { Instant } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { UsageRequest } from "../../core/ports/usage-source.ts";
import { abortable } from "./abortable.ts";
import { type AwsCall, AwsError, problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";

export type InsightsRow = Readonly<Record<string, string>>;

interface InsightsQuery {
  readonly text: string;
  readonly from: Instant;
  /** Included or not: Insights goes by whole seconds, so the query has to say it as well. */
  readonly until: Instant;
}

// A query ends by itself after 60 minutes at the latest.
const mostLooks = 3600;

/** Runs a query over one log group to its end, and stops it where the pass is given up. */
export async function runInsightsQuery(
  clients: AwsClients,
  { target, location }: Pick<UsageRequest, "target" | "location">,
  query: InsightsQuery,
  pollMs: number,
  signal: AbortSignal,
): Promise<{ readonly rows: readonly InsightsRow[] } | { readonly problem: Problem }> {
  const call = (operation: string): AwsCall => ({
    operation,
    region: target.region,
    subject: `log group ${location.place}`,
  });
  let operation = "StartQuery";
  try {
    const { GetQueryResultsCommand, StartQueryCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const client = await clients.cloudWatchLogs(target.region);
    const command = new StartQueryCommand({
      logGroupName: location.place,
      startTime: Math.floor(query.from / 1000),
      endTime: Math.ceil(query.until / 1000),
      queryString: query.text,
    });
    const { queryId } = await abortable(signal, () => client.send(command, { abortSignal: signal }));
    operation = "GetQueryResults";
    try {
      const rows: InsightsRow[] = [];
      let nextToken: string | undefined;
      for (let look = 0; look < mostLooks; look += 1) {
        const asked = new GetQueryResultsCommand({ queryId, nextToken });
        const answer = await abortable(signal, () => client.send(asked, { abortSignal: signal }));
        switch (answer.status) {
          case "Complete":
            rows.push(...(answer.results ?? []).map(rowOf));
            if (answer.nextToken === undefined) return { rows };
            nextToken = answer.nextToken;
            break;
          case "Scheduled":
          case "Running":
          case "Unknown":
            await sleep(pollMs, undefined, { signal });
            break;
          default:
            throw new AwsError(
              "ServiceError",
              call(operation),
              `The query over ${location.place} in ${target.region} ended as ${answer.status ?? "nothing"}: the next pass asks again.`,
            );
        }
      }
      throw new AwsError(
        "Timeout",
        call(operation),
        `The query over ${location.place} in ${target.region} did not end: the next pass asks again.`,
      );
    } finally {
      if (signal.aborted) await stopQuery(client, queryId);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (isBeforeTheGroup(error)) return { rows: [] };
    return { problem: problemOf(error, call(operation)) };
  }
}

/** Insights refuses a time before the group was created, or before what it still keeps: there is nothing in it. */
const isBeforeTheGroup = (error: unknown): boolean =>
  error instanceof Error && error.name === "MalformedQueryException" && /creation time|retention/i.test(error.message);

/** A query that nobody waits for costs all the same, so it is stopped where that can be done; the pass has ended anyway. */
async function stopQuery(client: CloudWatchLogsClient, queryId: string | undefined): Promise<void> {
  const { StopQueryCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  await client.send(new StopQueryCommand({ queryId })).then(
    () => undefined,
    () => undefined,
  );
}

const rowOf = (
  fields: readonly { readonly field?: string | undefined; readonly value?: string | undefined }[],
): InsightsRow =>
  Object.fromEntries(
    fields.flatMap(({ field, value }) => (field === undefined || value === undefined ? [] : [[field, value]])),
  );
