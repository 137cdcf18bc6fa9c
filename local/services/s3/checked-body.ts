import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Fault } from "../../service.ts";
import { unchunked } from "./aws-chunked.ts";
import { badDigest, notImplemented } from "./errors.ts";

export interface Upload {
  readonly raw: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** The object of an upload, out of its framing and checked against every sum that came with it, and those sums. */
export function checkedBody({ raw, headers }: Upload): {
  readonly body: Buffer;
  readonly checksums: Readonly<Record<string, string>>;
} {
  const sha256 = headers["x-amz-content-sha256"];
  if (sha256 === undefined) {
    throw new Fault("InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256");
  }
  const isFramed = sha256.startsWith("STREAMING-");
  const { body, trailers } = isFramed ? unchunked(raw, headers) : { body: raw, trailers: {} };
  if (/^[0-9a-f]{64}$/.test(sha256) && sha256 !== createHash("sha256").update(body).digest("hex")) {
    throw new Fault(
      "XAmzContentSHA256Mismatch",
      400,
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  checkMd5(body, headers["content-md5"]);
  const announced = headers["x-amz-trailer"]?.toLowerCase();
  if (announced !== undefined && !(announced in trailers)) {
    throw new Fault("MalformedTrailerError", 400, `The trailer ${announced} was announced and did not come.`);
  }
  const given = Object.entries({ ...headers, ...trailers }).filter(([name]) => isChecksum(name));
  for (const [name, value] of given) {
    if (sumOf(name, body) !== value) throw badDigest(name.slice("x-amz-checksum-".length).toUpperCase());
  }
  return { body, checksums: Object.fromEntries(given) };
}

const isChecksum = (name: string): boolean =>
  name.startsWith("x-amz-checksum-") && !/-(mode|type|algorithm)$/.test(name);

function sumOf(name: string, body: Buffer): string {
  switch (name) {
    case "x-amz-checksum-crc32": {
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(crc32(body));
      return sum.toString("base64");
    }
    case "x-amz-checksum-sha1":
      return createHash("sha1").update(body).digest("base64");
    case "x-amz-checksum-sha256":
      return createHash("sha256").update(body).digest("base64");
    default:
      throw notImplemented(name);
  }
}

function checkMd5(body: Buffer, given: string | undefined): void {
  if (given === undefined) return;
  if (Buffer.from(given, "base64").length !== 16) {
    throw new Fault("InvalidDigest", 400, "The Content-MD5 you specified was invalid.");
  }
  if (createHash("md5").update(body).digest("base64") !== given) throw badDigest("Content-MD5");
}
