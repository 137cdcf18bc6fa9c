import type { Problem } from "../../core/kernel/problem.ts";

/** What was asked of S3: `path` is a key, or what keys begin with. */
export interface BucketCall {
  readonly operation: "ListObjectsV2" | "GetObject";
  readonly bucket: string;
  readonly path: string;
}

/** Whatever the SDK threw, as a problem; throws it again where it is a fault of the program. */
export function bucketProblem(error: unknown, call: BucketCall): Problem {
  const { operation, bucket, path } = call;
  const status = statusOf(error);
  const nodeCode = (error as { readonly code?: unknown } | null)?.code;
  if (!(error instanceof Error) || (status === null && typeof nodeCode !== "string" && !isOfClient(error))) throw error;
  const place = `s3://${bucket}/${path}`;
  const problem = (code: string, message: string): Problem => ({ code, message, operation });
  if (error.name === "NoSuchBucket") {
    return problem("NotFound", `There is no bucket for ${place}: name another one, or deliver to one that is there.`);
  }
  if (error.name === "InvalidObjectState") {
    return problem("Archived", `${place} is archived: restore it, or move it away.`);
  }
  if (status === 403) {
    const action = operation === "GetObject" ? "s3:GetObject" : "s3:ListBucket";
    const on = operation === "GetObject" ? `arn:aws:s3:::${bucket}/*` : `arn:aws:s3:::${bucket}`;
    const key = operation === "GetObject" ? ", and kms:Decrypt on the key that it is encrypted with" : "";
    return problem("AccessDenied", `${operation} of ${place} was denied: allow ${action} on ${on}${key}.`);
  }
  const said = error.message.split("\n")[0]?.slice(0, 240) ?? "";
  return problem(
    typeof nodeCode === "string" ? nodeCode : error.name,
    `${operation} of ${place} failed (${error.name}: ${said}): the next pass tries again.`,
  );
}

const statusOf = (error: unknown): number | null => {
  const status = (error as { $metadata?: { httpStatusCode?: unknown } } | null)?.$metadata?.httpStatusCode;
  return typeof status === "number" ? status : null;
};

/** Errors that the SDK makes without an answer: of credentials, time and sockets. */
const isOfClient = (error: Error): boolean =>
  "$metadata" in error || /^(?:CredentialsProvider|TokenProvider|Timeout|RequestTimeout)Error$/.test(error.name);
