import type { Reply, Request } from "../../service.ts";
import { readToken, writeToken } from "../page-token.ts";
import { invalidParameter } from "./errors.ts";
import { matcherOf, termsOf } from "./filter-pattern.ts";
import { keptFrom, type LogGroup, readableGroup, type Source, sourcesOf } from "./groups.ts";
import { eventsIn, type LogEvent, nextEventAt, sourcesIn } from "./log-events.ts";

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
  const source = { world, group, place, now, terms: termsOf(asked.filterPattern ?? "") };
  const { found, next } = search(source, start, end, isWanted, asked.limit ?? MAX_EVENTS);
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

type Searched = Pick<Request, "world" | "place" | "now"> & {
  readonly group: LogGroup;
  readonly terms: readonly string[];
};

function search(searched: Searched, start: number, end: number, isWanted: (event: LogEvent) => boolean, limit: number) {
  const { world, group, place, now } = searched;
  const all = sourcesIn(sourcesOf(place, group), { from: start, to: end, now });
  const sources = ofSession(all, searched.terms);
  const others = all.length === sources.length ? [] : all.filter((each) => !sources.includes(each));
  const found: LogEvent[] = [];
  let bytes = 0;
  let looked = 0;
  for (let from = start; from < end; ) {
    const at = nextEventAt(world, group, sources, from);
    if (at === null || at >= end) break;
    if (at - from > LONGEST_GAP_MS || looked >= SEARCHED_EVENTS) return { found, next: [at, ""] as const };
    const to = sliceEnd(sourcesIn(all, { from: at, to: at + LONGEST_SLICE_MS, now }).length, at, end);
    const span = { from: at, to, now };
    const events = eventsIn(world, group, sourcesIn(sources, span), span);
    looked += events.length + passedOver(sourcesIn(others, span), span);
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

/**
 * A record names its own session and no other. So where a session's id is asked for, the records of all others are not even
 * made: a search for one session among hundreds would else take as long as one for all of them.
 */
function ofSession(sources: readonly Source[], terms: readonly string[]): readonly Source[] {
  const ids = new Set(sources.map(({ session }) => session.id));
  const wanted = terms.filter((term) => ids.has(term));
  return wanted.length === 0 ? sources : sources.filter(({ session }) => wanted.every((id) => id === session.id));
}

/** How many records were searched without being made: about one a second of a metered life. */
const passedOver = (sources: readonly Source[], { from, to }: { readonly from: number; readonly to: number }): number =>
  sources.filter(({ kind }) => kind === "usage").length * Math.floor((to - from) / 1000);

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
