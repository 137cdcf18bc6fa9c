import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Target } from "../../core/inventory/target.ts";
import { isoOf, plusMs } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { SessionPrincipal, StartedSession, Trail } from "../../core/ports/principals.ts";
import { bucketClient } from "./bucket-client.ts";
import { bucketFiles } from "./bucket-files.ts";
import { bucketPlaceOf } from "./bucket-place.ts";
import type { DeliveredFile, DeliveredFiles, FileContent } from "./delivered-files.ts";
import { FileFormatError } from "./file-format-error.ts";
import { problemOfFile } from "./file-problem.ts";
import { arrivedAt, folderFiles } from "./folder-files.ts";
import { isGzip } from "./input-file.ts";
import { openedInTurn } from "./opened-in-turn.ts";
import { readTrailEvent } from "./trail-event.ts";
import { mayHoldTrailOf } from "./trail-folder.ts";

/** Who started which session, from the files of a trail in a folder. */
export const folderTrail = (folder: string, arrival = arrivedAt): Trail => trailOf(() => folderFiles(folder, arrival));

/** The same from the objects under `s3://bucket/prefix`. */
export const bucketTrail = (clientOf: (region: string) => Promise<S3Client>, place: string): Trail =>
  trailOf((target) => {
    const { bucket, prefix } = bucketPlaceOf(place);
    const client = bucketClient(clientOf, bucket, target.region);
    return bucketFiles(client, prefix, (folder) => mayHoldTrailOf(prefix + folder, target));
  });

/** Files come within about 15 minutes of their events, and hours later when something was down. */
const latestMs = 6 * 3_600_000;
/** Files that are followed at once: more of them are left for the next time, so that a first look takes no hours. */
const followedAtOnce = 1000;

const trailOf = (filesOf: (target: Target) => DeliveredFiles): Trail => ({
  read: async (target, from, until, signal) => {
    const files = filesOf(target);
    const listing = await files.list(from, plusMs(until, latestMs), signal);
    const items = listing.items.filter(({ name }) => mayHoldTrailOf(name, target));
    const { starts, refused, unknown } = await readStarts(files, items, target, "all", signal);
    const principals = new Map<string, SessionPrincipal>();
    for (const { startedAt, ...started } of starts) {
      if (startedAt >= from && startedAt < until) principals.set(started.session, started);
    }
    const problems = [...listing.problems, ...refused.map(({ problem }) => problem), ...unknown];
    return { principals: [...principals.values()], problems };
  },
  follow: async (target, from, until, signal) => {
    const files = filesOf(target);
    // Folders are listed by the date in their names, which may lie hours before the delivery.
    const listing = await files.list(plusMs(from, -latestMs), until, signal);
    if (!listing.complete) return { starts: [], readUntil: from, problems: listing.problems };
    const all = listing.items.filter(({ name, deliveredAt }) => deliveredAt >= from && mayHoldTrailOf(name, target));
    const { items, rest } = firstOf(all);
    const { starts, refused, unknown } = await readStarts(files, items, target, "until-refused", signal);
    const left = rest === null ? [] : [leftProblem(files, rest, all.length - items.length)];
    return {
      starts,
      readUntil: refused[0]?.file.deliveredAt ?? rest?.deliveredAt ?? until,
      problems: [...listing.problems, ...refused.map(({ problem }) => problem), ...unknown, ...left],
    };
  },
});

/** Files of one moment stay together: what follows goes on from a moment. */
function firstOf(all: readonly DeliveredFile[]): {
  readonly items: readonly DeliveredFile[];
  readonly rest: DeliveredFile | null;
} {
  const last = all[followedAtOnce - 1];
  const end = last === undefined ? -1 : all.findIndex(({ deliveredAt }) => deliveredAt > last.deliveredAt);
  return end < 0 ? { items: all, rest: null } : { items: all.slice(0, end), rest: all[end] ?? null };
}

const leftProblem = ({ place }: DeliveredFiles, next: DeliveredFile, count: number): Problem => ({
  code: "TrailBehind",
  message: `${count} files of the trail ${place}, from ${isoOf(next.deliveredAt)} on, are left for the next pass: until they are read, who started their sessions is not known.`,
});

interface ReadStarts {
  readonly starts: readonly StartedSession[];
  readonly refused: readonly { readonly file: DeliveredFile; readonly problem: Problem }[];
  readonly unknown: readonly Problem[];
}

/** What files tell of the starts of a target; `until-refused`: of those before the first that cannot be read. */
async function readStarts(
  files: DeliveredFiles,
  items: readonly DeliveredFile[],
  { account, region }: Target,
  which: "all" | "until-refused",
  signal: AbortSignal,
): Promise<ReadStarts> {
  const starts: StartedSession[] = [];
  const refused: { readonly file: DeliveredFile; readonly problem: Problem }[] = [];
  const unknown: { readonly file: DeliveredFile; readonly missing: string }[] = [];
  for await (const { file, content } of openedInTurn(files, items, signal)) {
    try {
      for (const event of await eventsOf(await content())) {
        const read = readTrailEvent(event);
        if (typeof read === "string") unknown.push({ file, missing: read });
        else if (read !== null && read.account === account && read.region === region) starts.push(read);
      }
    } catch (error) {
      signal.throwIfAborted();
      refused.push({ file, problem: problemOfFile(files, file, error) });
      if (which === "until-refused") break;
    }
  }
  return { starts, refused, unknown: unknownProblem(files, unknown) };
}

const unzip = promisify(gunzip);
/** CloudTrail's files have 50 MB at most, unzipped. */
const longestBytes = 256 * 1024 * 1024;

async function eventsOf(content: FileContent): Promise<readonly unknown[]> {
  try {
    if (content.byteLength > longestBytes) throw new FileFormatError("it is too large for a file of a trail");
    const bytes = new Uint8Array(await content.slice(0));
    const plain = isGzip(bytes) ? await unzip(bytes, { maxOutputLength: longestBytes }) : bytes;
    const value: unknown = JSON.parse(Buffer.from(plain).toString());
    const events = typeof value === "object" && value !== null && "Records" in value ? value.Records : null;
    if (!Array.isArray(events)) throw new FileFormatError("it has no list of Records");
    return events;
  } catch (error) {
    throw error instanceof SyntaxError ? new FileFormatError("it is no JSON", { cause: error }) : error;
  } finally {
    await content.close();
  }
}

function unknownProblem(
  { place }: DeliveredFiles,
  unknown: readonly { readonly file: DeliveredFile; readonly missing: string }[],
): readonly Problem[] {
  const [first] = unknown;
  if (first === undefined) return [];
  const count = `${unknown.length} event${unknown.length === 1 ? "" : "s"} of StartCodeInterpreterSession`;
  const message = `${count} did not say who started which session (${place}${first.file.name} lacks ${first.missing}): those sessions have no principal.`;
  return [{ code: "UnknownEvents", message, operation: "StartCodeInterpreterSession" }];
}
