import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Fault } from "../service.ts";
import { isObjectStore } from "./object-store.ts";

/** The largest payload that AgentCore documents is 100 MB; as base64 in JSON that is a third more. */
const maxBytes = 140_000_000;

/** The whole body, decompressed. Throws a fault where it is too large or no gzip. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped: a client that is cut off in the middle would not see the answer.
    if (size > maxBytes) chunks.length = 0;
    else chunks.push(chunk);
  }
  if (size > maxBytes) throw tooLarge();
  const raw = Buffer.concat(chunks);
  // An object is kept as it came: its encoding is its owner's business.
  if (isObjectStore(message.headers)) return raw;
  const encoding = message.headers["content-encoding"];
  if (encoding === undefined || encoding === "identity" || raw.length === 0) return raw;
  if (encoding !== "gzip") {
    throw new Fault("UnsupportedMediaTypeException", 415, `Content-Encoding '${encoding}' is not supported; use gzip.`);
  }
  try {
    return await promisify(gunzip)(raw, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw new Fault("SerializationException", 400, "The body is not valid gzip.");
  }
}

const tooLarge = (): Fault =>
  new Fault("RequestEntityTooLargeException", 413, `The request body is larger than ${maxBytes} bytes.`);
