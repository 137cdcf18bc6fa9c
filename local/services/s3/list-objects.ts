import type { Reply, Request } from "../../service.ts";
import { readToken, writeToken } from "../page-token.ts";
import { bucketNamed } from "./bucket-named.ts";
import { invalidArgument } from "./errors.ts";

/** "Returns up to 1,000 objects", whatever is asked for. */
const PAGE = 1000;

interface Asked {
  readonly Bucket: string;
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly EncodingType?: string;
  readonly StartAfter?: string;
  readonly MaxKeys?: number;
  readonly ContinuationToken?: string;
}

export function listObjects(request: Request): Reply {
  const { ContinuationToken: token, ...asked } = request.input as unknown as Asked;
  const bucket = bucketNamed(request);
  const { Prefix: prefix = "", Delimiter: delimiter = "", MaxKeys: maxKeys = PAGE } = asked;
  // A continuation goes on behind what was given last; the rest of the request may differ, as on S3.
  const position = token === undefined ? (asked.StartAfter ?? "") : readToken(asked.Bucket, token, isText);
  if (position === null) {
    throw invalidArgument("continuation-token", token ?? "", "The continuation token provided is incorrect");
  }
  const entries = entriesOf([...bucket.objects.keys()].sort(byBytes), prefix, delimiter).filter(
    ({ name }) => byBytes(name, position) > 0,
  );
  const page = entries.slice(0, Math.min(PAGE, maxKeys));
  const last = page.at(-1);
  const isTruncated = page.length < entries.length && last !== undefined;
  const text = (value: string): string => (asked.EncodingType === "url" ? encoded(value) : value);
  return {
    body: {
      ListBucketResult: {
        Name: bucket.name,
        Prefix: text(prefix),
        ...(delimiter === "" ? {} : { Delimiter: text(delimiter) }),
        MaxKeys: maxKeys,
        ...(asked.EncodingType === undefined ? {} : { EncodingType: asked.EncodingType }),
        KeyCount: page.length,
        IsTruncated: isTruncated,
        ...(token === undefined ? {} : { ContinuationToken: token }),
        ...(asked.StartAfter === undefined ? {} : { StartAfter: text(asked.StartAfter) }),
        ...(isTruncated ? { NextContinuationToken: writeToken(asked.Bucket, last.name) } : {}),
        Contents: page.flatMap(({ name, isGroup }) => {
          const stored = isGroup ? undefined : bucket.objects.get(name);
          if (stored === undefined) return [];
          return [
            {
              Key: text(name),
              LastModified: new Date(stored.modifiedAt).toISOString(),
              ETag: `"${stored.etag}"`,
              Size: stored.body.length,
              StorageClass: "STANDARD",
            },
          ];
        }),
        CommonPrefixes: page.flatMap(({ name, isGroup }) => (isGroup ? [{ Prefix: text(name) }] : [])),
      },
    },
  };
}

interface Entry {
  readonly name: string;
  /** True for keys that share all up to a delimiter, which are one entry together. */
  readonly isGroup: boolean;
}

function entriesOf(keys: readonly string[], prefix: string, delimiter: string): readonly Entry[] {
  const entries: Entry[] = [];
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? key : key.slice(0, end + delimiter.length);
    if (end >= 0 && entries.at(-1)?.name === name) continue;
    entries.push({ name, isGroup: end >= 0 });
  }
  return entries;
}

/** "List results are always returned in lexicographical order", of their UTF-8 bytes. */
const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

const encoded = (text: string): string => encodeURIComponent(text).replaceAll("%2F", "/");

const isText = (at: unknown): at is string => typeof at === "string";
