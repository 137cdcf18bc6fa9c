import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { isGzip } from "./input-file.ts";
import type { LineScanner } from "./line-scanner.ts";

/** Between two looks at the event loop, so that Ctrl-C and progress get their turn. */
const turnBytes = 4 * 1024 * 1024;
const streamChunkBytes = 512 * 1024;

export interface Reading {
  readonly signal: AbortSignal;
  /** Bytes taken from the disk since the last call. */
  readonly onBytes: (bytes: number) => void;
  /** Waited for after every few megabytes, for whoever hands on what was read before the rest is. */
  readonly afterTurn?: () => Promise<void>;
}

/** Reads a plain file into the scanner from byte `from` on, until the scanner is done or the file ends. */
export async function readRange(name: string, from: number, scanner: LineScanner, reading: Reading): Promise<void> {
  const file = openSync(name, "r");
  try {
    let position = from;
    let sinceTurn = 0;
    while (!scanner.done()) {
      const read = readSync(file, scanner.room(), { position });
      if (read === 0) return;
      position += read;
      scanner.filled(read);
      sinceTurn += read;
      if (sinceTurn < turnBytes) continue;
      reading.onBytes(sinceTurn);
      sinceTurn = 0;
      await nextTurn();
      reading.signal.throwIfAborted();
      await reading.afterTurn?.();
    }
  } finally {
    closeSync(file);
  }
}

/** Reads a stream into the scanner to its end, decompressing it where it starts as gzip does. */
export async function readStream(source: Readable, scanner: LineScanner, reading: Reading): Promise<void> {
  const chunks = source.iterator({ destroyOnReturn: true }) as AsyncIterator<Buffer>;
  const first = await chunks.next();
  if (first.done === true) return;
  const all = Readable.from(counted(first.value, chunks, reading), {
    objectMode: false,
    highWaterMark: streamChunkBytes,
  });
  const plain: Readable = isGzip(first.value) ? gunzipOf(all) : all;
  try {
    for await (const chunk of plain as AsyncIterable<Buffer>) {
      feed(chunk, scanner);
      await reading.afterTurn?.();
    }
  } finally {
    source.destroy();
  }
}

export const openStream = (name: string): Readable => createReadStream(name, { highWaterMark: streamChunkBytes });

function gunzipOf(source: Readable): Readable {
  const gunzip = createGunzip({ chunkSize: streamChunkBytes });
  source.on("error", (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

async function* counted(first: Buffer, rest: AsyncIterator<Buffer>, reading: Reading): AsyncGenerator<Buffer> {
  for (let chunk: Buffer | null = first; chunk !== null; ) {
    reading.signal.throwIfAborted();
    reading.onBytes(chunk.length);
    yield chunk;
    const next: IteratorResult<Buffer> = await rest.next();
    chunk = next.done === true ? null : next.value;
  }
}

function feed(chunk: Buffer, scanner: LineScanner): void {
  for (let done = 0; done < chunk.length; ) {
    const room = scanner.room();
    const part = chunk.subarray(done, done + room.length);
    room.set(part);
    scanner.filled(part.length);
    done += part.length;
  }
}
