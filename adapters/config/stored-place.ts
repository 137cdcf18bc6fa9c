/** Where files are: a folder, or a bucket with what its keys begin with. */
export type StoredPlace =
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "bucket"; readonly bucket: string; readonly prefix: string };

/** `s3://bucket/prefix` or a folder; what is wrong with it otherwise. */
export function parseStoredPlace(text: string): StoredPlace | string {
  if (text.trim() === "") return "must be a folder or s3://bucket/prefix";
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1];
  if (scheme === undefined) return { kind: "folder", folder: text };
  if (scheme !== "s3") return `must be a folder or s3://bucket/prefix, not ${scheme}://`;
  // Amazon S3 user guide, "General purpose bucket naming rules", read 2026-11.
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text);
  const bucket = match?.[1];
  if (bucket === undefined) return "must name a bucket of 3 to 63 of a-z, 0-9, . and -, as in s3://my-bucket/prefix";
  const prefix = match?.[2] ?? "";
  return { kind: "bucket", bucket, prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/` };
}
