import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import type { Span } from "../../core/cleanup/evidence/evidence.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
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

/** What a place tells of calls. */
export interface CallsRead {
  /** By start; each once, however often it was delivered. */
  readonly calls: readonly RecordedCall[];
  /** How many lines tell of a call at a time at which none can have been: what is missing for them is not known. */
  readonly odd: number;
}

/** Reads what runs code in sessions of an interpreter. */
export async function readRecordedCalls(
  clients: AwsClients,
  target: Target,
  interpreter: InterpreterId,
  { kind, group }: CallsPlace,
  window: Span,
  now: Instant,
  signal: AbortSignal,
): Promise<CallsRead | { readonly problem: Problem }> {
  const call: AwsCall = { operation: "FilterLogEvents", region: target.region, subject: `log group ${group}` };
  const found = new Map<string, RecordedCall>();
  const parse = kind === "spans" ? callOfSpan : callOfLog;
  let odd = 0;
  const take = ({ message = "", timestamp, ingestionTime }: FilteredLogEvent): void => {
    // A pass takes some time, and what came meanwhile is of then.
    const latest = instant(Math.max(now, ingestionTime ?? now));
    const recorded = parse(message, timestamp ?? null, interpreter, latest);
    if (recorded === "odd") odd += 1;
    else if (recorded !== null) found.set(nameOf(recorded), recorded);
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
  return { calls: [...found.values()].toSorted((a, b) => a.from - b.from), odd };
}

/**
 * All that is told of it: whoever writes the id of another's request must not take its place. Where one id comes with two sessions, or with
 * other times, there are more calls than the metric counts, so that none of them is believed.
 */
const nameOf = ({ id, session, from, until }: RecordedCall): string => JSON.stringify([id, session, from, until]);

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
