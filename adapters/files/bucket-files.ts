import { Readable } from "node:stream";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { BucketClient } from "./bucket-client.ts";
import { type BucketCall, bucketProblem } from "./bucket-problem.ts";
import { mayHoldDeliveries } from "./dated-folder.ts";
import { type DeliveredFile, type DeliveredFiles, inOrderOfDelivery, isDelivered } from "./delivered-files.ts";

/** Folders that are listed at the same time. */
const listedAtOnce = 8;
/** A level with more folders than one page has none by date: its files are listed without them. */
const mostFolders = 1000;
/** A smaller object is fetched at once, so that its connection does not wait for whoever reads what came before. */
const wholeBytes = 8 * 1024 * 1024;

/**
 * Objects whose keys begin with `prefix`, which is empty or ends in a slash. Only folders whose date allows it are listed
 * (`mayHoldDeliveries`); what counts is LastModified. `wanted` says of a folder whether anything in it can be of interest.
 */
export function bucketFiles(client: BucketClient, prefix: string, wanted = (_folder: string) => true): DeliveredFiles {
  const { bucket } = client;
  const callOf = (operation: BucketCall["operation"], path: string): BucketCall => ({
    operation,
    bucket,
    path: prefix + path,
  });
  const get = async (name: string, signal: AbortSignal, range?: string): Promise<GetObjectCommandOutput> => {
    const { GetObjectCommand } = await import("@aws-sdk/client-s3");
    const object = { Bucket: bucket, Key: prefix + name, ...(range === undefined ? {} : { Range: range }) };
    return client.send((s3) => s3.send(new GetObjectCommand(object), { abortSignal: signal }));
  };
  const bytesOf = async (name: string, signal: AbortSignal, range?: string): Promise<Uint8Array<ArrayBuffer>> => {
    const body = bodyOf(await get(name, signal, range));
    return Uint8Array.from(await body.transformToByteArray());
  };

  /** What lies directly in a folder, or all that is in it where it has too many folders. */
  const level = async (folder: string, keep: (file: DeliveredFile) => boolean, flat: boolean, signal: AbortSignal) => {
    const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
    const files: DeliveredFile[] = [];
    const folders: string[] = [];
    let token: string | undefined;
    do {
      const page = await client.send((s3) =>
        s3.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix + folder,
            ...(flat ? {} : { Delimiter: "/" }),
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
          { abortSignal: signal },
        ),
      );
      for (const { Key = "", LastModified, Size = 0 } of page.Contents ?? []) {
        const name = Key.slice(prefix.length);
        const own = name.slice(name.lastIndexOf("/") + 1);
        const file = { name, deliveredAt: instant(LastModified?.getTime() ?? 0), sizeBytes: Size };
        if (own !== "" && isDelivered(own) && keep(file)) files.push(file);
      }
      for (const { Prefix = "" } of page.CommonPrefixes ?? []) folders.push(Prefix.slice(prefix.length));
      if (folders.length > mostFolders) return level(folder, keep, true, signal);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return { files, folders };
  };

  return {
    place: `s3://${bucket}/${prefix}`,
    list: async (from, until, signal) => {
      const items: DeliveredFile[] = [];
      const problems: Problem[] = [];
      const keep = ({ deliveredAt }: DeliveredFile): boolean => deliveredAt >= from && deliveredAt < until;
      let waiting: readonly string[] = [""];
      while (waiting.length > 0) {
        const levels = await Promise.all(
          waiting.slice(0, listedAtOnce).map(async (folder) => {
            try {
              return await level(folder, keep, false, signal);
            } catch (error) {
              signal.throwIfAborted();
              problems.push(bucketProblem(error, callOf("ListObjectsV2", folder)));
              return { files: [], folders: [] };
            }
          }),
        );
        const found = levels.flatMap(({ folders }) => folders);
        items.push(...levels.flatMap(({ files }) => files));
        waiting = [...waiting.slice(listedAtOnce), ...found.filter((it) => mayHold(it, from, until, wanted))];
        // One refusal is enough: the others would say the same.
        if (problems.length > 0) break;
      }
      return { items: items.sort(inOrderOfDelivery), problems: problems.slice(0, 1), complete: problems.length === 0 };
    },
    open: async ({ name, sizeBytes }, signal) => {
      const whole = sizeBytes <= wholeBytes ? await bytesOf(name, signal) : null;
      const byteLength = whole?.byteLength ?? sizeBytes;
      return {
        byteLength,
        path: null,
        stream: async () => {
          if (whole !== null) return Readable.from([Buffer.from(whole.buffer)], { objectMode: false });
          return bodyOf(await get(name, signal));
        },
        slice: async (start, end = byteLength) => {
          if (whole !== null) return whole.buffer.slice(start, end);
          return (await bytesOf(name, signal, `bytes=${start}-${end - 1}`)).buffer;
        },
        close: async () => undefined,
      };
    },
    problemOf: ({ name }, error) => bucketProblem(error, callOf("GetObject", name)),
  };
}

/** No content is not the same as an empty one. */
function bodyOf({ Body }: GetObjectCommandOutput): NonNullable<GetObjectCommandOutput["Body"]> & Readable {
  if (Body instanceof Readable) return Body;
  throw Object.assign(new Error("the answer has no content"), { code: "BadAnswer" });
}

const mayHold = (folder: string, from: Instant, until: Instant, wanted: (folder: string) => boolean): boolean =>
  isDelivered(folder.split("/").at(-2) ?? "") && mayHoldDeliveries(folder, from, until) && wanted(folder);
