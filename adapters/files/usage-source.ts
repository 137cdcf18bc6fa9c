import { stat } from "node:fs/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Target } from "../../core/inventory/target.ts";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import type { Located, UsageLocation, UsageRequest, UsageSource } from "../../core/ports/usage-source.ts";
import { bucketClient } from "./bucket-client.ts";
import { bucketFiles } from "./bucket-files.ts";
import { bucketPlaceOf } from "./bucket-place.ts";
import { windowsByClock } from "./folder-clock.ts";
import { arrivedAt, folderFiles } from "./folder-files.ts";
import { failureOf } from "./input-file.ts";
import { readDelivered } from "./read-delivered.ts";

/**
 * Usage records in the files of folders. `folder` has those of all interpreters; null where none is named, and only what was
 * found before is read. `arrival` says when a file was delivered, and `clock` what time it is for whoever writes that down;
 * null where that is the time of the requests (for tests).
 */
export function folderUsageSource(
  folder: string | null,
  arrival = arrivedAt,
  clock: (() => number) | null = arrival === arrivedAt ? Date.now : null,
): UsageSource {
  const windowOf = clock === null ? unchanged : windowsByClock(clock);
  return {
    locate: (target, interpreter) => locateFolder(folder, target, interpreter),
    read: (request, onUsage, signal) =>
      readDelivered(folderFiles(request.location.place, arrival), windowOf(request), onUsage, signal),
  };
}

const unchanged = (request: UsageRequest): UsageRequest => request;

/**
 * Usage records in the objects of buckets. `place` is the `s3://bucket/prefix` that has those of all interpreters, or null
 * where only what deliveries name is read. `clientOf` makes the client of a Region.
 */
export function bucketUsageSource(clientOf: (region: string) => Promise<S3Client>, place: string | null): UsageSource {
  return {
    // Whether it can be read, reading it will tell.
    locate: async (target, interpreter) =>
      place === null ? notNamed("bucket", target, interpreter) : foundAt("bucket", place),
    read: (request, onUsage, signal) => {
      const { bucket, prefix } = bucketPlaceOf(request.location.place);
      const client = bucketClient(clientOf, bucket, request.target.region);
      return readDelivered(bucketFiles(client, prefix), request, onUsage, signal);
    },
  };
}

async function locateFolder(folder: string | null, target: Target, interpreter: InterpreterId): Promise<Located> {
  if (folder === null) return notNamed("folder", target, interpreter);
  try {
    await stat(folder);
    return foundAt("folder", folder);
  } catch (error) {
    const { code, message } = failureOf(folder, error);
    const problem = { code, message: `${folder} could not be looked at (${message}): see \`usage.from\`.` };
    return { kind: "none", reason: code === "ENOENT" ? "missing" : "unreadable", problem };
  }
}

const notNamed = (kind: string, { region }: Target, interpreter: InterpreterId): Located => {
  const message = `No ${kind} is named for the usage logs of ${interpreter} in ${region}: see \`usage.from\`.`;
  return { kind: "none", reason: "not-enabled", problem: { code: "UsageLogsNotEnabled", message } };
};

const foundAt = (kind: UsageLocation["kind"], place: string): Located => ({
  kind: "found",
  location: { kind, place, foundBy: "setting", windows: "delivery", retentionMs: null },
});
