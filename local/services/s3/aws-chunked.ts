import { Fault } from "../../service.ts";

export interface Unchunked {
  readonly body: Buffer;
  /** Headers that came after the body, by lower-case name. */
  readonly trailers: Readonly<Record<string, string>>;
}

/**
 * Takes off the framing `aws-chunked` of streamed uploads: sizes in hexadecimal, signatures of chunks (which cannot be checked
 * here), and trailers with a checksum. Throws what S3 answers for a framing that is broken or too short.
 */
export function unchunked(raw: Buffer, headers: Readonly<Record<string, string>>): Unchunked {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = raw.indexOf("\r\n", at, "latin1");
    const line = lineEnd < 0 ? "" : raw.toString("latin1", at, lineEnd);
    const size = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=[0-9a-f]{64})?$/.exec(line)?.[1];
    if (size === undefined) throw incomplete();
    const length = Number.parseInt(size, 16);
    const start = lineEnd + 2;
    if (length === 0) {
      const body = Buffer.concat(chunks);
      if (headers["x-amz-decoded-content-length"] !== String(body.length)) throw incomplete();
      return { body, trailers: trailersOf(raw.toString("latin1", start)) };
    }
    if (raw.length < start + length + 2) throw incomplete();
    chunks.push(raw.subarray(start, start + length));
    at = start + length + 2;
  }
}

function trailersOf(text: string): Record<string, string> {
  const pairs = text.split("\r\n").flatMap((line) => {
    const [name = "", ...value] = line.split(":");
    return value.length === 0 ? [] : [[name.trim().toLowerCase(), value.join(":").trim()] as const];
  });
  return Object.fromEntries(pairs);
}

const incomplete = (): Fault =>
  new Fault(
    "IncompleteBody",
    400,
    "You did not provide the number of bytes specified by the Content-Length HTTP header.",
  );
