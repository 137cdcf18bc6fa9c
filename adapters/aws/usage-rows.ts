import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import {
  type RecordReason,
  readUsageRecord,
  type UsageRecord,
  unparsedReason,
} from "../../core/billing/usage-record.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { UsageReading, UsageRequest, UsageSource } from "../../core/ports/usage-source.ts";
import { abortable } from "./abortable.ts";
import { type AwsCall, problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";
import { usageCollector } from "./usage-batches.ts";

// API reference, FilterLogEvents, read 2026-11: up to 10 000 events or 1 MB an answer.
const pageEvents = 10_000;
// A service that gives new tokens without end would hold a pass for ever; a window of hours has some thousand pages.
const mostPages = 100_000;
/** So many records are handed on at once: what a window of a large target holds in memory. */
const batchRecords = 100_000;

/** Reads a window of a log group record by record. */
export async function readUsageRows(
  clients: AwsClients,
  request: UsageRequest,
  onUsage: Parameters<UsageSource["read"]>[1],
  signal: AbortSignal,
): Promise<UsageReading> {
  const { target, location, from, until, session, latestAt } = request;
  const call: AwsCall = { operation: "FilterLogEvents", region: target.region, subject: `log group ${location.place}` };
  const skipped = new Map<string, number>();
  const problems: Problem[] = [];
  const collector = usageCollector();
  const seen = new Set<string>();
  let lines = 0;
  let records = 0;
  let strayed = 0;
  const take = (message: string): void => {
    if (message.trim() === "") return;
    lines += 1;
    const record = recordOf(message, latestAt);
    if (typeof record === "string") {
      skipped.set(record, (skipped.get(record) ?? 0) + 1);
      return;
    }
    // The filter finds the id anywhere in the line.
    if (session !== null && record.session !== session) return;
    records += 1;
    if (record.at < from || record.at >= until) strayed += 1;
    collector.add(record);
  };
  let token: string | undefined;
  do {
    const page = await pageOf(clients, request, call, token, signal);
    if ("problem" in page) {
      problems.push(page.problem);
      break;
    }
    for (const { message = "" } of page.events) take(message);
    if (collector.size() >= batchRecords) await onUsage(collector.take());
    // An empty page with a token is no end: only a page without one is.
    token = page.nextToken;
    if (token !== undefined && (seen.has(token) || seen.size >= mostPages)) {
      problems.push(endless(call));
      break;
    }
    if (token !== undefined) seen.add(token);
  } while (token !== undefined);
  const complete = problems.length === 0;
  if (collector.size() > 0) await onUsage(collector.take());
  if (strayed > 0) problems.push(stampsDiffer(request, strayed));
  return { lines, records, skipped, complete, approximate: null, problems };
}

type Page =
  | { readonly events: readonly FilteredLogEvent[]; readonly nextToken: string | undefined }
  | { readonly problem: Problem };

async function pageOf(
  clients: AwsClients,
  { target, location, from, until, session }: UsageRequest,
  call: AwsCall,
  nextToken: string | undefined,
  signal: AbortSignal,
): Promise<Page> {
  try {
    const { FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const client = await clients.cloudWatchLogs(target.region);
    const command = new FilterLogEventsCommand({
      logGroupName: location.place,
      startTime: from,
      // Included, unlike the end of a window.
      endTime: until - 1,
      limit: pageEvents,
      ...(session === null ? {} : { filterPattern: `"${session.replaceAll(/["\\]/g, "\\$&")}"` }),
      nextToken,
    });
    const page = await abortable(signal, () => client.send(command, { abortSignal: signal }));
    return { events: page.events ?? [], nextToken: page.nextToken };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: problemOf(error, call) };
  }
}

const endless = (call: AwsCall): Problem => ({
  code: "BadAnswer",
  message: `${call.operation} in ${call.region} (${call.subject}) did not come to an end: try again, and report it if it stays.`,
  operation: call.operation,
});

function recordOf(message: string, latestAt: UsageRequest["latestAt"]): UsageRecord | RecordReason {
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return unparsedReason(message);
  }
  return readUsageRecord(value, latestAt);
}

// Windows go by the time that the log has of an event, and costs by the time in the record: they are taken to be the same.
const stampsDiffer = ({ target, location }: UsageRequest, count: number): Problem => ({
  code: "StampsDiffer",
  message: `${count} usage records of ${location.place} in ${target.region} carry another time than the log has for them: they are metered by their own, and may come to be restated. Report it (docs/usage-logs.md).`,
  operation: "FilterLogEvents",
});
