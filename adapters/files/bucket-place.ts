/** The parts of `s3://bucket/prefix`. The prefix is empty or ends in a slash. */
export function bucketPlaceOf(place: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket = "", path = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(place) ?? [];
  if (bucket === "") throw new RangeError(`${place} is no place in S3`);
  return { bucket, prefix: path === "" || path.endsWith("/") ? path : `${path}/` };
}
