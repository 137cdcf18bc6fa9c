import { createHash } from "node:crypto";
import type { StoredObject } from "../world.ts";

/** An object as a bucket keeps it; its entity tag is the MD5 of its bytes, as for every object that came in one part. */
export const storedObject = (
  body: Buffer,
  modifiedAt: number,
  headers: Readonly<Record<string, string>>,
): StoredObject => ({
  body,
  etag: createHash("md5").update(body).digest("hex"),
  // S3 keeps whole seconds.
  modifiedAt: Math.floor(modifiedAt / 1000) * 1000,
  headers,
});
