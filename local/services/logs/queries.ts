import { randomUUID } from "node:crypto";
import type { Reply, Request } from "../../service.ts";
import type { Place } from "../../world.ts";
import { isIndex, readToken, writeToken } from "../page-token.ts";
import { invalidParameter, limitExceeded, malformedQuery, notFound } from "./errors.ts";
import { keptFrom, type LogGroup, readableGroup } from "./groups.ts";
import type { QueryResult } from "./insights/execute.ts";
import { parseQuery } from "./insights/parse.ts";
import { type QueryRun, runQuery } from "./run-query.ts";

/** "Maximum number of concurrent Logs Insights queries" of an account and Region. */
const MAX_CONCURRENT = 30;
const MAX_GROUPS = 50;
/** Rows of an answer, where the request names no other limit. */
const MAX_ROWS = 10_000;
/** A query is done after this, or at the third look at it: a clock that stands still must not keep a reader waiting. */
const RUNS_MS = 5000;
const LOOKS_UNTIL_COMPLETE = 3;

interface Query {
  readonly run: QueryRun;
  readonly startedAt: number;
  looks: number;
  isCancelled: boolean;
  answer: (QueryResult & { readonly scanned: number; readonly bytes: number }) | null;
}

interface Asked {
  readonly queryLanguage?: string;
  readonly logGroupName?: string;
  readonly logGroupNames?: readonly string[];
  readonly logGroupIdentifiers?: readonly string[];
  readonly startTime: number;
  readonly endTime: number;
  readonly queryString: string;
  readonly limit?: number;
}

const kept = new WeakMap<Place, Map<string, Query>>();

export function startQuery({ input, place, now }: Request): Reply {
  const asked = input as unknown as Asked;
  if ((asked.queryLanguage ?? "CWLI") !== "CWLI") {
    throw malformedQuery(`queryLanguage ${asked.queryLanguage}: the embedded AWS speaks Insights' own language only.`);
  }
  const groups = groupsAsked(asked, place, now);
  if (asked.startTime > asked.endTime) throw invalidParameter("startTime must not be after endTime.");
  const isOutside = groups.every((group) => asked.endTime * 1000 < Math.max(group.createdAt, keptFrom(group, now)));
  if (isOutside) {
    throw malformedQuery(
      "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings",
    );
  }
  const commands = parseQuery(asked.queryString);
  const queries = kept.get(place) ?? new Map<string, Query>();
  kept.set(place, queries);
  const running = [...queries.values()].filter((query) => statusOf(query, now) !== "Complete" && !query.isCancelled);
  if (running.length >= MAX_CONCURRENT) {
    throw limitExceeded(`Account maximum query concurrency limit of [${MAX_CONCURRENT}] reached.`);
  }
  const queryId = randomUUID();
  queries.set(queryId, {
    run: { groups, commands, from: asked.startTime * 1000, to: asked.endTime * 1000, limit: asked.limit ?? MAX_ROWS },
    startedAt: now,
    looks: 0,
    isCancelled: false,
    answer: null,
  });
  return { body: { queryId } };
}

export function getQueryResults({ input, world, place, now }: Request): Reply {
  const { queryId, nextToken, maxItems } = input as unknown as {
    readonly queryId: string;
    readonly nextToken?: string;
    readonly maxItems?: number;
  };
  const query = queryNamed(place, queryId);
  query.looks++;
  const status = query.isCancelled ? "Cancelled" : statusOf(query, now);
  if (status === "Scheduled") return { body: { queryLanguage: "CWLI", results: [], statistics: noStatistics, status } };
  query.answer ??= runQuery(query.run, world, place, query.startedAt);
  const { rows, matched, scanned, bytes } = query.answer;
  // What a query that still runs shows is a part, and not one to count on.
  const found = status === "Complete" ? rows : rows.slice(0, Math.floor(rows.length / 2));
  const start = nextToken === undefined ? 0 : readToken(queryId, nextToken, isIndex);
  if (start === null) throw invalidParameter("The specified nextToken is invalid.");
  const end = start + (maxItems ?? MAX_ROWS);
  return {
    body: {
      queryLanguage: "CWLI",
      results: found.slice(start, end),
      statistics: {
        recordsMatched: matched,
        recordsScanned: scanned,
        estimatedRecordsSkipped: 0,
        bytesScanned: bytes,
        estimatedBytesSkipped: 0,
        logGroupsScanned: query.run.groups.length,
      },
      status,
      ...(status === "Complete" && end < found.length ? { nextToken: writeToken(queryId, end) } : {}),
    },
  };
}

export function stopQuery({ input, place, now }: Request): Reply {
  const query = queryNamed(place, (input as unknown as { readonly queryId: string }).queryId);
  if (query.isCancelled || statusOf(query, now) === "Complete") {
    throw invalidParameter("The specified query is not running.");
  }
  query.isCancelled = true;
  return { body: { success: true } };
}

function statusOf(query: Query, now: number): "Scheduled" | "Running" | "Complete" {
  if (query.looks >= LOOKS_UNTIL_COMPLETE || now - query.startedAt >= RUNS_MS) return "Complete";
  return query.looks < 2 ? "Scheduled" : "Running";
}

function queryNamed(place: Place, queryId: string): Query {
  const query = kept.get(place)?.get(queryId);
  if (query === undefined) throw notFound("The specified query does not exist.");
  return query;
}

function groupsAsked(asked: Asked, place: Place, now: number): readonly LogGroup[] {
  const { logGroupName: name, logGroupNames: names, logGroupIdentifiers: identifiers } = asked;
  const given = [name === undefined ? undefined : [name], names, identifiers].filter((each) => each !== undefined);
  const [wanted = []] = given;
  if (given.length !== 1 || wanted.length === 0) {
    throw invalidParameter("Exactly one of logGroupName, logGroupNames or logGroupIdentifiers is required.");
  }
  if (wanted.length > MAX_GROUPS) throw invalidParameter(`A query reads at most ${MAX_GROUPS} log groups.`);
  return wanted.map((each) => readableGroup(place, each, now, "StartQuery"));
}

const noStatistics = {
  recordsMatched: 0,
  recordsScanned: 0,
  estimatedRecordsSkipped: 0,
  bytesScanned: 0,
  estimatedBytesSkipped: 0,
  logGroupsScanned: 0,
};
