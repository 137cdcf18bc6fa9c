import { mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { type BucketClient, bucketClient } from "../../adapters/files/bucket-client.ts";
import { bucketFiles } from "../../adapters/files/bucket-files.ts";
import type { DeliveredFiles } from "../../adapters/files/delivered-files.ts";
import { folderFiles } from "../../adapters/files/folder-files.ts";
import { bucketUsageSource, folderUsageSource } from "../../adapters/files/usage-source.ts";
import { region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { UsageLocation, UsageSource } from "../../core/ports/usage-source.ts";
import { ledgerAws } from "../local-services/ledger-clients.ts";
import { START } from "../local-services/local-aws.ts";

/** A place that files can be delivered to, at any time from `START` on that does not go back. */
export interface DeliveryPlace {
  readonly source: UsageSource;
  readonly location: UsageLocation;
  readonly files: DeliveredFiles;
  readonly deliver: (name: string, content: string | Uint8Array, at?: number) => Promise<void>;
}

export function folderPlace(): DeliveryPlace & { readonly folder: string } {
  const folder = mkdtempSync(path.join(tmpdir(), "delivered-"));
  const times = new Map<number, number>();
  // The time of a file's last change cannot be set.
  const arrival = ({ ino }: { readonly ino: number }) => instant(times.get(ino) ?? START);
  return {
    folder,
    source: folderUsageSource(folder, arrival),
    location: { kind: "folder", place: folder, foundBy: "setting", windows: "delivery", retentionMs: null },
    files: folderFiles(folder, arrival),
    deliver: async (name, content, at = START) => {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      times.set(statSync(file).ino, at);
    },
  };
}

export async function bucketPlace(prefix = "logs/"): Promise<DeliveryPlace & { readonly client: BucketClient }> {
  const aws = await ledgerAws({ places: [{ region: "us-east-1" }] });
  const s3 = aws.s3();
  await s3.send(new CreateBucketCommand({ Bucket: "usage-of-tests" }));
  let now = START;
  const client = bucketClient(async () => s3, "usage-of-tests", region("us-east-1"));
  const place = `s3://usage-of-tests/${prefix}`;
  return {
    source: bucketUsageSource(async () => s3, place),
    location: { kind: "bucket", place, foundBy: "setting", windows: "delivery", retentionMs: null },
    files: bucketFiles(client, prefix),
    client,
    deliver: async (name, content, at = START) => {
      if (at > now) aws.advance(at - now);
      now = Math.max(now, at);
      await s3.send(new PutObjectCommand({ Bucket: "usage-of-tests", Key: prefix + name, Body: Buffer.from(content) }));
    },
  };
}
