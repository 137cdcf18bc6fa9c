import { stat } from "node:fs/promises";
import path from "node:path";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import type { DeliveredFile, DeliveredFiles } from "../../adapters/files/delivered-files.ts";
import { folderFiles } from "../../adapters/files/folder-files.ts";
import { failureOf } from "../../adapters/files/input-file.ts";
import { readDelivered } from "../../adapters/files/read-delivered.ts";
import { bucketUsageSource } from "../../adapters/files/usage-source.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { UsageLocation, UsageReading } from "../../core/ports/usage-source.ts";
import type { PastUsage } from "./past-usage.ts";

const dayMs = 86_400_000;
const always = { from: instant(0), until: instant(8.64e15) };

/** Reads a file, a folder or a bucket of usage records: lines, gzipped lines or Parquet, as their first bytes say. */
export async function readUsagePlace(
  place: string,
  cwd: string,
  clients: () => AwsClients,
  past: PastUsage,
  now: Instant,
  signal: AbortSignal,
): Promise<void> {
  const isBucket = place.startsWith("s3://");
  const location: UsageLocation = {
    kind: isBucket ? "bucket" : "folder",
    place: isBucket ? place : path.resolve(cwd, place),
    foundBy: "setting",
    windows: "delivery",
    retentionMs: null,
  };
  const home = isBucket ? await clients().defaultRegion() : null;
  const request = {
    target: { account: accountId(""), region: region(home ?? "us-east-1") },
    location,
    ...always,
    how: "rows",
    session: null,
    latestAt: plusMs(now, dayMs),
  } as const;
  past.note(await reading(), place);

  async function reading(): Promise<UsageReading> {
    if (isBucket) return bucketUsageSource(clients().s3, place).read(request, past.take, signal);
    return readDelivered(await filesAt(location.place), request, past.take, signal);
  }
}

/** The files of a folder, or the one that is named. */
export async function filesAt(place: string): Promise<DeliveredFiles> {
  const found = await stat(place).catch((error: unknown) => failureOf(place, error));
  if (!("size" in found)) return missing(place, found.code, found.message);
  if (found.isDirectory()) return folderFiles(place);
  const file: DeliveredFile = {
    name: path.basename(place),
    deliveredAt: instant(found.mtimeMs),
    sizeBytes: found.size,
  };
  const around = folderFiles(path.dirname(place));
  return { ...around, list: async () => ({ items: [file], problems: [], complete: true }) };
}

function missing(place: string, code: string, message: string): DeliveredFiles {
  const problem = { code, message: `${place} could not be read: ${message}.` };
  return {
    ...folderFiles(path.dirname(place)),
    list: async () => ({ items: [], problems: [problem], complete: false }),
  };
}
