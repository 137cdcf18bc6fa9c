import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { FileStore } from "./file-store.ts";
import { HistoryError } from "./history-error.ts";

/**
 * Keeps files in a bucket. S3 replaces an object as a whole, and refuses a write whose `If-Match` or `If-None-Match` does
 * not hold. `prefix` is empty or ends in a slash.
 */
export function s3Store(client: S3Client, bucket: string, prefix: string): FileStore {
  const place = `s3://${bucket}/${prefix}`;
  const attempt = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw s3Error(error, operation, place);
    }
  };

  async function* list(from: string, until: string): AsyncGenerator<string> {
    let token: string | undefined;
    do {
      const page = await attempt("ListObjectsV2", () =>
        client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix + sharedStart(from, until),
            StartAfter: prefix + from,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key = "" } of page.Contents ?? []) {
        const path = Key.slice(prefix.length);
        if (path >= until) return;
        yield path;
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  return {
    place,
    list,
    open: (path) =>
      attempt("HeadObject", async () => {
        const object = { Bucket: bucket, Key: prefix + path };
        const head = await orNull(() => client.send(new HeadObjectCommand(object)));
        if (head === null) return null;
        const revision = head.ETag ?? "";
        const byteLength = head.ContentLength ?? 0;
        return {
          revision,
          byteLength,
          slice: (start, end = byteLength) =>
            attempt("GetObject", async () => {
              if (end <= start) return new ArrayBuffer(0);
              // Where somebody replaced the object since, this fails instead of mixing two contents.
              const Range = `bytes=${start}-${end - 1}`;
              const { Body } = await client.send(new GetObjectCommand({ ...object, Range, IfMatch: revision }));
              const bytes = await Body?.transformToByteArray();
              return bytes === undefined ? new ArrayBuffer(0) : (Uint8Array.from(bytes).buffer as ArrayBuffer);
            }),
          close: async () => undefined,
        };
      }),
    put: (path, bytes, revision) =>
      attempt("PutObject", async () => {
        const condition = revision === null ? { IfNoneMatch: "*" } : { IfMatch: revision };
        const object = { Bucket: bucket, Key: prefix + path, Body: bytes, ...condition };
        return (await conditionHeld(() => client.send(new PutObjectCommand(object)))) ? "written" : "stale";
      }),
  };
}

/** The start that all paths of a stretch have, so that S3 lists no others. */
function sharedStart(from: string, until: string): string {
  let length = 0;
  while (length < from.length && from[length] === until[length]) length += 1;
  return from.slice(0, length);
}

const statusOf = (error: unknown): number | null =>
  error instanceof Error && "$metadata" in error
    ? ((error.$metadata as { readonly httpStatusCode?: number }).httpStatusCode ?? null)
    : null;

async function orNull<T>(get: () => Promise<T>): Promise<T | null> {
  try {
    return await get();
  } catch (error) {
    // A missing bucket is told by another name; HEAD has no body that could say which, so the first write says it.
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

async function conditionHeld(put: () => Promise<unknown>): Promise<boolean> {
  try {
    await put();
    return true;
  } catch (error) {
    // 412: it did not hold. 409: another conditional write of the key was under way. 404: what should match is gone.
    const missingBucket = error instanceof Error && error.name === "NoSuchBucket";
    if (!missingBucket && [404, 409, 412].includes(statusOf(error) ?? 0)) return false;
    throw error;
  }
}

function s3Error(error: unknown, operation: string, place: string): unknown {
  if (!(error instanceof Error) || error instanceof HistoryError) return error;
  const fail = (code: HistoryError["code"], what: string) => new HistoryError(code, what, { cause: error });
  if (error.name === "NoSuchBucket") {
    return fail("denied", `There is no bucket for ${place}: make it, or name another one.`);
  }
  switch (statusOf(error)) {
    case 403:
      return fail(
        "denied",
        `${operation} on ${place} was refused: allow s3:ListBucket, s3:GetObject and s3:PutObject.`,
      );
    case 412:
      return fail(
        "unreachable",
        `A file under ${place} was replaced while it was read: the next run reads the new one.`,
      );
    default:
      return statusOf(error) !== null || ("code" in error && /^E[A-Z]+$/.test(String(error.code)))
        ? fail("unreachable", `${operation} on ${place} failed (${error.name}: ${error.message}): try again.`)
        : error;
  }
}
