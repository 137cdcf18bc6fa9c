import type { Reply, Request } from "../../service.ts";
import { readToken, writeToken } from "../page-token.ts";
import { invalidParameter } from "./errors.ts";
import { matcherOf } from "./filter-pattern.ts";
import { keptFrom, type LogGroup, readableGroup, sessionsOf } from "./groups.ts";
import { eventsIn, type LogEvent, nextEventAt, sessionsIn } from "./log-events.ts";

/** "Up to 1 MB (up to 10,000 log events)" of one answer. Counted are the bytes of the messages. */
const MAX_EVENTS = 10_000;
const MAX_BYTES = 1_048_576;
/**
 * How much one request searches before it answers with what it found, be it nothing, and a token to go on: AWS does so
 * ("can return an empty page with a token") without saying after how much.
 */
const SEARCHED_EVENTS = 50_000;
const LONGEST_GAP_MS = 24 * 3_600_000;
const LONGEST_SLICE_MS = 3_600_000;
const EVENTS_PER_SLICE = 10_000;
/** "This token expires after 24 hours." */
const TOKEN_LIVES_MS = 24 * 3_600_000;

interface Asked {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
  readonly logStreamNames?: readonly string[];
  readonly logStreamNamePrefix?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly filterPattern?: string;
  readonly limit?: number;
  readonly startFromHead?: boolean;
  readonly nextToken?: string;
}

/** Where the next page begins: a time, and the last event that was looked at before it. */
type Position = readonly [at: number, after: string, madeAt: number];

export function filterLogEvents({ input, world, place, now }: Request): Reply {
  const { nextToken: token, ...asked } = input as unknown as Asked;
  const group = groupOf(asked, { world, place, now });
  const matches = matcherOf(asked.filterPattern ?? "");
  const inStream = streamFilter(asked);
  const position = token === undefined ? null : readToken(asked, token, isPosition);
  if (token !== undefined && (position === null || now - position[2] > TOKEN_LIVES_MS)) {
    throw invalidParameter("The specified nextToken is invalid.");
  }
  const isWanted = (event: LogEvent): boolean =>
    inStream(event.stream) && event.id > (position?.[1] ?? "") && matches(event.message());
  const start = Math.max(position?.[0] ?? asked.startTime ?? group.createdAt, keptFrom(group, now));
  // Both ends are included; nothing is stamped after the present.
  const end = Math.min(asked.endTime ?? now, now) + 1;
  const { found, next } = search({ world, group, place, now }, start, end, isWanted, asked.limit ?? MAX_EVENTS);
  return {
    body: {
      events: found.map((event) => ({
        logStreamName: event.stream,
        timestamp: event.at,
        message: event.message(),
        ingestionTime: event.ingestedAt,
        eventId: event.id,
      })),
      // Always empty since June 2020, says the API reference.
      searchedLogStreams: [],
      ...(next === null ? {} : { nextToken: writeToken(asked, [...next, now]) }),
    },
  };
}

type Source = Pick<Request, "world" | "place" | "now"> & { readonly group: LogGroup };

function search(source: Source, start: number, end: number, isWanted: (event: LogEvent) => boolean, limit: number) {
  const { world, group, place, now } = source;
  const sessions = sessionsIn(sessionsOf(place, group), { from: start, to: end, now });
  const found: LogEvent[] = [];
  let bytes = 0;
  let searched = 0;
  for (let from = start; from < end; ) {
    const at = nextEventAt(world, group.interpreters, sessions, from);
    if (at === null || at >= end) break;
    if (at - from > LONGEST_GAP_MS || searched >= SEARCHED_EVENTS) return { found, next: [at, ""] as const };
    const to = sliceEnd(sessionsIn(sessions, { from: at, to: at + LONGEST_SLICE_MS, now }).length, at, end);
    const span = { from: at, to, now };
    const events = eventsIn(world, group.interpreters, sessionsIn(sessions, span), span);
    searched += events.length;
    for (const event of events.filter(isWanted)) {
      const size = Buffer.byteLength(event.message());
      if (found.length >= limit || bytes + size > MAX_BYTES) {
        const last = found.at(-1);
        return { found, next: [last?.at ?? at, last?.id ?? ""] as const };
      }
      found.push(event);
      bytes += size;
    }
    from = to;
  }
  return { found, next: null };
}

/** Short enough for about as many events as one page takes, at one a second and session. */
const sliceEnd = (sessions: number, from: number, end: number): number =>
  Math.min(end, from + Math.min(LONGEST_SLICE_MS, Math.max(1000, Math.floor(EVENTS_PER_SLICE / sessions) * 1000)));

function groupOf(asked: Asked, { place, now }: Pick<Request, "world" | "place" | "now">): LogGroup {
  if (asked.logGroupName !== undefined && asked.logGroupIdentifier !== undefined) {
    throw invalidParameter("LogGroup name and LogGroup identifier are mutually exclusive parameters.");
  }
  const identifier = asked.logGroupName ?? asked.logGroupIdentifier;
  if (identifier === undefined) throw invalidParameter("Either logGroupName or logGroupIdentifier is required.");
  return readableGroup(place, identifier, now, "FilterLogEvents");
}

function streamFilter(asked: Asked): (stream: string) => boolean {
  const { logStreamNames: names, logStreamNamePrefix: prefix } = asked;
  if (names !== undefined && prefix !== undefined) {
    throw invalidParameter("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.");
  }
  if (asked.startTime !== undefined && asked.endTime !== undefined && asked.startTime > asked.endTime) {
    // Not verified: AWS may answer an empty page instead.
    throw invalidParameter("startTime must not be after endTime.");
  }
  if (asked.startFromHead === false) {
    throw invalidParameter("startFromHead: the embedded AWS gives events from the oldest on only.");
  }
  return (stream) => names?.includes(stream) ?? stream.startsWith(prefix ?? "");
}

const isPosition = (at: unknown): at is Position =>
  Array.isArray(at) &&
  at.length === 3 &&
  typeof at[0] === "number" &&
  typeof at[1] === "string" &&
  typeof at[2] === "number";
