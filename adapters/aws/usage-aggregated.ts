import type { UsageRecord } from "../../core/billing/usage-record.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { UsageReading, UsageRequest, UsageSource } from "../../core/ports/usage-source.ts";
import type { AwsClients } from "./clients.ts";
import { type InsightsRow, runInsightsQuery } from "./insights-query.ts";
import { usageCollector } from "./usage-batches.ts";
import { pseudoRecordsOf } from "./usage-minute.ts";

const minuteMs = 60_000;
/** "up to 10,000 log events" an answer, whatever is asked. */
const mostRows = 10_000;
/** So many events of which none is a usage record are no coincidence: a session writes sixty a minute. */
const mostUnclear = 100;

/** Why a figure made of minutes is not exact. */
const approximateBecause =
  "summed up by the minute in CloudWatch Logs Insights: memory is charged at the minute's peak, and a redelivered record counts twice";

/**
 * Reads a window of a log group as sums by session and minute, made on the server. Where an answer is full, the window is
 * asked for again in halves.
 */
export async function readUsageAggregated(
  clients: AwsClients,
  request: UsageRequest,
  pollMs: number,
  onUsage: Parameters<UsageSource["read"]>[1],
  signal: AbortSignal,
): Promise<UsageReading> {
  const collector = usageCollector();
  const skipped = new Map<string, number>();
  const problems: Problem[] = [];
  let lines = 0;
  let unclearEvents = 0;
  const waiting: (readonly [Instant, Instant])[] = [[request.from, request.until]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [from, until] = next;
    const outcome = await runInsightsQuery(
      clients,
      request,
      { text: queryOf(from, until), from, until },
      pollMs,
      signal,
    );
    if ("problem" in outcome) {
      problems.push(outcome.problem);
      break;
    }
    const halves = outcome.rows.length >= mostRows ? halvesOf(from, until) : null;
    if (halves !== null) {
      waiting.push(...halves);
      continue;
    }
    if (outcome.rows.length >= mostRows) {
      problems.push(tooMany(request, from));
      break;
    }
    for (const row of outcome.rows) {
      lines += 1;
      const records = recordsOf(row, request);
      if (records === null) {
        skipped.set("not-a-minute", (skipped.get("not-a-minute") ?? 0) + 1);
        unclearEvents += Number(row["events"] ?? 0);
      } else for (const record of records) collector.add(record);
    }
  }
  const minutes = lines - (skipped.get("not-a-minute") ?? 0);
  if (minutes === 0 && unclearEvents >= mostUnclear) problems.push(unclear(request, unclearEvents));
  // Half of a sum is another record than all of it: what is not complete is not handed on.
  const records = problems.length === 0 ? collector.size() : 0;
  if (records > 0) await onUsage(collector.take());
  return { lines, records, skipped, complete: problems.length === 0, approximate: approximateBecause, problems };
}

const elapsed = "coalesce(attributes.time_elapsed_seconds, attributes.elapsed_time_seconds)";
const vcpuHours = "metrics.codeInterpreter.vcpu.hours.used";
const gbHours = "metrics.codeInterpreter.memory.gb_hours.used";
const sums = [
  "count(*) as events",
  `sum(${elapsed} * 1000) as elapsedMs`,
  `sum(${vcpuHours} * 3600000000000) as vcpuNs`,
  `sum(${gbHours} * 3600000000000) as gbNs`,
  `max(${gbHours} * 3600000000000 / greatest(${elapsed}, 0.25)) as peakNanoGb`,
];
const groups = [
  "attributes.account.id as account",
  "attributes.region as region",
  "resource_arn as arn",
  "attributes.session.id as session",
];

/**
 * Sums are asked for in small units, because Insights may give a number with four decimals. A record shorter than 0.25 s
 * has no memory level of its own; spread over 0.25 s it cannot be above the level that it was part of. Events without a
 * session are asked for as well: that none of them was understood would else look like nothing.
 */
function queryOf(from: Instant, until: Instant): string {
  return [
    `filter toMillis(@timestamp) >= ${from} and toMillis(@timestamp) < ${until}`,
    `stats ${sums.join(", ")} by ${groups.join(", ")}, bin(1m) as minute`,
    `limit ${mostRows}`,
  ].join("\n| ");
}

/** Null for a window of a minute, which cannot be cut further. Cuts are at minutes, so that no bin is in both halves. */
function halvesOf(from: Instant, until: Instant): readonly (readonly [Instant, Instant])[] | null {
  const middle = instant(Math.ceil((from + until) / 2 / minuteMs) * minuteMs);
  if (middle <= from || middle >= until) return null;
  return [
    [middle, until],
    [from, middle],
  ];
}

/** Null where the row is no minute of a session. */
function recordsOf(row: InsightsRow, { session }: UsageRequest): readonly UsageRecord[] | null {
  const [account, inRegion, arn, id] = [row["account"], row["region"], row["arn"], row["session"]];
  if (!account || !inRegion || !arn || !id) return null;
  const at = Date.parse(`${(row["minute"] ?? "").replace(" ", "T")}Z`);
  const figure = (name: string): number => (row[name] === undefined ? Number.NaN : Number(row[name]));
  const minute = {
    at: instant(at),
    elapsedSeconds: figure("elapsedMs") / 1000,
    vcpuHours: figure("vcpuNs") / 3600e9,
    gbHours: figure("gbNs") / 3600e9,
    peakGb: figure("peakNanoGb") / 1e9,
  };
  if (!Object.values(minute).every((value) => Number.isFinite(value) && value >= 0)) return null;
  if (session !== null && id !== session) return [];
  const key = {
    account: accountId(account),
    region: region(inRegion),
    interpreter: interpreterId(arn.slice(arn.lastIndexOf("/") + 1)),
    session: sessionId(id),
  };
  return pseudoRecordsOf(minute).map((figures) => ({ ...key, ...figures }));
}

const tooMany = ({ target, location }: UsageRequest, from: Instant): Problem => ({
  code: "TooManySessions",
  message: `More than ${mostRows} sessions wrote usage records to ${location.place} in ${target.region} in the minute of ${new Date(from).toISOString()}: the answer of Logs Insights holds no more. Set usage.aggregateAbove higher, so that they are read row by row.`,
  operation: "GetQueryResults",
});

const unclear = ({ target, location }: UsageRequest, events: number): Problem => ({
  code: "NoUsageRecords",
  message: `Logs Insights found none of the fields of usage records in ${events} events of ${location.place} in ${target.region}: set usage.aggregateAbove higher, so that they are read row by row, and report it where they are usage records (docs/usage-logs.md).`,
  operation: "GetQueryResults",
});
