import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import type { Span } from "../../core/cleanup/evidence/evidence.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { abortable } from "./abortable.ts";
import { type AwsCall, problemOf } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";
import { callsOperation } from "./interpreter-calls-series.ts";
import { callOfLog, callOfSpan, type RecordedCall } from "./session-calls-record.ts";

/** Where single calls of an interpreter are recorded. */
export interface CallsPlace {
  readonly kind: "spans" | "logs";
  readonly group: string;
}

// API reference, FilterLogEvents, read 2026-11: up to 10 000 events or 1 MB an answer.
const pageEvents = 10_000;
/** A page takes a fifth of a second: an interpreter that is called more than this allows is told apart by the metric alone. */
const mostPages = 300;
/** A call is stamped with its start or its end, and lasts 15 minutes at most; minutes are whole, and a pass takes some time, too. */
const besideMs = 16 * 60_000;
const afterMs = 60 * 60_000;

/** Reads what runs code in sessions of an interpreter, by start; each call once, however often it was delivered. */
export async function readRecordedCalls(
  clients: AwsClients,
  target: Target,
  interpreter: InterpreterId,
  { kind, group }: CallsPlace,
  window: Span,
  signal: AbortSignal,
): Promise<{ readonly calls: readonly RecordedCall[] } | { readonly problem: Problem }> {
  const call: AwsCall = { operation: "FilterLogEvents", region: target.region, subject: `log group ${group}` };
  const found = new Map<string, RecordedCall>();
  const parse = kind === "spans" ? callOfSpan : callOfLog;
  const take = ({ message = "", timestamp }: FilteredLogEvent): void => {
    const recorded = parse(message, timestamp ?? null, interpreter);
    if (recorded !== null && !found.has(recorded.id)) found.set(recorded.id, recorded);
  };
  const seen = new Set<string>();
  let token: string | undefined;
  try {
    do {
      const page = await pageOf(clients, target, group, patternOf(kind, interpreter), window, token, signal);
      for (const event of page.events ?? []) take(event);
      // An empty page with a token is no end: only a page without one is.
      token = page.nextToken;
      if (token !== undefined && (seen.has(token) || seen.size >= mostPages)) return { problem: tooMany(call) };
      if (token !== undefined) seen.add(token);
    } while (token !== undefined);
  } catch (error) {
    signal.throwIfAborted();
    return { problem: problemOf(error, call) };
  }
  return { calls: [...found.values()].toSorted((a, b) => a.from - b.from) };
}

/** Spans of an account and Region are all in one group, those of other services too. */
const patternOf = (kind: CallsPlace["kind"], interpreter: InterpreterId): string =>
  kind === "spans" ? `"${callsOperation}" "${interpreter}"` : `"${callsOperation}"`;

function pageOf(
  clients: AwsClients,
  target: Target,
  group: string,
  filterPattern: string,
  window: Span,
  nextToken: string | undefined,
  signal: AbortSignal,
) {
  const startTime: Instant = plusMs(window.from, -besideMs);
  const endTime: Instant = plusMs(window.until, afterMs);
  return abortable(signal, async () => {
    const { FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const client = await clients.cloudWatchLogs(target.region);
    const asked = { logGroupName: group, startTime, endTime, limit: pageEvents, filterPattern, nextToken };
    return client.send(new FilterLogEventsCommand(asked), { abortSignal: signal });
  });
}

const tooMany = (call: AwsCall): Problem => ({
  code: "BadAnswer",
  message: `${call.operation} in ${call.region} (${call.subject}) gave more than ${mostPages} pages, or the same one again: calls of single sessions are not known.`,
  operation: call.operation,
});
