import { stat } from "node:fs/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Located, UsageLocation, UsageSource } from "../../core/ports/usage-source.ts";
import { bucketClient } from "./bucket-client.ts";
import { bucketFiles } from "./bucket-files.ts";
import { bucketPlaceOf } from "./bucket-place.ts";
import { arrivedAt, folderFiles } from "./folder-files.ts";
import { failureOf } from "./input-file.ts";
import { readDelivered } from "./read-delivered.ts";

/**
 * Usage records in the files of a folder, which has those of all interpreters. `arrival` says when a file was delivered
 * (for tests).
 */
export function folderUsageSource(folder: string, arrival = arrivedAt): UsageSource {
  const files = folderFiles(folder, arrival);
  return {
    locate: async () => {
      try {
        await stat(folder);
        return foundAt("folder", folder);
      } catch (error) {
        const { code, message } = failureOf(folder, error);
        const problem = { code, message: `${folder} could not be looked at (${message}): see \`usage.from\`.` };
        return { kind: "none", reason: code === "ENOENT" ? "missing" : "unreadable", problem };
      }
    },
    read: (request, onUsage, signal) => readDelivered(files, request, onUsage, signal),
  };
}

/**
 * Usage records in the objects of buckets. `place` is the `s3://bucket/prefix` that has those of all interpreters, or null
 * where only what deliveries name is read. `clientOf` makes the client of a Region.
 */
export function bucketUsageSource(clientOf: (region: string) => Promise<S3Client>, place: string | null): UsageSource {
  return {
    // Whether it can be read, reading it will tell.
    locate: async (target, interpreter) => {
      if (place !== null) return foundAt("bucket", place);
      const message = `No bucket is named for the usage logs of ${interpreter} in ${target.region}: see \`usage.from\`.`;
      return { kind: "none", reason: "not-enabled", problem: { code: "NotEnabled", message } };
    },
    read: (request, onUsage, signal) => {
      const { bucket, prefix } = bucketPlaceOf(request.location.place);
      const client = bucketClient(clientOf, bucket, request.target.region);
      return readDelivered(bucketFiles(client, prefix), request, onUsage, signal);
    },
  };
}

const foundAt = (kind: UsageLocation["kind"], place: string): Located => ({
  kind: "found",
  location: { kind, place, foundBy: "setting", windows: "delivery", retentionMs: null },
});
