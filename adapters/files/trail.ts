import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Target } from "../../core/inventory/target.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { ReadPrincipals, SessionPrincipal } from "../../core/ports/principals.ts";
import { bucketClient } from "./bucket-client.ts";
import { bucketFiles } from "./bucket-files.ts";
import { bucketPlaceOf } from "./bucket-place.ts";
import type { DeliveredFile, DeliveredFiles, FileContent } from "./delivered-files.ts";
import { FileFormatError } from "./file-format-error.ts";
import { problemOfFile } from "./file-problem.ts";
import { arrivedAt, folderFiles } from "./folder-files.ts";
import { isGzip } from "./input-file.ts";
import { openedInTurn } from "./opened-in-turn.ts";
import { readTrailEvent, type StartedSession } from "./trail-event.ts";
import { mayHoldTrailOf } from "./trail-folder.ts";

/** Who started which session, from the files of a trail in a folder. */
export const folderTrail =
  (folder: string, arrival = arrivedAt): ReadPrincipals =>
  (target, from, until, signal) =>
    readTrail(folderFiles(folder, arrival), target, from, until, signal);

/** The same from the objects under `s3://bucket/prefix`. */
export const bucketTrail =
  (clientOf: (region: string) => Promise<S3Client>, place: string): ReadPrincipals =>
  (target, from, until, signal) => {
    const { bucket, prefix } = bucketPlaceOf(place);
    const client = bucketClient(clientOf, bucket, target.region);
    const wanted = (folder: string): boolean => mayHoldTrailOf(prefix + folder, target);
    return readTrail(bucketFiles(client, prefix, wanted), target, from, until, signal);
  };

/** Files come within about 15 minutes of their events, and hours later when something was down. */
const latestMs = 6 * 3_600_000;

async function readTrail(
  files: DeliveredFiles,
  target: Target,
  from: Instant,
  until: Instant,
  signal: AbortSignal,
): ReturnType<ReadPrincipals> {
  const listing = await files.list(from, plusMs(until, latestMs), signal);
  const ofTarget = listing.items.filter(({ name }) => mayHoldTrailOf(name, target));
  const principals = new Map<string, SessionPrincipal>();
  const problems: Problem[] = [...listing.problems];
  const unknown: { readonly file: DeliveredFile; readonly missing: string }[] = [];
  const take = ({ startedAt, ...started }: StartedSession): void => {
    const isOfTarget = started.account === target.account && started.region === target.region;
    if (isOfTarget && startedAt >= from && startedAt < until) principals.set(started.session, started);
  };
  for await (const { file, content } of openedInTurn(files, ofTarget, signal)) {
    try {
      for (const event of await eventsOf(await content())) {
        const read = readTrailEvent(event);
        if (typeof read === "string") unknown.push({ file, missing: read });
        else if (read !== null) take(read);
      }
    } catch (error) {
      signal.throwIfAborted();
      problems.push(problemOfFile(files, file, error));
    }
  }
  return { principals: [...principals.values()], problems: [...problems, ...unknownProblem(files, unknown)] };
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
