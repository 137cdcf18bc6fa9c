import { storedObject } from "../../fleet/stored-object.ts";
import { Fault, type Reply, type Request } from "../../service.ts";
import type { StoredObject } from "../../world.ts";
import { bucketNamed } from "./bucket-named.ts";
import { checkedBody, type Upload } from "./checked-body.ts";
import { noSuchKey, notImplemented, preconditionFailed } from "./errors.ts";
import { rangeOf } from "./range.ts";

export function putObject(request: Request): Reply {
  const { input, now } = request;
  const bucket = bucketNamed(request);
  const key = String(input["Key"]);
  const upload = input["Body"] as Upload;
  const { body, checksums } = checkedBody(upload);
  const known = bucket.objects.get(key);
  const ifNoneMatch = input["IfNoneMatch"];
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") throw notImplemented("If-None-Match takes only * in PutObject");
  if (ifNoneMatch === "*" && known !== undefined) throw preconditionFailed("If-None-Match");
  const ifMatch = input["IfMatch"];
  if (ifMatch !== undefined) {
    if (known === undefined) throw noSuchKey(key);
    if (etagIn(String(ifMatch)) !== known.etag) throw preconditionFailed("If-Match");
  }
  const stored = storedObject(body, now, { ...keptHeaders(upload.headers), ...checksums });
  bucket.objects.set(key, stored);
  return { body: {}, headers: { etag: `"${stored.etag}"`, ...checksums, ...checksumType(checksums) } };
}

export function getObject(request: Request): Reply {
  const { input } = request;
  const stored = objectAsked(request);
  const range = input["Range"] === undefined ? null : rangeOf(String(input["Range"]), stored.body.length);
  const headers = headersOf(stored, input["ChecksumMode"] === "ENABLED" && range === null);
  if (range === null) return { body: {}, bytes: stored.body, headers };
  return {
    body: {},
    status: 206,
    bytes: stored.body.subarray(range.from, range.to + 1),
    headers: { ...headers, "content-range": `bytes ${range.from}-${range.to}/${stored.body.length}` },
  };
}

/** Removing what is not there succeeds, as on S3. */
export function deleteObject(request: Request): Reply {
  const bucket = bucketNamed(request);
  const key = String(request.input["Key"]);
  const ifMatch = request.input["IfMatch"];
  const known = bucket.objects.get(key);
  if (ifMatch !== undefined && known !== undefined && etagIn(String(ifMatch)) !== known.etag) {
    throw preconditionFailed("If-Match");
  }
  bucket.objects.delete(key);
  return { body: {} };
}

/** The object, if the conditions of the request hold. */
function objectAsked(request: Request): StoredObject {
  const key = String(request.input["Key"]);
  const stored = bucketNamed(request).objects.get(key);
  if (stored === undefined) throw noSuchKey(key);
  const { IfMatch: ifMatch, IfNoneMatch: ifNoneMatch } = request.input;
  if (ifMatch !== undefined && etagIn(String(ifMatch)) !== stored.etag) throw preconditionFailed("If-Match");
  if (ifNoneMatch !== undefined && etagIn(String(ifNoneMatch)) === stored.etag) {
    throw new Fault("NotModified", 304, "Not Modified", {}, { etag: `"${stored.etag}"` });
  }
  return stored;
}

function headersOf(stored: StoredObject, withChecksum: boolean): Record<string, string> {
  const kept = Object.entries(stored.headers).filter(([name]) => withChecksum || !name.startsWith("x-amz-checksum-"));
  return {
    "accept-ranges": "bytes",
    "content-type": "binary/octet-stream",
    etag: `"${stored.etag}"`,
    "last-modified": new Date(stored.modifiedAt).toUTCString(),
    ...Object.fromEntries(kept),
    ...(withChecksum ? checksumType(stored.headers) : {}),
  };
}

const checksumType = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.keys(headers).some((name) => name.startsWith("x-amz-checksum-"))
    ? { "x-amz-checksum-type": "FULL_OBJECT" }
    : {};

/** `aws-chunked` says how the body travelled, and is not kept. */
function keptHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const encoding = (headers["content-encoding"] ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "" && each !== "aws-chunked")
    .join(",");
  const kept = Object.entries(headers).filter(([name]) => /^(content-type|cache-control|x-amz-meta-.+)$/.test(name));
  return { ...Object.fromEntries(kept), ...(encoding === "" ? {} : { "content-encoding": encoding }) };
}

/** An entity tag as a condition names it: with its quotes or without. */
const etagIn = (text: string): string => text.trim().replaceAll('"', "");
